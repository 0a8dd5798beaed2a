import { createVerifier } from '@rekey/client';
import type { Database } from '@rekey/database';
import { SigningKeys } from '@rekey/tokens';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { people } from '../flows/people.js';
import { newHousehold, until, useRekey } from '../flows/rekey.js';
import { byLength } from '../runner/length.js';

const minute = 60_000;
const workers = 6;
const changes = byLength(2, 5);

/** Signing keys change while tokens are issued and verified. */
describe('key rotation under load', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let database: Database;
  beforeAll(async () => {
    database = await rekey.openDatabase();
    for (let n = 0; n < workers; n++) await who.put(`worker-${n}`);
  });

  const now = () => rekey.clock.now();
  const jwksUrl = () => new URL(`${rekey.settings.urls.issuer}/oauth2/jwks`);
  const freshKeys = async () => createLocalJWKSet(await (await fetch(jwksUrl())).json());
  /** A resource server that caches the keys as long as our Cache-Control allows, and never reads them earlier. */
  const strictKeys = (): JWTVerifyGetKey => {
    let kept: Promise<JWTVerifyGetKey> | undefined;
    let until = 0;
    return async (header, token) => {
      if (!kept || now() >= until) {
        kept = fetch(jwksUrl()).then(async (answer) => {
          expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
          return createLocalJWKSet(await answer.json());
        });
        until = now() + 300_000;
      }
      return (await kept)(header, token);
    };
  };

  test('two processes change keys, and no validation fails: by jose, by our verifier, or from a cache', async () => {
    const { urls, keyring } = rekey.settings;
    const rotateEveryMs = 120 * minute;
    const processes = [1, 2].map(
      () => new SigningKeys(database, keyring, rekey.clock, { alg: 'ES256', rotateEveryMs }),
    );
    // jose waits by the real clock, which hardly advances here.
    const remote = createRemoteJWKSet(jwksUrl(), { cooldownDuration: 0 });
    const strict = strictKeys();
    const verify = createVerifier({ issuer: urls.issuer, audience: urls.issuer, now });
    const failures: string[] = [];
    const kids = new Set<unknown>();
    const done = Array<number>(workers).fill(0);
    let over = false;

    const check = async (token: string, keys: JWTVerifyGetKey, at: number, by: string) => {
      const options = {
        issuer: urls.issuer,
        audience: urls.issuer,
        typ: 'at+jwt',
        currentDate: new Date(at),
      };
      await jwtVerify(token, keys, options).catch((fault: Error) => failures.push(`${by}: ${fault.message}`));
    };
    const work = async (worker: number) => {
      newHousehold();
      let { refresh_token: refreshToken, access_token: kept } = (await who.signIn(`worker-${worker}`)).body;
      let keptSince = now();
      while (!over) {
        const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
        const answer = await rekey.token(form);
        if (answer.status !== 200) throw new Error(`the refresh got ${answer.status}`);
        const issued = now();
        const token: string = answer.body.access_token;
        kids.add(decodeProtectedHeader(token).kid);
        await Promise.all([
          check(token, remote, issued, 'jose'),
          check(token, strict, issued, 'cache'),
          // A token from before the change is valid as long as it lives, also for a new verifier.
          check(kept, await freshKeys(), keptSince, 'fresh keys, older token'),
          verify(`Bearer ${token}`).then(
            (verdict) => verdict.ok || failures.push(`verifier: ${verdict.cause}`),
          ),
        ]);
        refreshToken = answer.body.refresh_token;
        if (issued - keptSince >= 8 * minute) [kept, keptSince] = [token, issued];
        done[worker] = (done[worker] ?? 0) + 1;
      }
    };
    const move = async () => {
      const end = now() + (changes + 0.5) * rotateEveryMs;
      for (let step = 0; now() < end; step++) {
        const seen = [...done];
        rekey.clock.advance(4 * minute);
        await Promise.all(
          processes.map((keys, at) => (step % 3 === at ? keys.rotate() : keys.publicJwks('access_token'))),
        );
        if (step % 7 === 0) await Promise.all(processes.map((keys) => keys.rotate()));
        // No token may expire on its way to a verifier.
        const haveAllGoneOn = () => done.every((count, worker) => count > (seen[worker] ?? 0));
        await until('all workers', async () => haveAllGoneOn() || undefined);
      }
      over = true;
    };
    const all = [move(), ...done.map((_, worker) => work(worker))].map((one) =>
      one.catch((fault: Error) => {
        over = true;
        throw fault;
      }),
    );
    for (const outcome of await Promise.allSettled(all))
      expect(outcome).toMatchObject({ status: 'fulfilled' });
    expect(failures).toEqual([]);
    expect(kids.size).toBeGreaterThanOrEqual(changes);
    const validations = 4 * done.reduce((sum, count) => sum + count, 0);
    expect(validations).toBeGreaterThan(600 * changes);
    const [row] = await rekey.sql(`select count(*)::int as n from signing_keys where use = 'access_token'`);
    expect(row.n).toBeLessThanOrEqual(3);
  });
});
