import { stopToken } from '@rekey/outbox';
import { SigningKeys } from '@rekey/tokens';
import { type CryptoKey, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { password, people } from '../flows/people.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const thiefs = 'a sentence that the thief has chosen';

/**
 * An attacker can write to every table, and has no keyring. A sealed value of one place is moved to another: the attacker would
 * get messages, or would know the answer to what an account asks for.
 */
describe('an attacker who can write rows puts a sealed value elsewhere', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(3_600_000);
  });

  const mailOf = (id: string) => `${id}@example.com`;
  const accountUrl = (id: string) => `${rekey.settings.urls.console}/v1/accounts/${id}`;
  const read = async (id: string) => rekey.call('GET', accountUrl(id), { bearer: await who.management() });
  /** A fault is no response that an OpenAPI file promises. */
  const failed = async (method: string, url: string, bearer: string, json?: object) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const answer = await fetch(url, { method, headers, body: json ? JSON.stringify(json) : null });
    const { title, ...problem } = (await answer.json()) as Record<string, unknown>;
    return { said: String(title), status: answer.status, code: problem.code };
  };
  const fault = { said: 'Something went wrong on our side.', status: 500, code: 'internal' };
  const issuerUrl = (path: string) => `${rekey.settings.urls.issuer}/v1/${path}`;
  const signInBy = (id: string, secret: string) =>
    failed('POST', issuerUrl('sessions'), '', {
      identifier: mailOf(id),
      password,
      second_factor: { kind: 'totp', value: who.totp(secret) },
    });
  const giveAddress = (from: string, to: string) =>
    rekey.sql(
      `update addresses set account_id = $2, is_primary = false where account_id = $1 and kind = 'email'`,
      [from, to],
    );
  /** The outcome of a recovery's messages. */
  const endsOf = async (recovery: string) => {
    await rekey.idle();
    return rekey.sql('select kind, state, reason from messages where recovery_id = $1 order by kind, state', [
      recovery,
    ]);
  };
  /** A recovery seals any identifier that somebody types. */
  const sealedBy = async (identifier: string) => {
    const story = new Story(rekey);
    expect((await story.start({ identifier })).status).toBe(202);
    await rekey.idle();
    return story.id;
  };

  test('an address of another account: no code goes there, and the account does not read it as its own', async () => {
    for (const id of ['owner', 'thief']) await who.put(id);
    await giveAddress('thief', 'owner');
    const story = new Story(rekey);
    await story.start({ identifier: mailOf('thief') });
    expect(await endsOf(story.id)).toEqual([{ kind: 'recovery_code', state: 'dropped', reason: 'altered' }]);
    expect(await rekey.messages(mailOf('thief'))).toEqual([]);

    expect(await failed('GET', accountUrl('owner'), await who.management())).toEqual(fault);
    // The owner still gets in, and is not offered the address; the next update by the product repairs it.
    const own = new Story(rekey);
    expect((await own.proveBy(mailOf('owner'))).body.state).toBe('proven');
    expect((await own.complete({ password: 'what its owner has chosen' })).status).toBe(201);
    await who.put('owner');
    expect((await read('owner')).body.addresses).toMatchObject([
      { value: mailOf('owner') },
      { value: who.phoneOf('owner') },
    ]);
  });

  test("an address of another account: no notification and no stop link goes there, and the owner's go out", async () => {
    for (const id of ['warned', 'listener']) await who.put(id);
    await giveAddress('listener', 'warned');
    const story = new Story(rekey);
    expect((await story.proveBy(mailOf('warned'))).status).toBe(200);
    expect((await story.complete()).status).toBe(201);
    const ends = (await endsOf(story.id)).filter(({ kind }) => kind === 'recovery_completed');
    expect(ends).toEqual([
      { kind: 'recovery_completed', state: 'dropped', reason: 'altered' },
      { kind: 'recovery_completed', state: 'sent', reason: null },
      { kind: 'recovery_completed', state: 'sent', reason: null },
    ]);
    expect(await rekey.messages(mailOf('listener'))).toEqual([]);
  });

  test('an address of another account: it is not offered after a first proof', async () => {
    const { codes } = await who.enrol('offered');
    await who.put('lurker');
    await giveAddress('lurker', 'offered');
    const story = new Story(rekey);
    await story.start({ identifier: mailOf('offered') });
    const proved = await story.prove(codes[0] ?? '', 'backup_code');
    expect(proved.body.addresses.map(({ address }: { address: string }) => address)).toEqual([
      'o***@example.com',
      expect.stringMatching(/^\*\*\*\d{3}$/),
    ]);
  });

  test('the identifier of a recovery: it is no address of an account', async () => {
    await who.put('target');
    const recovery = await sealedBy('away@example.com');
    await rekey.sql(
      `insert into addresses (id, account_id, kind, sealed, lookup, exact, verified, is_primary, created_at)
       select id, 'target', 'email', identifier_sealed, identifier_digests[1], identifier_digests[2], true, false, now()
       from recoveries where id = $1`,
      [recovery],
    );
    const story = new Story(rekey);
    await story.start({ identifier: 'away@example.com' });
    expect(await endsOf(story.id)).toEqual([{ kind: 'recovery_code', state: 'dropped', reason: 'altered' }]);
    expect(await rekey.messages('away@example.com')).toEqual([]);
  });

  test('the identifier of a recovery: it is no secret of an app', async () => {
    await who.put('victim');
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    const recovery = await sealedBy(secret);
    await rekey.sql(
      `insert into authenticators (id, account_id, kind, secret_sealed, created_at, bound_at, counts_from)
       select id, 'victim', 'totp', identifier_sealed, now(), now(), now() from recoveries where id = $1`,
      [recovery],
    );
    expect(await signInBy('victim', secret)).toEqual(fault);
  });

  test('the app of another account: it proves nothing, at a sign-in and in a recovery', async () => {
    const own = await who.enrol('asked');
    const other = await who.enrol('prover');
    await rekey.sql(`delete from authenticators where account_id = 'asked' and kind = 'totp'`);
    await rekey.sql(
      `update authenticators set account_id = 'asked' where account_id = 'prover' and kind = 'totp'`,
    );
    expect(await signInBy('asked', other.secret)).toEqual(fault);
    const story = new Story(rekey);
    expect((await story.proveBy(mailOf('asked'))).body.methods).toEqual(['totp', 'backup_code']);
    const proofs = `${rekey.settings.urls.recovery}/v1/recoveries/${story.id}/proofs`;
    const value = { kind: 'totp', value: who.totp(other.secret) };
    expect(await failed('POST', proofs, story.token, value)).toEqual(fault);
    expect((await story.show()).body.state).toBe('proving');
    // The owner's own app still proves.
    expect((await story.prove(own.codes[0] ?? '', 'backup_code')).body.state).toBe('proven');
  });

  test('an unconfirmed app of another account: its code binds nothing', async () => {
    for (const id of ['binding', 'lender']) await who.put(id);
    const begin = async (id: string) => {
      const bearer = (await who.signIn(id)).body.access_token;
      return { bearer, app: (await who.issuer('POST', 'authenticators/totp', { bearer })).body };
    };
    const [{ bearer }, { app }] = [await begin('binding'), await begin('lender')];
    await rekey.sql(`delete from authenticators where account_id = 'binding'`);
    await rekey.sql(`update authenticators set account_id = 'binding' where id = $1`, [app.id]);
    const confirm = issuerUrl(`authenticators/${app.id}/confirm`);
    expect(await failed('POST', confirm, bearer, { value: who.totp(app.secret) })).toEqual(fault);
    const rows = await rekey.sql('select bound_at from authenticators where id = $1', [app.id]);
    expect(rows).toEqual([{ bound_at: null }]);
  });

  test('the former password of another account: it is not restored, and the account has none', async () => {
    await who.put('stopped');
    await who.put('giver', { password: thiefs });
    const ids: string[] = [];
    for (const id of ['stopped', 'giver']) {
      const story = new Story(rekey);
      await story.proveBy(mailOf(id));
      expect((await story.complete()).status).toBe(201);
      ids.push(story.id);
    }
    const [stopped, giver] = ids;
    await rekey.sql('delete from former_passwords where recovery_id = $1', [stopped]);
    await rekey.sql('update former_passwords set recovery_id = $1 where recovery_id = $2', [stopped, giver]);
    const token = stopToken(rekey.settings.keyring, stopped ?? '', rekey.clock.now());
    expect((await new Story(rekey).stop(token)).status).toBe(204);
    for (const text of [thiefs, password])
      expect((await who.signIn('stopped', { password: text })).status).toBe(401);
  });

  test('the user name of another account: the account is not read', async () => {
    await who.put('named', { username: 'a-name-of-hers' });
    await who.put('namer', { username: 'a-name-of-his' });
    await rekey.sql(
      `update accounts set username_sealed = (select username_sealed from accounts where id = 'namer') where id = 'named'`,
    );
    expect(await failed('GET', accountUrl('named'), await who.management())).toEqual(fault);
  });

  /** A token with the claims of a real one, signed by the attacker's key. */
  const forge = async (bearer: string, kid: string, privateKey: CryptoKey) => {
    const claims = JSON.parse(Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString());
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(privateKey);
  };
  const sessions = (bearer: string) => who.issuer('GET', 'sessions', { bearer });

  test('the text of a link cookie: it is no signing key', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const text = JSON.stringify(await exportJWK(privateKey));
    const link = `${rekey.settings.urls.recovery}/recover/link?token=${encodeURIComponent(text)}`;
    const cookie = (await fetch(link, { redirect: 'manual' })).headers.getSetCookie().join();
    const [, value = ''] = /rekey-link=([^;]+)/.exec(cookie) ?? [];
    expect(value.length).toBeGreaterThan(200);
    await who.put('forged');
    const bearer = (await who.signIn('forged')).body.access_token;
    const kid = 'page-cookie/link';
    await rekey.sql(
      `insert into signing_keys (kid, use, alg, generation, private_sealed, public_jwk, created_at, active_from)
       values ($1, 'access_token', 'ES256', 99, $2, $3, now(), now() - interval '1 day')`,
      [kid, Buffer.from(value, 'base64url'), JSON.stringify(await exportJWK(publicKey))],
    );
    rekey.clock.advance(60_000);
    const forged = await forge(bearer, kid, privateKey);
    expect(await failed('GET', issuerUrl('sessions'), forged)).toEqual(fault);
    await rekey.sql('delete from signing_keys where kid = $1', [kid]);
    expect((await sessions(bearer)).status).toBe(200);
  });

  test('a public key beside a sealed private one: it verifies nothing, and is not published', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    await who.put('beside');
    const bearer = (await who.signIn('beside')).body.access_token;
    const { kid } = JSON.parse(Buffer.from(bearer.split('.')[0] ?? '', 'base64url').toString());
    const planted = await exportJWK(publicKey);
    await rekey.sql('update signing_keys set public_jwk = $2 where kid = $1', [kid, JSON.stringify(planted)]);
    // A newly started process.
    const keys = new SigningKeys(
      await rekey.openDatabase(),
      rekey.settings.keyring,
      rekey.clock,
      rekey.settings.keyPlan,
    );
    const { keys: published } = await keys.publicJwks('access_token');
    expect(published.find((key) => key.kid === kid)?.x).not.toBe(planted.x);
    const found = await keys.verifyingKey('access_token', kid);
    const currentDate = new Date(rekey.clock.now());
    const verify = (token: string) => jwtVerify(token, found?.publicKey ?? Buffer.alloc(0), { currentDate });
    await expect(verify(await forge(bearer, kid, privateKey))).rejects.toThrow('signature');
    await expect(verify(bearer)).resolves.toMatchObject({ payload: { sub: 'beside' } });
  });
});
