import { randomBytes } from 'node:crypto';
import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { Keyring, MovableClock } from '@rekey/kernel';
import fc from 'fast-check';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { byLength } from '../runner/length.js';
import { CodesModel, type Step, steps } from './codes-model.js';

/** Any order of send, resend, prove, wait, complete and cancel, with up to fifty callers at once, from two replicas. */
describe('delivered codes against a model', () => {
  const keyring = new Keyring([{ id: 'one', key: randomBytes(32) }]);
  const clock = new MovableClock();
  let postgres: TestDatabase;
  let databases: Database[];
  beforeAll(async () => {
    postgres = await createDatabase();
    databases = await Promise.all(
      ['one', 'two'].map((name) => openDatabase({ url: postgres.url, name, poolSize: 8 })),
    );
  });
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await postgres.drop();
  });

  const property = (planted?: (id: string) => Promise<void>) =>
    fc.asyncProperty(steps, async (list: Step[]) => {
      // Each run has its own account, at least a day after the run before.
      clock.advance(90_000_000);
      await new CodesModel(databases, keyring, clock, planted).run(list);
    });

  /** The sixth code to an address is not sent. With it, the first of its recovery ends, and the second is valid. */
  const overTheLimit: Step[] = [
    { do: 'wait', ms: 60_000 },
    { do: 'resend', at: 0 },
    { do: 'open', by: 0 },
    { do: 'open', by: 0 },
    { do: 'open', by: 0 },
    { do: 'wait', ms: 60_000 },
    { do: 'resend', at: 0 },
    { do: 'guess', at: 0, what: 'older', callers: 1 },
    { do: 'guess', at: 0, what: 'previous', callers: 1 },
  ];

  test('never more attempts than the budget, never two winners, the last two codes and no other [NIST 3.1.3.2, ASVS 6.6.3, ASVS 15.4.2]', async () => {
    await fc.assert(property(), {
      numRuns: byLength(20, 500),
      endOnFailure: true,
      examples: [[overTheLimit]],
    });
  });

  test('the model finds a resend that restores attempts', async () => {
    const refill = statement('model_refill', sql`update recoveries set tries = 0 where id = :id`);
    const [database] = databases as [Database];
    const planted = async (id: string) => void (await database.query(refill, { id }));
    const found = await fc.check(property(planted), { numRuns: 300, endOnFailure: true });
    expect(found.failed).toBe(true);
    expect(String(found.errorInstance)).toMatch(
      /tries went from|more answers than tries|tries_left lies|a guess beyond the budget has won/,
    );
  });
});
