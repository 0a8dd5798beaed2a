import type { Database } from '@rekey/database';
import type { SigningAlgorithm } from '@rekey/kernel';
import { type KeyPlan, publishedAheadMs, SigningKeys } from '@rekey/tokens';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { newHousehold, useRekey } from './rekey.js';

const day = 86_400_000;

/** Signing keys over time. */
describe('signing keys', () => {
  const rekey = useRekey();
  let database: Database;
  beforeAll(async () => {
    database = await rekey.openDatabase();
  });

  const keysOf = (plan?: Partial<KeyPlan>) =>
    new SigningKeys(database, rekey.settings.keyring, rekey.clock, { ...rekey.settings.keyPlan, ...plan });
  const signIn = async () => {
    newHousehold();
    const json = { identifier: 'ada', password: 'correct horse battery' };
    const answer = await rekey.call('POST', `${rekey.settings.urls.issuer}/v1/sessions`, { json });
    expect(answer.status).toBe(201);
    return answer.body.access_token as string;
  };
  const published = async () => (await keysOf().publicJwks('access_token')).keys.map(({ kid }) => kid);
  const jwksUrl = () => new URL(`${rekey.settings.urls.issuer}/oauth2/jwks`);
  /** A resource server that caches our keys for a while, with the clock of the test. */
  const verify = (token: string, jwks: ReturnType<typeof createRemoteJWKSet>) =>
    jwtVerify(token, jwks, { issuer: rekey.settings.urls.issuer, currentDate: new Date(rekey.clock.now()) });

  test('through four months of rotations no token fails at a resource server, and old keys are pruned after their tokens', async () => {
    const jwks = createRemoteJWKSet(jwksUrl(), { cooldownDuration: 0, cacheMaxAge: 10 });
    const keys = keysOf();
    const used = new Set<unknown>();
    let before = await signIn();
    for (let hours = 0; hours < 120 * 24; hours += 45) {
      rekey.clock.advance(45 * 3_600_000 - 300_000);
      await Promise.all([keys.rotate(), keysOf().rotate()]);
      const token = await signIn();
      rekey.clock.advance(300_000);
      // Five minutes later, perhaps after the change: both keys are valid.
      await verify(token, jwks);
      before = await signIn();
      await verify(before, jwks);
      used.add(decodeProtectedHeader(before).kid);
      expect((await published()).length).toBeLessThanOrEqual(3);
    }
    expect(used.size).toBeGreaterThanOrEqual(4);
    const [row] = await rekey.sql(`select count(*)::int as n from signing_keys where use = 'access_token'`);
    expect(row.n).toBeLessThanOrEqual(2);
    // Each key was made once and removed once, whatever the number of processes.
    const kept = await rekey.sql('select kid::text from signing_keys');
    const kidsOf = async (event: string): Promise<string[]> =>
      (await rekey.sql(`select detail->>'kid' as kid from audit_events where event = $1`, [event])).map(
        ({ kid }) => kid,
      );
    const [created, removed] = [await kidsOf('signing_key_created'), await kidsOf('signing_key_removed')];
    expect(new Set(created).size).toBe(created.length);
    expect([...removed, ...kept.map(({ kid }) => kid)].sort()).toEqual(created.sort());
    expect(created).toEqual(expect.arrayContaining([...used]));
  });

  test('a new key is published an hour before it signs, and two processes create only one', async () => {
    const keys = keysOf();
    await keys.rotate();
    const [newest] = await rekey.sql(
      `select kid, active_from from signing_keys where use = 'access_token' order by generation desc limit 1`,
    );
    const due = newest.active_from.getTime() + 30 * day;
    rekey.clock.advance(due - publishedAheadMs - rekey.clock.now());
    await Promise.all(Array.from({ length: 8 }, () => keysOf().rotate()));
    const rows = await rekey.sql(
      `select kid, active_from from signing_keys where use = 'access_token' and active_from > $1`,
      [new Date(rekey.clock.now())],
    );
    expect(rows).toHaveLength(1);
    expect(await published()).toContain(rows[0].kid);
    expect(decodeProtectedHeader(await signIn()).kid).toBe(newest.kid);
    rekey.clock.advance(publishedAheadMs);
    expect(decodeProtectedHeader(await signIn()).kid).toBe(rows[0].kid);
  });

  test.each(['RS256', 'EdDSA', 'ES256'] as SigningAlgorithm[])(
    '%s by setting: the change is a rotation, and older tokens stay valid',
    async (alg) => {
      const before = await signIn();
      const keys = keysOf({ alg });
      await keys.rotate();
      rekey.clock.advance(publishedAheadMs);
      const token = await signIn();
      expect(decodeProtectedHeader(token).alg).toBe(alg);
      const jwks = createRemoteJWKSet(jwksUrl());
      await verify(token, jwks);
      await jwtVerify(before, jwks, { currentDate: new Date(rekey.clock.now() - publishedAheadMs) });
      rekey.clock.advance(2 * 3_600_000);
    },
  );

  test('HS256 signs, and its key is never published', async () => {
    await keysOf({ alg: 'HS256' }).rotate();
    rekey.clock.advance(publishedAheadMs);
    const token = await signIn();
    expect(decodeProtectedHeader(token).alg).toBe('HS256');
    const sessions = await rekey.call('GET', `${rekey.settings.urls.issuer}/v1/sessions`, { bearer: token });
    expect(sessions.status).toBe(200);
    const { keys } = await keysOf().publicJwks('access_token');
    expect(keys.every(({ alg, kty, k }) => alg !== 'HS256' && kty !== 'oct' && k === undefined)).toBe(true);
    const rows = await rekey.sql(`select public_jwk from signing_keys where alg = 'HS256'`);
    expect(rows).toEqual([{ public_jwk: { kty: 'oct' } }]);
  });
});
