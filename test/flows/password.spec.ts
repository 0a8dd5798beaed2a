import { hash } from '@node-rs/argon2';
import { sealedPasswords } from '@rekey/accounts';
import { countSealed, resealRows } from '@rekey/database';
import { password as first, people } from './people.js';
import { newHousehold, stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

const second = 'a sentence that was chosen later';

/** A person's own password, and sessions that the management ends. */
describe('passwords and sessions', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const change = (bearer: string, json: object) => who.issuer('PUT', 'password', { bearer, json });
  const refresh = (token: string) =>
    rekey.token({ grant_type: 'refresh_token', client_id: 'default', refresh_token: token });
  const manage = async (method: string, path: string) =>
    rekey.call(method, `${rekey.settings.urls.console}/v1/${path}`, { bearer: await who.management() });
  const diagnosis = async (token: string) =>
    (await who.issuer('POST', 'tokens/diagnose', { bearer: await who.management(), json: { token } })).body;

  test('a change needs the current password, gives fresh tokens, ends all other sessions and notifies the owner [ASVS 6.2.3, ASVS 6.3.7, ASVS 7.4.3]', async () => {
    await who.put('changer');
    const other = (await who.signIn('changer')).body;
    const mine = (await who.signIn('changer')).body;
    rekey.clock.advance(300_000);
    const wrong = await change(mine.access_token, {
      current_password: 'not this one at all',
      password: second,
    });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'wrong_proof']);
    const without = await change(mine.access_token, { password: second });
    expect(without.status).toBe(422);
    const weak = await change(mine.access_token, { current_password: first, password: 'changer changer' });
    expect([weak.status, weak.body.code]).toEqual([422, 'password_refused']);
    const done = await change(mine.access_token, { current_password: first, password: second });
    expect(done.status).toBe(200);
    for (const token of [other.refresh_token, mine.refresh_token])
      expect((await refresh(token)).body.error).toBe('invalid_grant');
    expect((await who.issuer('GET', 'sessions', { bearer: mine.access_token })).status).toBe(401);
    const { sessions } = (await who.issuer('GET', 'sessions', { bearer: done.body.access_token })).body;
    expect(sessions).toHaveLength(1);
    expect((await refresh(done.body.refresh_token)).status).toBe(200);
    expect([
      (await who.signIn('changer')).status,
      (await who.signIn('changer', { password: second })).status,
    ]).toEqual([401, 201]);
    const told = await diagnosis(other.refresh_token);
    expect(told).toMatchObject({ cause: 'revoked_by_password_change', remedy: 'sign_in' });
    expect(told.evidence).toMatchObject({ revoked_by: 'person' });
    await until('the notice', async () =>
      (await rekey.messages('changer@example.com')).find(({ text }) => /password was changed/.test(text)),
    );
  });

  test('an account with a bound app needs a session that was proved with it', async () => {
    const one = await who.enrol('strong');
    const strong = await who.signIn('strong', {
      second_factor: { kind: 'totp', value: who.totp(one.secret) },
    });
    const changed = await change(strong.body.access_token, { current_password: first, password: second });
    expect(changed.status).toBe(200);
    const [row] = await rekey.sql(
      `select acr from sessions where account_id = 'strong' and ended_at is null`,
    );
    expect(row.acr).toBe('urn:rekey:password:aal2');
  });

  test('a first password needs a fresh session, and a stop of its recovery removes the password', async () => {
    await who.put('without', { password: undefined });
    const thief = new Story(rekey);
    await thief.proveBy('without@example.com');
    const got = (await thief.complete()).body;
    const noticeNumber = (n: number) =>
      until(`notice ${n}`, async () => {
        const all = await rekey.messages('without@example.com');
        const notices = all.filter(({ subject }) => /recovered/.test(subject ?? ''));
        return notices.length === n ? notices[0] : undefined;
      });
    await noticeNumber(1);
    rekey.clock.advance(11 * 60_000);
    const later = (await refresh(got.refresh_token)).body;
    const stale = await change(later.access_token, { password: second });
    expect([stale.status, stale.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('insufficient_user_authentication'),
    ]);
    rekey.clock.advance(600_000);
    const again = new Story(rekey);
    await again.proveBy('without@example.com');
    const fresh = (await again.complete()).body;
    const chosen = await change(fresh.access_token, { password: second });
    expect(chosen.status).toBe(200);
    const notice = await noticeNumber(2);
    expect((await again.stop(stopTokenIn(notice))).status).toBe(204);
    expect((await refresh(chosen.body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await who.signIn('without', { password: second })).status).toBe(401);
  });

  test('management ends one session, or those of an account, a client, a recovery; each with its actor', async () => {
    await who.put('managed');
    const story = new Story(rekey);
    await story.proveBy('managed@example.com');
    const recovered = (await story.complete({ password: first })).body;
    const [one, two] = [(await who.signIn('managed')).body, (await who.signIn('managed')).body];
    const idOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid;
    const isOver = async (token: string) => (await refresh(token)).body.error === 'invalid_grant';

    expect((await manage('DELETE', `accounts/managed/tokens/${idOf(one.access_token)}`)).status).toBe(204);
    expect((await manage('DELETE', `accounts/managed/tokens/${idOf(one.access_token)}`)).status).toBe(404);
    for (const account of ['demo-ada', '%00'])
      expect((await manage('DELETE', `accounts/${account}/tokens/${idOf(two.access_token)}`)).status).toBe(
        404,
      );
    expect([
      await isOver(one.refresh_token),
      (await who.issuer('GET', 'sessions', { bearer: two.access_token })).status,
    ]).toEqual([true, 200]);
    expect((await manage('DELETE', `recoveries/${story.id}/tokens`)).status).toBe(204);
    expect(await isOver(recovered.refresh_token)).toBe(true);
    expect((await manage('DELETE', 'accounts/managed/tokens')).status).toBe(204);
    expect(await isOver(two.refresh_token)).toBe(true);
    const told = await diagnosis(two.refresh_token);
    expect(told).toMatchObject({
      cause: 'revoked_by_management',
      evidence: { revoked_by: 'client:management' },
    });
    expect(told.evidence.audit_id).toBeDefined();

    const three = (await who.signIn('managed')).body;
    expect((await manage('DELETE', 'clients/default/tokens')).status).toBe(204);
    expect(await isOver(three.refresh_token)).toBe(true);
    for (const path of ['accounts/nobody/tokens', 'clients/none/tokens', 'recoveries/x/tokens'])
      expect([path, (await manage('DELETE', path)).status]).toEqual([path, 404]);
    const reader = await who.management('accounts:read tokens:read');
    const url = `${rekey.settings.urls.console}/v1/accounts/managed/tokens`;
    expect((await rekey.call('DELETE', url, { bearer: reader })).status).toBe(403);
  });

  test('an imported hash is replaced at the first right password, also when several come at once', async () => {
    const theirs = 'the sentence of another product';
    const dear = await hash(theirs, { memoryCost: 32_768, timeCost: 3, parallelism: 1 });
    await who.put('imported', { password_hash: dear });
    const stored = async () =>
      (await rekey.sql(`select password_hash, password_changed_at from accounts where id = 'imported'`))[0];
    const costs = async () =>
      (await rekey.sql('select password_cost from accounts where password_cost is not null')).map(
        ({ password_cost }) => password_cost,
      );
    expect(await costs()).toEqual(['m=32768,t=3,p=1']);
    const opened = (text: string) =>
      rekey.settings.keyring
        .open(Buffer.from(text.slice(2), 'hex'), {
          column: 'accounts.password_hash',
          id: 'imported',
          account: 'imported',
        })
        .toString();
    const before = await stored();
    expect(before.password_hash).toMatch(/^\\x02/);
    expect((await who.signIn('imported', { password: 'not the right sentence' })).status).toBe(401);
    expect(await stored()).toEqual(before);
    const answers = await Promise.all([1, 2, 3].map(() => who.signIn('imported', { password: theirs })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const after = await stored();
    expect(after.password_hash).not.toBe(before.password_hash);
    expect(opened(after.password_hash)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(after.password_changed_at).toEqual(before.password_changed_at);
    expect(await costs()).toEqual([]);
    const session = await who.signIn('imported', { password: theirs });
    expect(session.status).toBe(201);
    // The product sends its accounts again every night, which is no new password.
    await who.put('imported', { password_hash: dear });
    expect(await stored()).toEqual(after);
    const bearer = session.body.access_token;
    expect((await who.issuer('GET', 'sessions', { bearer })).status).toBe(200);
    await rekey.idle();
    const told = (await rekey.messages('imported@example.com')).filter(({ text }) => /password/.test(text));
    expect(told).toEqual([]);
    const other = await hash('another sentence of theirs', {
      memoryCost: 32_768,
      timeCost: 3,
      parallelism: 1,
    });
    await who.put('imported', { password_hash: other });
    expect((await who.issuer('GET', 'sessions', { bearer })).status).toBe(401);
    expect(opened((await stored()).password_hash)).toBe(other);
  });

  test('a plain hash of an earlier release is sealed at the first right password, or when the issuer starts', async () => {
    const database = await rekey.openDatabase();
    const { keyring } = rekey.settings;
    for (const id of ['clear-one', 'clear-two']) {
      await who.put(id);
      await rekey.sql('update accounts set password_hash = $2 where id = $1', [id, await hash(first)]);
    }
    const stored = async (id: string) =>
      (await rekey.sql('select password_hash from accounts where id = $1', [id]))[0].password_hash;
    const counted = async () =>
      (await countSealed(database, sealedPasswords)).find(({ key_id }) => key_id === null)?.rows;
    expect(await counted()).toBe(2);
    expect((await who.signIn('clear-one', { password: 'not the right one' })).status).toBe(401);
    expect(await stored('clear-one')).toMatch(/^\$argon2id/);
    expect((await who.signIn('clear-one')).status).toBe(201);
    expect(await stored('clear-one')).toMatch(/^\\x02/);
    expect(await counted()).toBe(1);
    const done = await resealRows(database, keyring, sealedPasswords, { pause: async () => undefined });
    expect(done).toEqual({ resealed: 1, unreadable: [], doubled: [], left: 0 });
    expect(await stored('clear-two')).toMatch(/^\\x02/);
    expect((await who.signIn('clear-two')).status).toBe(201);
    expect(await counted()).toBeUndefined();
  });
});
