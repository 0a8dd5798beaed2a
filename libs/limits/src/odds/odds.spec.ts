import { randomBytes } from 'node:crypto';
import { sql, statement } from '@rekey/database';
import { MovableClock } from '@rekey/kernel';
import { useDatabase } from '../../../../test/flows/use-database.js';
import {
  consumeCodeRows,
  consumeOdds,
  defaultOdds,
  lengthOfNextCode,
  oddsOfCode,
  oddsOfTotp,
  oddsParameters,
  oddsShape,
  pruneOdds,
} from './index.js';

const day = 86_400_000;

describe('odds', () => {
  const clock = new MovableClock();
  const now = () => new Date(clock.now());
  const database = useDatabase();
  const guess = (key: Buffer, cost = oddsOfTotp) =>
    consumeOdds(database, { key, cost, now: now(), policy: defaultOdds });
  const guesses = async (key: Buffer, n: number): Promise<number> => {
    let looked = 0;
    for (let at = 0; at < n; at++) if (await guess(key)) looked++;
    return looked;
  };

  test('of 200 attempts at once at a six-digit code 20 are compared, and another party keeps its own odds', async () => {
    const key = randomBytes(32);
    const looked = await Promise.all(Array.from({ length: 200 }, () => guess(key)));
    expect(looked.filter(Boolean)).toHaveLength(20);
    expect(await guess(randomBytes(32))).toBe(true);
  });

  test('no span of 24 hours has more than the odds of a day, and later there are new ones', async () => {
    const key = randomBytes(32);
    clock.advance(day);
    expect(await guesses(key, 25)).toBe(20);
    for (let hour = 0; hour < 23; hour++) {
      clock.advance(3_600_000);
      expect(await guesses(key, 1)).toBe(0);
    }
    // A window starts with its quarter of a day, so it takes 30 hours at most.
    clock.advance(7 * 3_600_000);
    expect(await guesses(key, 25)).toBe(20);
  });

  test('a year of used-up days ends at the odds of a year, while a longer secret can still be tried', async () => {
    const key = randomBytes(32);
    let looked = 0;
    for (let n = 0; n < 60; n++) {
      looked += await guesses(key, 21);
      clock.advance(30 * 3_600_000);
    }
    expect(looked).toBe(500);
    expect(await guess(key, 1e-20)).toBe(true);
    clock.advance(366 * day);
    expect(await guess(key)).toBe(true);
  });

  const code = statement(
    'spec_charge_code',
    consumeCodeRows(sql`select :key::bytea as key, 5 as tries, :least::integer as least, true as known`),
  );
  const lengthOf = async (key: Buffer, least = 6, policy = defaultOdds): Promise<number> => {
    const values = { key, least, now: now(), ...oddsParameters(policy) };
    const [row] = await database.query<{ digits: number }>(code, values);
    return row?.digits ?? 0;
  };

  test.each([
    [defaultOdds, 6],
    [defaultOdds, 8],
    [{ day: 4e-7, year: 1e-5 }, 6],
    [{ day: 1e-8, year: 1e-5 }, 6],
  ])(
    'the length of a code grows as the formula says, by the policy %j, from %d digits',
    async (policy, least) => {
      const key = randomBytes(32);
      const spent = { day: 0, year: 0 };
      for (let n = 0; n < 60; n++) {
        const digits = lengthOfNextCode(policy, spent, { tries: 5, least });
        expect(await lengthOf(key, least, policy)).toBe(digits);
        spent.day += oddsOfCode(digits, 5);
        spent.year += oddsOfCode(digits, 5);
      }
      // An address without short codes keeps its long ones, whose odds are close to nothing.
      expect(await lengthOf(key, 20, policy)).toBe(20);
    },
  );

  test('100 codes at once for one party have as many short ones as 100 in sequence', async () => {
    const key = randomBytes(32);
    const lengths = await Promise.all(Array.from({ length: 100 }, () => lengthOf(key)));
    expect(lengths.filter((digits) => digits === 6)).toHaveLength(6);
    expect(lengths.filter((digits) => digits === 8)).toHaveLength(94);
  });

  test('a refused attempt costs nothing, and expired odds are pruned', async () => {
    const key = randomBytes(32);
    await guesses(key, 100);
    const rows = statement('spec_odds', sql`select sum(odds) as odds from guess_odds where key = :key`);
    const [row] = await database.query<{ odds: number }>(rows, { key });
    expect(row?.odds).toBeCloseTo(4e-5, 12);
    clock.advance(367 * day);
    await pruneOdds(database, now());
    expect(await database.query(statement('spec_no_odds', sql`select from guess_odds`))).toEqual([]);
  });
});

test.each([
  [{ day: 0.5 }, /day/],
  [{ day: 0 }, /day/],
  // These odds do not allow a single attempt at an authenticator app.
  [{ day: 1e-6 }, /day/],
  [{ year: 0.5 }, /year/],
  [{ day: 1e-3, year: 1e-4 }, /must not be greater than the chance per year/],
  [{ week: 1 }, /week/],
])('a policy of %j is refused with the name of the field', (policy, message) => {
  expect(() => oddsShape.parse(policy)).toThrow(message);
});

test('a policy may change one value and keep the other defaults', () => {
  expect(oddsShape.parse({ day: 1e-5 })).toEqual({ day: 1e-5, year: 1e-3 });
});
