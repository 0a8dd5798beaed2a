import { useDatabase } from '../../../test/flows/use-database.js';
import { statement, type Transaction } from './index.js';
import { retried } from './retried.js';
import { sql } from './sql-text.js';

const fault = (code: string) => Object.assign(new Error(code), { code });

test.each<[string, number, number | string]>([
  ['40P01', 3, 4],
  ['40001', 5, 6],
  ['40P01', 6, '40P01'],
  ['23505', 1, '23505'],
  ['57014', 1, '57014'],
])('work that meets %s %i times ends with %p', async (code, times, end) => {
  let ran = 0;
  const outcome = await retried(async () => {
    ran++;
    if (ran <= times) throw fault(code);
    return ran;
  }).catch((met) => met.code);
  expect(outcome).toBe(end);
  expect(ran).toBe(typeof end === 'number' ? end : times);
});

describe('a transaction that gave way to another', () => {
  const database = useDatabase();
  const lock = statement('spec_retry_lock', sql`select pg_advisory_xact_lock(:key)`);
  const raise = statement('spec_retry_raise', sql`select 1 / 0`);

  test('is run again: two that lock each other both commit, once', async () => {
    const committed: string[] = [];
    const [locked, release] = [[0, 0], [] as (() => void)[]];
    const both = new Promise<void>((resolve) => release.push(resolve));
    const work = (name: string, first: number, second: number) =>
      database.transaction(async (tx: Transaction) => {
        await tx.query(lock, { key: first });
        locked[first - 1] = (locked[first - 1] ?? 0) + 1;
        if (locked.every((times) => times > 0)) release[0]?.();
        await both;
        await tx.query(lock, { key: second });
        tx.afterCommit(() => committed.push(name));
        return name;
      });
    expect(await Promise.all([work('one', 1, 2), work('other', 2, 1)])).toEqual(['one', 'other']);
    expect(committed.sort()).toEqual(['one', 'other']);
    expect(locked.reduce((sum, times) => sum + times)).toBeGreaterThan(2);
  });

  test('is not run again after another fault', async () => {
    let ran = 0;
    const failing = database.transaction(async (tx: Transaction) => {
      ran++;
      await tx.query(raise);
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(ran).toBe(1);
  });
});
