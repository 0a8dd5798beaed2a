import { isRefused } from '@rekey/kernel';
import { readTokenResponse } from './token-response.js';

const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZy1lbm91Z2g';
const tokens = { access_token: token, token_type: 'bearer', refresh_token: token };
const answer = (status: number, body: unknown) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });

/** The result of a response, and everything that was logged or thrown about it. */
async function outcome(status: number, body: unknown) {
  const said: string[] = [];
  const read = await readTokenResponse(answer(status, body), (fault, about) =>
    said.push(`${about}: ${(fault as Error).message}`),
  ).catch((fault: Error) => {
    said.push(fault.message);
    return undefined;
  });
  return { read, code: isRefused(read) ? read.code : undefined, said };
}

test('a token response is passed on with all of its fields, and nothing is logged', async () => {
  const { read, said } = await outcome(200, { ...tokens, expires_in: '600', id_token: token, more: [1] });
  expect(read).toEqual({ ...tokens, token_type: 'Bearer', expires_in: 600, id_token: token, more: [1] });
  expect(said).toEqual([]);
});

test.each([
  [400, { error: 'invalid_grant', error_description: token }, 'invalid_state'],
  [403, { error: 'access_denied', error_uri: token }, 'invalid_state'],
  [401, { error: 'invalid_client', error_description: token }, 'unavailable'],
  [400, { error: 'temporarily_unavailable' }, 'unavailable'],
  [400, { error: token }, undefined],
  [400, { error: 'two\nlines' }, undefined],
  [400, { error: { not: token } }, undefined],
  [429, { error: 'invalid_grant' }, undefined],
  [503, { error: 'invalid_grant', error_description: token }, undefined],
  [200, { ...tokens, access_token: '' }, undefined],
  [200, { ...tokens, token_type: 'DPoP' }, undefined],
  [200, { ...tokens, refresh_token: 7 }, undefined],
  [200, `{"access_token":"${token}"`, undefined],
  [201, tokens, undefined],
  [302, tokens, undefined],
])('%s %j: %s, and the log repeats nothing of a token', async (status, body, code) => {
  const { read, said, ...found } = await outcome(status, body);
  expect([isRefused(read) || read === undefined, found.code]).toEqual([true, code]);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^(the external issuer refused a recovery: \d{3} \w+|its token endpoint answered \d{3} and .*)$/,
  );
  expect(said.join()).not.toMatch(/eyJ/);
});
