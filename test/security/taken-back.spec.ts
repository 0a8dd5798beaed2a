import { createHash } from 'node:crypto';
import { stopToken } from '@rekey/outbox';
import { csrfIn, PageBrowser } from '../flows/page-browser.js';
import { people, password as theirs } from '../flows/people.js';
import { codeIn, newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const chosen = 'a sentence that a thief has chosen';
const verifier = 'v'.repeat(64);
const redirectUri = 'https://app.example/back';

/** "This was not me": the consequences of a thief's recovery, three days later, in each way to use it. */
describe('taking back a recovery', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeAll(async () => {
    const client = {
      name: 'An app',
      type: 'public',
      redirect_uris: [redirectUri],
    };
    const url = `${rekey.settings.urls.console}/v1/clients/app`;
    expect((await rekey.call('PUT', url, { bearer: await who.management(), json: client })).status).toBe(201);
  });
  beforeEach(() => newHousehold());

  const refresh = async (token: string, client = 'default') =>
    rekey.token({ grant_type: 'refresh_token', client_id: client, refresh_token: token });
  const stopTokenTo = async (to: string): Promise<string> => {
    const notice = await until('the notice', async () =>
      (await rekey.messages(to)).find(({ text }) => /was recovered/.test(text)),
    );
    return stopTokenIn(notice);
  };
  /** Refreshed once a day. */
  const throughThreeDays = async (token: string, client?: string) => {
    let current = token;
    for (let day = 0; day < 2; day++) {
      rekey.clock.advance(23 * 3_600_000);
      const refreshed = await refresh(current, client);
      expect(refreshed.status).toBe(200);
      current = refreshed.body.refresh_token;
    }
    rekey.clock.advance(25 * 3_600_000);
    return current;
  };

  test("the owner's browsers stay known when the recovery never completed", async () => {
    await who.put('at-home');
    const { device_token } = (await who.signIn('at-home')).body;
    const thief = new Story(rekey);
    await thief.proveBy('at-home@example.com');
    const mail = (await rekey.codes('at-home@example.com'))[0];
    expect((await thief.stop(mail ? stopTokenIn(mail) : '')).status).toBe(204);
    newHousehold();
    for (let n = 0; n < 6; n++) await who.signIn('at-home', { password: chosen });
    expect((await who.signIn('at-home', { device_token })).status).toBe(201);
  });

  test('a restored password has no failures from the time without it', async () => {
    await who.put('comes-back');
    const thief = new Story(rekey);
    await thief.proveBy('comes-back@example.com');
    expect((await thief.complete({ password: chosen })).status).toBe(201);
    for (let n = 0; n < 8; n++) {
      rekey.clock.advance(3_600_000);
      newHousehold();
      expect((await who.signIn('comes-back')).status).toBe(401);
    }
    expect((await thief.stop(await stopTokenTo('comes-back@example.com'))).status).toBe(204);
    const json = { identifier: who.phoneOf('comes-back'), password: theirs };
    expect((await who.issuer('POST', 'sessions', { json })).status).toBe(201);
  });

  test("a thief's recovery after three days of refreshes: tokens, password, opened sessions and their authenticators end [NIST 4.6]", async () => {
    await who.put('victim');
    const thief = new Story(rekey);
    await thief.proveBy('victim@example.com');
    const got = (await thief.complete({ password: chosen })).body;
    // The password opens a session of its own, and with that an authenticator app and backup codes are bound.
    const session = (await who.signIn('victim', { password: chosen })).body;
    const bearer = session.access_token;
    const app = (await who.issuer('POST', 'authenticators/totp', { bearer })).body;
    const made = await who.issuer('POST', 'authenticators/backup_codes', { bearer });
    expect(made.status).toBe(201);
    const value = who.totp(app.secret);
    expect(
      (await who.issuer('POST', `authenticators/${app.id}/confirm`, { bearer, json: { value } })).status,
    ).toBe(204);
    const refreshToken = await throughThreeDays(got.refresh_token);

    const stop = await stopTokenTo('victim@example.com');
    expect((await thief.stop(stop)).status).toBe(204);
    expect((await refresh(refreshToken)).body.error).toBe('invalid_grant');
    expect((await refresh(session.refresh_token)).body.error).toBe('invalid_grant');
    const alive = await rekey.sql(`select id from sessions where account_id = 'victim' and ended_at is null`);
    expect(alive).toEqual([]);
    expect(await rekey.sql(`select kind from authenticators where account_id = 'victim'`)).toEqual([]);
    expect((await who.signIn('victim', { password: chosen })).status).toBe(401);
    expect((await who.signIn('victim')).status).toBe(201);
    const notices = await until('what went', async () => {
      const mails = (await rekey.messages('victim@example.com')).filter(({ text }) =>
        /(was|were) removed/.test(text),
      );
      return mails.length >= 2 ? mails : undefined;
    });
    expect(notices).toHaveLength(2);
    // The owner recovers by mail alone, as before, once everyone has had time to object.
    rekey.clock.advance(3_600_000);
    const owner = new Story(rekey);
    expect((await owner.proveBy('victim@example.com')).body).toMatchObject({ state: 'held' });
    rekey.clock.advance(24 * 3_600_000);
    expect((await owner.show()).body).toMatchObject({ state: 'proven' });
  });

  test('a code for an app, redeemed or not, gives nothing any more', async () => {
    for (const id of ['handed', 'redeemed']) await who.put(id);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'app',
      redirect_uri: redirectUri,
      state: 's',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    /** Goes through the pages; returns the code that the app redeems, and the stop link of the mail. */
    const completeForApp = async (id: string) => {
      const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
      const before = (await rekey.codes(`${id}@example.com`)).length;
      const form = await browser.get(`/recover?${query}`);
      const asked = await browser.submit(form, '/recover', {
        ...Object.fromEntries(query),
        identifier: `${id}@example.com`,
      });
      const mail = await until('the code', async () => {
        const codes = await rekey.codes(`${id}@example.com`);
        return codes.length > before ? codes[0] : undefined;
      });
      const csrf = csrfIn(asked.html);
      await browser.post('/recover/code', { csrf, code: codeIn(mail) });
      const answer = await browser.post('/recover/password', { csrf, password: chosen });
      const location = new URL(answer.headers.get('location') ?? '', rekey.settings.urls.recovery);
      expect(location.href).toMatch(/^https:\/\/app\.example\/back\?code=/);
      return { code: location.searchParams.get('code') ?? '', stop: stopTokenIn(mail) };
    };
    const redeem = (code: string) =>
      rekey.token({
        grant_type: 'authorization_code',
        client_id: 'app',
        redirect_uri: redirectUri,
        code,
        code_verifier: verifier,
      });
    const stopped = async (token: string) => (await new Story(rekey).stop(token)).status;

    const kept = await completeForApp('handed');
    const unredeemed = await stopped(kept.stop);
    expect([unredeemed, (await redeem(kept.code)).body.error]).toEqual([204, 'invalid_grant']);
    rekey.clock.advance(3_600_000);
    const used = await completeForApp('redeemed');
    const redeemed = await redeem(used.code);
    expect(redeemed.status).toBe(200);
    const current = await throughThreeDays(redeemed.body.refresh_token, 'app');
    expect(await stopped(used.stop)).toBe(204);
    expect((await refresh(current, 'app')).body.error).toBe('invalid_grant');
  });

  test("the first password of an account, set by the thief's session, ends with every session that used it", async () => {
    await who.put('bare', { password: undefined });
    const thief = new Story(rekey);
    await thief.proveBy('bare@example.com');
    const got = (await thief.complete()).body;
    const json = { password: chosen };
    const chose = await who.issuer('PUT', 'password', { bearer: got.access_token, json });
    expect(chose.status).toBe(200);
    const session = await who.signIn('bare', json);
    expect(session.status).toBe(201);
    expect((await thief.stop(await stopTokenTo('bare@example.com'))).status).toBe(204);
    for (const { refresh_token: token } of [chose.body, session.body])
      expect((await refresh(token)).body.error).toBe('invalid_grant');
    expect((await who.signIn('bare', json)).status).toBe(401);
  });

  test('earlier recoveries by the same authenticator and all later ones end too; the password from before all of them is restored', async () => {
    await who.put('chain');
    const by = async (to: string, json: object = {}) => {
      rekey.clock.advance(3_600_000);
      const story = new Story(rekey);
      await story.proveBy(to);
      const completed = await story.complete(json);
      expect(completed.status).toBe(201);
      return { story, tokens: completed.body };
    };
    const first = await by('chain@example.com', { password: chosen });
    const opened = (await who.signIn('chain', { password: chosen })).body;
    const second = await by('chain@example.com');
    const third = await by(who.phoneOf('chain'), { password: `${chosen}, again` });
    const made = await who.issuer('POST', 'authenticators/backup_codes', {
      bearer: third.tokens.access_token,
    });
    expect(made.status).toBe(201);
    const link = stopToken(rekey.settings.keyring, second.story.id, rekey.clock.now());
    expect((await second.story.stop(link)).status).toBe(204);
    for (const { refresh_token: token } of [first.tokens, opened, second.tokens, third.tokens])
      expect((await refresh(token)).body.error).toBe('invalid_grant');
    expect(await rekey.sql(`select kind from authenticators where account_id = 'chain'`)).toEqual([]);
    for (const story of [first.story, second.story, third.story])
      expect((await story.show()).body.state).toBe('stopped');
    const signIns = [chosen, `${chosen}, again`, theirs].map((password) => who.signIn('chain', { password }));
    expect((await Promise.all(signIns)).map(({ status }) => status)).toEqual([401, 401, 201]);
    const audited = await rekey.sql(
      `select detail->>'with' as with_ from audit_events where account_id = 'chain' and event = 'recovery_stopped' order by recovery_id`,
    );
    expect(audited.map((row) => row.with_)).toEqual([second.story.id, null, second.story.id]);
  });

  test('an earlier recovery with another authenticator stays; where nothing was proved, nothing is taken back', async () => {
    await who.put('apart');
    const owner = new Story(rekey);
    await owner.proveBy(who.phoneOf('apart'));
    const kept = (await owner.complete({ password: chosen })).body;
    rekey.clock.advance(3_600_000);
    const attempt = new Story(rekey);
    await attempt.start({ identifier: 'apart@example.com' });
    await rekey.idle();
    const link = (story: Story) => stopToken(rekey.settings.keyring, story.id, rekey.clock.now());
    expect((await attempt.stop(link(attempt))).status).toBe(204);
    const next = await refresh(kept.refresh_token);
    expect(next.status).toBe(200);
    rekey.clock.advance(3_600_000);
    const thief = new Story(rekey);
    await thief.proveBy('apart@example.com');
    expect((await thief.complete({ password: `${chosen}, too` })).status).toBe(201);
    expect((await thief.stop(link(thief))).status).toBe(204);
    expect((await owner.show()).body.state).toBe('completed');
    expect((await who.signIn('apart', { password: chosen })).status).toBe(201);
  });

  test("authenticators that the thief's sessions removed or replaced are restored", async () => {
    const one = await who.enrol('robbed');
    rekey.clock.advance(600_000);
    const thief = new Story(rekey);
    await thief.proveBy('robbed@example.com');
    expect((await thief.prove(one.codes[0] ?? '', 'backup_code')).body.state).toBe('proven');
    const bearer = (await thief.complete({ password: chosen })).body.access_token;
    const [codes] = await rekey.sql(
      `select id from authenticators where account_id = 'robbed' and kind = 'backup_code'`,
    );
    expect((await who.issuer('DELETE', `authenticators/${codes.id}`, { bearer })).status).toBe(204);
    const begun = (await who.issuer('POST', 'authenticators/totp', { bearer })).body;
    const confirm = { bearer, json: { value: who.totp(begun.secret) } };
    expect((await who.issuer('POST', `authenticators/${begun.id}/confirm`, confirm)).status).toBe(204);
    const shown = (await who.issuer('GET', 'authenticators', { bearer })).body.authenticators;
    expect(shown.map(({ id }: { id: string }) => id)).not.toContain(codes.id);
    expect((await thief.stop(await stopTokenTo('robbed@example.com'))).status).toBe(204);
    rekey.clock.advance(60_000);
    for (const factor of [
      { kind: 'totp', value: who.totp(one.secret) },
      { kind: 'backup_code', value: one.codes[1] },
    ])
      expect((await who.signIn('robbed', { second_factor: factor })).status).toBe(201);
    const wrong = { kind: 'totp', value: who.totp(begun.secret) };
    expect((await who.signIn('robbed', { second_factor: wrong })).status).toBe(401);
    expect(await rekey.sql('select id from authenticators where id = $1', [begun.id])).toEqual([]);
  });

  test("an authenticator that the owner bound stays, and the owner's password is restored", async () => {
    await who.put('keeper');
    const bearer = (await who.signIn('keeper')).body.access_token;
    expect((await who.issuer('POST', 'authenticators/backup_codes', { bearer })).status).toBe(201);
    rekey.clock.advance(60_000);
    const thief = new Story(rekey);
    await thief.proveBy('keeper@example.com');
    const got = (await thief.complete()).body;
    expect((await thief.stop(await stopTokenTo('keeper@example.com'))).status).toBe(204);
    expect((await refresh(got.refresh_token)).body.error).toBe('invalid_grant');
    expect(await rekey.sql(`select kind from authenticators where account_id = 'keeper'`)).toEqual([
      { kind: 'backup_code' },
    ]);
    expect((await who.signIn('keeper', { password: theirs })).status).toBe(201);
  });
});
