import { createHash } from 'node:crypto';
import { stopToken } from '@rekey/outbox';
import { lifetimes } from '@rekey/recovery';
import { csrfIn, PageBrowser } from './page-browser.js';
import { password as old, people } from './people.js';
import { policyFile } from './policy-file.js';
import { codeIn, newHousehold, stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

const chosen = 'a sentence that somebody has chosen';
const redirectUri = 'https://app.example/back';
const verifier = 'v'.repeat(64);

/** What happens to the former password of an account, which somebody else may know. */
describe('the former password', () => {
  const rekey = useRekey({
    environment: { RECOVERY_POLICY_FILE: policyFile({ clients: { keeper: { keepPassword: true } } }) },
  });
  const who = people(rekey);
  beforeAll(async () => {
    const bearer = await who.management();
    for (const id of ['app', 'keeper']) {
      const json = { name: `The ${id}`, type: 'public', redirect_uris: [redirectUri] };
      const url = `${rekey.settings.urls.console}/v1/clients/${id}`;
      expect((await rekey.call('PUT', url, { bearer, json })).status).toBe(201);
    }
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const signIn = async (id: string, password: string) => (await who.signIn(id, { password })).status;
  const recover = async (id: string, json: object = {}, more: object = {}) => {
    const story = new Story(rekey);
    await story.proveBy(`${id}@example.com`, undefined, more);
    const completed = await story.complete(json);
    expect(completed.status).toBe(201);
    return { story, tokens: completed.body };
  };
  const notice = (id: string) =>
    until('the notice', async () =>
      (await rekey.messages(`${id}@example.com`)).find(({ text }) => /was recovered/.test(text)),
    );
  const formers = () => rekey.sql('select recovery_id from former_passwords');
  const begin = async (id: string, clientId: string) => {
    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    const query = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const before = (await rekey.codes(`${id}@example.com`)).length;
    const form = await browser.get(`/recover?${new URLSearchParams(query)}`);
    const asked = await browser.submit(form, '/recover', { ...query, identifier: `${id}@example.com` });
    const mail = await until('the code', async () => {
      const codes = await rekey.codes(`${id}@example.com`);
      return codes.length > before ? codes[0] : undefined;
    });
    const proven = await browser.post('/recover/code', { csrf: csrfIn(asked.html), code: codeIn(mail) });
    return { browser, csrf: csrfIn(asked.html), location: proven.headers.get('location') ?? '' };
  };

  test('ends with a recovery by API that sets no new one, and a stop restores it', async () => {
    await who.put('plain');
    await recover('plain');
    expect(await signIn('plain', old)).toBe(401);
    const { text } = await notice('plain');
    expect(text).toContain('your old password no longer works');
    expect(text).toContain(`${rekey.settings.urls.recovery}/account`);
    const url = `${rekey.settings.urls.recovery}/v1/stops`;
    const json = { token: stopTokenIn(await notice('plain')) };
    expect((await rekey.call('POST', url, { json })).status).toBe(204);
    expect(await signIn('plain', old)).toBe(201);
  });

  test('can be replaced by a session of that recovery while it is fresh', async () => {
    await who.put('fresh');
    const { tokens } = await recover('fresh');
    const json = { password: chosen };
    expect((await who.issuer('PUT', 'password', { bearer: tokens.access_token, json })).status).toBe(200);
    expect(await signIn('fresh', chosen)).toBe(201);
  });

  test('is not restored by a stop after management has put a newer one', async () => {
    await who.put('managed');
    const { story } = await recover('managed', { password: chosen });
    await who.put('managed', { password: 'one that support has put' });
    expect((await story.stop(stopTokenIn(await notice('managed')))).status).toBe(204);
    expect(await signIn('managed', 'one that support has put')).toBe(201);
  });

  test('stays where the policy keeps it for the client; a stop undoes what the session sets then', async () => {
    await who.put('kept');
    const { story, tokens } = await recover('kept', {}, { client_id: 'keeper' });
    expect(await signIn('kept', old)).toBe(201);
    expect((await notice('kept')).text).not.toContain('old password');
    const json = { current_password: old, password: chosen };
    expect((await who.issuer('PUT', 'password', { bearer: tokens.access_token, json })).status).toBe(200);
    expect((await story.stop(stopTokenIn(await notice('kept')))).status).toBe(204);
    expect([await signIn('kept', chosen), await signIn('kept', old)]).toEqual([401, 201]);
  });

  test('pages started by an app ask for a new one first: refused, set, and back in the app', async () => {
    await who.put('paged');
    const { browser, csrf, location } = await begin('paged', 'app');
    expect(location).toBe('/recover/password');
    const page = await browser.get('/recover/password');
    expect(page.html).toContain("you'll go back to The app");
    expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' https://app.example`);
    for (const path of ['/recover/code', '/recover/other'])
      expect((await browser.get(path)).headers.get('location')).toBe('/recover/password');
    const around = await browser.post('/recover/return', { csrf });
    expect(around.headers.get('location')).toBe('/recover/password');
    const refused = await browser.post('/recover/password', { csrf, password: 'short' });
    expect([refused.status, refused.html.includes("you'll go back to The app")]).toEqual([422, true]);
    expect(await signIn('paged', old)).toBe(201);
    const done = await browser.post('/recover/password', { csrf, password: chosen });
    expect(done.headers.get('location')).toMatch(/^https:\/\/app\.example\/back\?code=/);
    const redeemed = await rekey.token({
      grant_type: 'authorization_code',
      client_id: 'app',
      redirect_uri: redirectUri,
      code: new URL(done.headers.get('location') ?? '').searchParams.get('code') ?? '',
      code_verifier: verifier,
    });
    expect(redeemed.status).toBe(200);
    expect([await signIn('paged', old), await signIn('paged', chosen)]).toEqual([401, 201]);
  });

  test('pages started by an app ask for none where there is none, or where the policy keeps it', async () => {
    await who.put('without', { password: undefined });
    expect((await begin('without', 'app')).location).toMatch(/^https:\/\/app\.example\/back\?code=/);
    await who.put('kept-on-pages');
    expect((await begin('kept-on-pages', 'keeper')).location).toMatch(/^https:\/\/app\.example\/back\?code=/);
    expect(await signIn('kept-on-pages', old)).toBe(201);
  });

  test('a password set with an address that is removed within three days ends with its sessions; later it stays', async () => {
    const phoneOnly = (id: string) => ({
      addresses: [{ kind: 'phone', value: who.phoneOf(id), verified: true }],
      password: undefined,
    });
    const withPhone = async (id: string) => {
      const json = { identifier: who.phoneOf(id), password: chosen };
      return who.issuer('POST', 'sessions', { json });
    };
    for (const [id, hours] of [
      ['soon', 1],
      ['later', 80],
    ] as const) {
      await who.put(id);
      const { story } = await recover(id, { password: chosen });
      rekey.clock.advance(hours * 3_600_000);
      const opened = await withPhone(id);
      expect(opened.status).toBe(201);
      await who.put(id, phoneOnly(id));
      const refreshed = await rekey.token({
        grant_type: 'refresh_token',
        client_id: 'default',
        refresh_token: opened.body.refresh_token,
      });
      const isSoon = hours < 72;
      expect([id, (await withPhone(id)).status, refreshed.status]).toEqual([
        id,
        isSoon ? 401 : 201,
        isSoon ? 400 : 200,
      ]);
      if (!isSoon) continue;
      const said = await until('the notice', async () =>
        (await rekey.messages(`${id}@example.com`)).find(({ text }) =>
          /no longer works\. All devices/.test(text),
        ),
      );
      expect(said.text).toContain('were changed');
      // Its owner can still say that it was not them, and has the former one.
      const stop = stopToken(rekey.settings.keyring, story.id, rekey.clock.now());
      expect((await story.stop(stop)).status).toBe(204);
      const json = { identifier: who.phoneOf(id), password: old };
      expect((await who.issuer('POST', 'sessions', { json })).status).toBe(201);
    }
  });

  test.each([
    ['together with a role', { roles: ['editor'] }, {}],
    ['when the account is disabled', {}, { status: 'disabled' }],
  ])('a password set with an address that is removed %s ends too', async (what, before, removal) => {
    const id = what.replaceAll(' ', '-');
    await who.put(id, before);
    await recover(id, { password: chosen });
    const addresses = [{ kind: 'phone', value: who.phoneOf(id), verified: true }];
    await who.put(id, { addresses, password: undefined, ...removal });
    await who.put(id, { addresses, password: undefined, status: 'active' });
    const json = { identifier: who.phoneOf(id), password: chosen };
    expect((await who.issuer('POST', 'sessions', { json })).status).toBe(401);
  });

  test('a password set with a removed address is not restored by a later stop; the one before it is, by its own stop', async () => {
    const phoneOf = (id: string) => who.phoneOf(id);
    const withPhone = async (id: string, password: string) =>
      (await who.issuer('POST', 'sessions', { json: { identifier: phoneOf(id), password } })).status;
    const by = async (to: string, password: string) => {
      rekey.clock.advance(3_600_000);
      const story = new Story(rekey);
      await story.proveBy(to);
      expect((await story.complete({ password })).status).toBe(201);
      return story;
    };
    const removeMail = (id: string) =>
      who.put(id, {
        addresses: [{ kind: 'phone', value: phoneOf(id), verified: true }],
        password: undefined,
      });
    const stop = async (story: Story) => {
      const link = stopToken(rekey.settings.keyring, story.id, rekey.clock.now());
      expect((await story.stop(link)).status).toBe(204);
    };
    const passwords = { thief: `${chosen}, a thief`, owner: `${chosen}, its owner` };
    const works = async (id: string) => {
      // Earlier failures must not make anybody wait.
      await rekey.sql('delete from failed_attempts');
      const given = { ...passwords, old };
      const tried = await Promise.all(
        Object.entries(given).map(async ([whose, one]) => ((await withPhone(id, one)) === 201 ? whose : [])),
      );
      return tried.flat();
    };

    await who.put('replaced');
    const thiefs = await by('replaced@example.com', passwords.thief);
    const owners = await by(phoneOf('replaced'), passwords.owner);
    await removeMail('replaced');
    expect(await works('replaced')).toEqual(['owner']);
    await stop(owners);
    expect(await works('replaced')).toEqual([]);
    await stop(thiefs);
    expect(await works('replaced')).toEqual(['old']);

    await who.put('replacing');
    await by(phoneOf('replacing'), passwords.owner);
    const last = await by('replacing@example.com', passwords.thief);
    await removeMail('replacing');
    expect(await works('replacing')).toEqual([]);
    await stop(last);
    expect(await works('replacing')).toEqual(['owner']);
  });

  test('is kept encrypted as long as the stop link works, and no longer than its account', async () => {
    await who.put('sealed');
    const [{ password_hash: hash }] = await rekey.sql(
      `select password_hash from accounts where id = 'sealed'`,
    );
    const { story } = await recover('sealed', { password: chosen });
    const [kept] = await rekey.sql('select sealed from former_passwords where recovery_id = $1', [story.id]);
    expect(kept.sealed.includes(Buffer.from(hash.slice(-20)))).toBe(false);
    rekey.clock.advance(lifetimes.stopLink + 1_000);
    await until('the sweep', async () => ((await formers()).length === 0 ? true : undefined));
    await who.put('deleted');
    await recover('deleted');
    expect(await formers()).toHaveLength(1);
    const url = `${rekey.settings.urls.console}/v1/accounts/deleted`;
    expect((await rekey.call('DELETE', url, { bearer: await who.management() })).status).toBe(204);
    expect(await formers()).toEqual([]);
  });
});
