import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import { byLength } from '../../../test/runner/length.js';
import { alteredJwt, assemble, type FuzzKey } from '../../../test/security/fuzz/altered-jwt.js';
import { createVerifier } from './verifier.js';

const issuer = 'https://issuer.example';
const audience = 'https://api.example';
const now = 1_800_000_000;
const claims = {
  iss: issuer,
  sub: 'ada',
  aud: audience,
  client_id: 'web',
  iat: now - 60,
  exp: now + 60,
  jti: 'one',
};

const pairs = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};
type Alg = keyof typeof pairs;
const newKey = (alg: Alg): FuzzKey => ({ alg, ...pairs[alg]() });

/** An issuer of these keys, as far as the verifier asks it. */
const issuerOf = (keys: JWK[]) => async (url: string | URL | Request) =>
  Response.json(String(url).endsWith('/jwks') ? { keys } : { issuer, jwks_uri: `${issuer}/jwks` });

/**
 * Every token that the verifier accepts, jose accepts with the same demands. The verifier is stricter in these: the spelling of `typ` is
 * ours or RFC 9068's, a `kid` is needed, `iat` is not in the future, and no header names an extension (`crit`).
 */
describe.each(Object.keys(pairs) as Alg[])('an altered access token signed with %s', (alg) => {
  test('is accepted by the verifier only when jose accepts it', async () => {
    const [key, another] = [newKey(alg), newKey(alg)];
    const keys: JWK[] = [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'one', alg, use: 'sig' }];
    const verify = createVerifier({ issuer, audience, fetch: issuerOf(keys), now: () => now * 1000 });
    const joseKeys = createLocalJWKSet({ keys });
    const drafts = alteredJwt({ header: { alg, typ: 'at+jwt', kid: 'one' }, claims, issuer, audience, now });
    let [accepted, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(drafts, async (draft) => {
        const token = assemble(draft, key, another);
        const verdict = await verify(`Bearer ${token}`);
        if (!verdict.ok) {
          expect(verdict.status).toBeLessThan(500);
          refused++;
          return;
        }
        accepted++;
        // Spaces around a token belong to the header (RFC 6750 §2.1).
        const { payload } = await jwtVerify(token.trim(), joseKeys, {
          algorithms: Object.keys(pairs),
          typ: 'at+jwt',
          issuer,
          audience,
          clockTolerance: 30,
          currentDate: new Date(now * 1000),
          requiredClaims: ['exp', 'iat'],
        });
        expect(verdict.claims).toEqual(payload);
      }),
      { numRuns: byLength(200, 5_000) },
    );
    expect(accepted).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });
});
