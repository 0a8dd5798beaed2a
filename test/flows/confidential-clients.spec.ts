import { createHash } from 'node:crypto';
import { csrfIn, PageBrowser } from './page-browser.js';
import { basicOf, password, people } from './people.js';
import { codeIn, newHousehold, until, useRekey } from './rekey.js';
import { Story } from './story.js';

const redirectUri = 'https://app.example/back';
const grants = ['authorization_code', 'refresh_token'];

describe('a client with a secret', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let secret: string;
  const put = async (id: string, more: object = {}) => {
    const json = { name: id, type: 'confidential', grants, redirect_uris: [redirectUri], ...more };
    const url = `${rekey.settings.urls.console}/v1/clients/${id}`;
    const answer = await rekey.call('PUT', url, { bearer: await who.management(), json });
    expect([200, 201]).toContain(answer.status);
    return answer.body.client_secret as string;
  };
  /** Clients are cached for five seconds. */
  const forgotten = () => rekey.clock.advance(6_000);
  beforeAll(async () => {
    secret = await put('backoffice', { scopes: ['account', 'orders'] });
    await put('spa', { type: 'public' });
    await who.put('lin');
    await who.put('max');
    await who.put('may');
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const starts = {
    'a sign-in': (json: object, headers: Record<string, string>) =>
      who.issuer('POST', 'sessions', { json: { identifier: 'lin@example.com', password, ...json }, headers }),
    'a recovery': (json: object, headers: Record<string, string>) =>
      new Story(rekey).start({ identifier: 'lin@example.com', ...json }, headers),
  };

  describe.each(Object.entries(starts))('%s', (_name, start) => {
    test.each<[string, object, () => Record<string, string>]>([
      ['names a confidential client without credentials', { client_id: 'backoffice' }, () => ({})],
      ['has a wrong secret', {}, () => basicOf('backoffice', { client_secret: 'guess' })],
      ['has an empty secret', {}, () => basicOf('backoffice', { client_secret: '' })],
      ['has a bearer token', { client_id: 'backoffice' }, () => ({ authorization: 'Bearer abc' })],
      ['has an invalid Basic header', { client_id: 'backoffice' }, () => ({ authorization: 'Basic ???' })],
      ['has a wrong secret in the body', { client_id: 'backoffice', client_secret: 'guess' }, () => ({})],
      [
        'has a secret in the body for a public client',
        { client_id: 'spa', client_secret: 'any' },
        () => ({}),
      ],
      ['has a secret for a public client', {}, () => basicOf('spa', { client_secret: 'any' })],
      ['has a secret for an unknown client', {}, () => basicOf('nobody', { client_secret: 'any' })],
    ])('that %s is refused, with a challenge', async (_what, json, headers) => {
      const answer = await start(json, headers());
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="rekey", charset="UTF-8"');
    });

    test('with the secret belongs to that client; a public client needs its id alone', async () => {
      const headers = basicOf('backoffice', { client_secret: secret });
      expect((await start({}, headers)).status).toBeLessThan(203);
      expect((await start({ client_id: 'backoffice' }, headers)).status).toBeLessThan(203);
      const inBody = { client_id: 'backoffice', client_secret: secret };
      expect((await start(inBody, {})).status).toBeLessThan(203);
      expect((await start(inBody, headers)).status).toBe(400);
      expect((await start({ client_id: 'spa' }, {})).status).toBeLessThan(203);
      expect((await start({ client_id: 'spa' }, { authorization: 'Bearer abc' })).status).toBeLessThan(203);
      const two = await start({ client_id: 'spa' }, headers);
      expect([two.status, two.body.errors[0].pointer]).toEqual([400, '/client_id']);
    });

    test('is refused for a client that may not get tokens of people', async () => {
      const machine = await put('machine', { grants: ['client_credentials'], redirect_uris: [] });
      forgotten();
      const answer = await start({}, basicOf('machine', { client_secret: machine }));
      const errors = [{ pointer: '/client_id', detail: 'this client may not get tokens of people' }];
      expect([answer.status, answer.body.errors]).toEqual([400, errors]);
      await rekey.sql(`delete from clients where client_id = 'machine'`);
      forgotten();
    });
  });

  test('gets tokens in its own scopes, and refreshes them with its secret', async () => {
    const story = new Story(rekey);
    const headers = basicOf('backoffice', { client_secret: secret });
    await story.start({ identifier: 'may@example.com' }, headers);
    const mail = await until('the code', async () => (await rekey.codes('may@example.com'))[0]);
    await story.prove(codeIn(mail));
    const completed = await story.complete();
    expect([completed.status, completed.body.scope]).toEqual([201, 'account orders']);
    const form = { grant_type: 'refresh_token', refresh_token: completed.body.refresh_token };
    expect((await rekey.token({ ...form, client_id: 'backoffice' })).status).toBe(401);
    expect((await rekey.token(form, headers)).status).toBe(200);
  });

  test('that was public at the start gets nothing from that recovery, because it never authenticated', async () => {
    await put('turning', { type: 'public' });
    const story = new Story(rekey);
    await story.proveBy('lin@example.com', 'lin@example.com', { client_id: 'turning' });
    await put('turning');
    const refused = await story.complete();
    expect([refused.status, refused.body.code]).toEqual([409, 'invalid_state']);
    expect((await story.show()).body.state).toBe('proven');
    await put('turning', { type: 'public' });
    expect((await story.complete()).status).toBe(201);
  });

  test('does not share an idempotent response with a client that did not authenticate', async () => {
    const key = { 'idempotency-key': 'same' };
    const json = { identifier: 'lin@example.com', client_id: 'backoffice' };
    const headers = { ...basicOf('backoffice', { client_secret: secret }), ...key };
    const first = await new Story(rekey).start(json, headers);
    expect((await new Story(rekey).start(json, headers)).text).toBe(first.text);
    // The same request, by a client that need not authenticate any more.
    await put('backoffice', { type: 'public', scopes: ['account', 'orders'] });
    forgotten();
    const other = await new Story(rekey).start(json, key);
    expect([other.status, other.body.id === first.body.id]).toEqual([202, false]);
    secret = await put('backoffice', { scopes: ['account', 'orders'] });
    forgotten();
  });

  test('gets the code from the pages without a secret, and redeems it with the secret', async () => {
    const verifier = 'v'.repeat(64);
    const query = {
      client_id: 'backoffice',
      redirect_uri: redirectUri,
      state: 's',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const household = newHousehold();
    const browser = new PageBrowser(rekey.settings.urls.recovery, () => household);
    const form = await browser.get(`/recover?${new URLSearchParams(query)}`);
    await browser.submit(form, '/recover', { ...query, identifier: 'max@example.com' });
    const mail = await until('the code', async () => (await rekey.codes('max@example.com'))[0]);
    const page = await browser.get('/recover/code');
    const csrf = csrfIn(page.html);
    await browser.post('/recover/code', { csrf, code: codeIn(mail) });
    const back = await browser.post('/recover/password', {
      csrf,
      password: 'a sentence that max has chosen',
    });
    const code = new URL(back.headers.get('location') ?? '', redirectUri).searchParams.get('code') ?? '';
    const redeem = {
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    };
    expect((await rekey.token({ ...redeem, client_id: 'backoffice' })).status).toBe(401);
    const headers = basicOf('backoffice', { client_secret: secret });
    expect((await rekey.token(redeem, headers)).status).toBe(200);
  });
});
