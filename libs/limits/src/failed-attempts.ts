import { createHash } from 'node:crypto';
import { literal, pruneStretch, type Queryable, type SqlText, sql, statement } from '@rekey/database';
import type { Keyring, Refusal } from '@rekey/kernel';
import { failureWindowMs } from './attempts.js';
import { recordExceeded } from './audited.js';
import { limited } from './consume.js';

/** Failures in a row without a wait: people mistype. */
const free = 4;
/** The name in the headers of a refusal. */
const policy = 'failures';
const firstWaitS = 30;
const longestWaitS = 3_600;

/**
 * Returns how many seconds the next attempt has to wait after this many failures in a row: none for the first four, then 30 seconds,
 * doubling up to an hour (NIST SP 800-63B-4 §3.2.2 names growing waits).
 */
export const waitAfter = (failures: number): number =>
  failures <= free ? 0 : Math.min(longestWaitS, firstWaitS * 2 ** (failures - free - 1));

/** Up to the longest wait, which applies to all later failures. */
const waits = Array.from({ length: 12 }, (_, at) => waitAfter(at + 1));

const sqlWait = (failures: SqlText): SqlText =>
  sql`(${literal(`{${waits.join(',')}}`)}::integer[])[least(${failures}, ${waits.length})] * interval '1 second'`;

const again = sql`case when f.forget_at <= :now then 1 else f.failures + 1 end`;

/** Counts one more failure unless a wait is running. @param from `where` of the row to be counted */
const countRow = (key: SqlText, retentionMs: SqlText, from = sql``): SqlText => sql`
  insert into failed_attempts as f (key, failures, wait_until, forget_at)
  select ${key}, 1, :now::timestamptz + ${sqlWait(sql`1`)}, :now::timestamptz + ${retentionMs}::bigint * interval '1 millisecond' ${from}
  on conflict (key) do update set failures = ${again}, wait_until = :now::timestamptz + ${sqlWait(again)}, forget_at = excluded.forget_at,
    told = f.told and f.forget_at > :now
  where f.wait_until <= :now or f.forget_at <= :now
  returning f.failures, f.told`;

const count = statement(
  'limits_count_attempt',
  sql`with shown as (
     ${countRow(sql`:shown::bytea`, sql`:shownForgetMs`)}
   ), silent as (
     ${countRow(sql`:silent::bytea`, sql`:silentForgetMs`, sql`from shown where :silent::bytea is not null`)}
   )
   select (select failures from shown) as shown, (select failures from silent) as silent, (select told from silent) as told,
     (select failures from failed_attempts where key = :shown) as waiting`,
);

/** The key that failures are counted under. */
export interface FailureKey {
  key: Buffer;
  /** Milliseconds without an attempt until they are forgotten. */
  retentionMs: number;
}

const day = 86_400_000;

/** By the name that a caller has typed, whether or not it belongs to an account. */
export const failuresByName = (keyring: Keyring, name: string): FailureKey => ({
  key: keyring.mac('failed-attempts', name),
  retentionMs: day,
});

/** By a random id of ours: of an account (its generation), a session or a browser. Only a success, or a new password, clears these. */
export const failuresById = (of: 'account' | 'session' | 'browser', id: string): FailureKey => ({
  key: createHash('sha256').update(`failed-attempts/${of} ${id}`).digest(),
  retentionMs: of === 'account' ? failureWindowMs : 100 * day,
});

export interface CountedAttempt {
  /** Failures in a row, this attempt included. */
  failures: number;
  /** The same for the silent key. Undefined while its own wait runs: the attempt must not be compared then. */
  silent?: { failures: number; told: boolean };
}

/**
 * Counts an attempt as a failure before it is compared; a success clears it with {@link clearFailures}. Concurrent attempts count one
 * after the other, and all but the first meet the wait.
 *
 * Refusals: `rate_limited`, with the whole wait: the time that is left would reveal when somebody else has tried.
 *
 * @param of.shown the key that the caller may know about: while its wait runs, the attempt is refused and not counted
 * @param of.silent the key that the caller must not learn about, since it would reveal which names belong to one account
 */
export async function countAttempt(
  database: Queryable,
  now: number,
  { shown, silent }: { shown: FailureKey; silent?: FailureKey | undefined },
): Promise<CountedAttempt | Refusal> {
  const [row] = await database.query<{
    shown: number | null;
    silent: number | null;
    told: boolean | null;
    waiting: number | null;
  }>(count, {
    now: new Date(now),
    shown: shown.key,
    shownForgetMs: shown.retentionMs,
    silent: silent?.key ?? null,
    silentForgetMs: silent?.retentionMs ?? 0,
  });
  if (!row || row.shown === null) {
    // Null when another attempt inserted the row at the same moment.
    const wait = waitAfter(Math.max(row?.waiting ?? 0, free + 1));
    database.record('rate_limit_exceeded', { policy });
    const budget = { policy, quota: 1, windowMs: wait * 1000 };
    await recordExceeded(database, budget, { party: shown.key, now });
    return limited(budget);
  }
  return {
    failures: row.shown,
    ...(row.silent === null ? {} : { silent: { failures: row.silent, told: row.told === true } }),
  };
}

/** One after the other, in the order in which they are counted, to avoid deadlocks. */
const clear = statement(
  'limits_clear_failures',
  sql`with shown as (delete from failed_attempts where key = :shown returning key)
   delete from failed_attempts where key = :silent::bytea and (select count(*) from shown) >= 0`,
);

/** Called after a success. */
export const clearFailures = (
  database: Queryable,
  { shown, silent }: { shown: FailureKey; silent?: FailureKey | undefined },
): Promise<object[]> => database.query(clear, { shown: shown.key, silent: silent?.key ?? null });

const tell = statement(
  'limits_notify_of_failures',
  sql`update failed_attempts set told = true where key = :key and not told returning key`,
);

/** @returns true for the one caller who has to send the notification, in the transaction that sends it */
export const notifyOfFailures = async (database: Queryable, { key }: FailureKey): Promise<boolean> =>
  (await database.query(tell, { key })).length > 0;

const prune = statement('limits_prune_failures', pruneStretch('failed_attempts', sql`forget_at <= :now`));

/** Prunes forgotten failures; for the sweep. */
export const pruneFailures = (database: Queryable, now: Date): Promise<object[]> =>
  database.query(prune, { now });
