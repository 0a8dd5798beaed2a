import { jest } from '@jest/globals';
import { OfflineError, ProblemError } from './problem.js';
import { onSessionEnd, request } from './request.js';

const answers = jest.spyOn(globalThis, 'fetch');
const ended = jest.fn();
beforeEach(() => onSessionEnd(ended));
afterEach(() => {
  onSessionEnd(() => undefined);
  ended.mockReset();
  answers.mockReset();
});
afterAll(() => answers.mockRestore());

test.each([
  ['an act without a session', '/staff/members', 401, 'unauthorized', 1],
  ['an act without the right', '/staff/members', 403, 'forbidden', 0],
  ['a proxy that wants something else', '/staff/members', 401, 'other', 0],
  ['a passkey that is refused', '/staff/sessions/fresh', 401, 'unauthorized', 0],
  ['the signature of a request that is refused', '/staff/overrides', 401, 'unauthorized', 0],
  ['the signature of an approval that is refused', '/staff/overrides/1/approval', 401, 'unauthorized', 0],
])('%s', async (_what, path, status, code, times) => {
  answers.mockResolvedValue(Response.json({ code, title: 'No.' }, { status }));
  await expect(request('POST', path, {})).rejects.toBeInstanceOf(ProblemError);
  expect(ended).toHaveBeenCalledTimes(times);
});

test.each([
  ['GET', false],
  ['POST', true],
  ['PATCH', true],
  ['DELETE', true],
] as const)('what a lost answer leaves open: %s', async (method, mayBeDone) => {
  answers.mockRejectedValue(new TypeError('no network'));
  const fault = await request(method, '/staff/members').catch((thrown: unknown) => thrown);
  expect(fault).toBeInstanceOf(OfflineError);
  expect(fault).toMatchObject({ mayBeDone });
});
