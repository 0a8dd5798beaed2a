import { randomBytes } from 'node:crypto';
import { type Database, openDatabase, statement } from '@rekey/database';
import { Keyring, MovableClock } from '@rekey/kernel';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { budgets, counterKey, forgetSpent, sourceOf, spend } from './index.js';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::ffff', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('the source of %s is %s', (ip, source) => {
  expect(sourceOf(ip)).toBe(source);
});

describe('spending', () => {
  const keyring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
  const clock = new MovableClock();
  const now = () => new Date(clock.now());
  let postgres: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    postgres = await createDatabase();
    database = await openDatabase({ url: postgres.url, name: 'spec' });
  });
  afterAll(async () => {
    await database.close();
    await postgres.drop();
  });
  const charge = (party: string, names: (keyof typeof budgets)[] = ['sends', 'sendsADay']) =>
    names.map((name) => ({ budget: budgets[name], key: counterKey(keyring, budgets[name], party) }));

  test('200 at once are within the quota exactly as often as it allows', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, () => spend(database, now(), charge('mei@example.com', ['guessesADay']))),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(budgets.guessesADay.quota);
  });

  test('the short window begins anew, the long one holds; one party is not another', async () => {
    const within = async (party: string) => spend(database, now(), charge(party));
    const outcomes: boolean[] = [];
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 6; n++) outcomes.push(await within('a'));
      clock.advance(budgets.sends.windowMs);
    }
    // 5 of 6, 5 of 6, and then the day's 12 are used up.
    expect(outcomes.map(Number).join('')).toBe('111110111110000000');
    expect(await within('b')).toBe(true);
    clock.advance(budgets.sendsADay.windowMs);
    expect(await within('a')).toBe(true);
  });

  test('the table holds no party, and run-out windows are forgotten', async () => {
    clock.advance(budgets.sendsADay.windowMs * 2);
    await forgetSpent(database, now());
    const rows = await database.query(statement('spec_all', 'select * from limit_counters'));
    expect(rows).toEqual([]);
  });
});
