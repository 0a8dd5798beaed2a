import { signingAlgorithms } from '@rekey/kernel';
import fc from 'fast-check';
import { jwtVerify } from 'jose';
import { byLength } from '../../../test/runner/length.js';
import { alteredJwt, assemble, type FuzzKey } from '../../../test/security/fuzz/altered-jwt.js';
import { verifyAccessToken } from './access-token.js';
import { loadKey, makeKey } from './key-material.js';
import type { LoadedKey } from './signing-keys.js';

const issuer = 'https://issuer.example';
const now = 1_800_000_000;
const claims = {
  sub: 'ada',
  client_id: 'web',
  scope: 'account',
  iss: issuer,
  aud: issuer,
  iat: now - 60,
  exp: now + 60,
  jti: '019e1c2a-7b1c-7000-8000-000000000000.AAAAAAAAAAAAAAAAAAAAAA',
};

const newKey = async (alg: FuzzKey['alg'], kid: string): Promise<LoadedKey & FuzzKey> => {
  const loaded = loadKey(alg, (await makeKey(alg)).privateJwk);
  return { ...loaded, alg, kid, use: 'access_token', generation: 1, activeFrom: 0 };
};

/**
 * Every token that we accept, jose accepts with the same demands. We are stricter in these: the header is, byte for byte, the one that the
 * key writes (so no other `kid`, `typ`, `crit`, member, order or encoding); base64url is canonical; `nbf`, which we never issue, is refused.
 */
describe.each(signingAlgorithms)('an altered access token signed with %s', (alg) => {
  test('is accepted only when jose accepts it', async () => {
    const [key, another] = [await newKey(alg, 'one'), await newKey(alg, 'other')];
    const keys = { verifyingKey: async (_use: string, kid: unknown) => (kid === key.kid ? key : undefined) };
    const clock = { now: () => now * 1000 };
    const drafts = alteredJwt({
      header: { alg, typ: 'at+jwt', kid: 'one' },
      claims,
      issuer,
      audience: issuer,
      now,
    });
    let [accepted, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(drafts, async (draft) => {
        const token = assemble(draft, key, another);
        const ours = await verifyAccessToken({ keys, clock, issuerUrl: issuer }, token);
        if (!ours) {
          refused++;
          return;
        }
        accepted++;
        const { payload } = await jwtVerify(token, key.publicKey, {
          algorithms: [alg],
          typ: 'at+jwt',
          issuer,
          currentDate: new Date(now * 1000),
          requiredClaims: ['exp', 'iat'],
        });
        expect(ours).toEqual(payload);
      }),
      { numRuns: byLength(200, 5_000) },
    );
    // Neither side of the property is empty.
    expect(accepted).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });
});
