import type { Database } from '@rekey/database';
import { Keyring, MovableClock } from '@rekey/kernel';
import { useDatabase } from '../../../test/flows/use-database.js';
import { SigningKeys } from './signing-keys.js';

describe('a key that this process has not read yet', () => {
  const keyring = new Keyring([{ id: 'k1', key: Buffer.alloc(32, 1) }]);
  const clock = new MovableClock(Date.parse('2026-03-01T00:00:00Z'));
  const plan = { alg: 'ES256', rotateEveryMs: 30 * 86_400_000 } as const;
  const database = useDatabase();
  let kid: string;
  beforeAll(async () => {
    ({ kid } = await new SigningKeys(database, keyring, clock, plan).signingKey('access_token'));
  });

  test('is found for all who ask for it at once', async () => {
    const fresh = new SigningKeys(database, keyring, clock, plan);
    const found = await Promise.all(Array.from({ length: 5 }, () => fresh.verifyingKey('access_token', kid)));
    expect(found.map((key) => key?.kid)).toEqual(Array(5).fill(kid));
  });

  test('is not reported as unknown while the database is down', async () => {
    let isAway = true;
    let looks = 0;
    const inRepository: Database['inRepository'] = (...asked) => {
      looks++;
      return isAway ? Promise.reject(new Error('away')) : database.inRepository(...asked);
    };
    const fresh = new SigningKeys({ inRepository } as Database, keyring, clock, plan);
    for (let time = 0; time < 2; time++)
      await expect(fresh.verifyingKey('access_token', kid)).rejects.toThrow('away');
    isAway = false;
    expect(await fresh.verifyingKey('access_token', kid)).toMatchObject({ kid });
    // A missing key is looked up only once in a period.
    looks = 0;
    clock.advance(60_000);
    for (let time = 0; time < 3; time++)
      expect(await fresh.verifyingKey('access_token', 'nobody')).toBeUndefined();
    expect(looks).toBe(1);
  });
});
