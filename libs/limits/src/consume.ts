import { recordAudit } from '@rekey/audit';
import { pruneStretch, type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { type Keyring, type LimitView, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { auditExceeded } from './audited.js';
import type { Budget } from './budgets.js';
import type { LimitCharge, RateLimitStore } from './rate-limit-store.js';

/**
 * The counter key of one budget for one party. It contains the party (an address, a source) only as a keyed digest.
 *
 * Two forms of keys: what a person typed, or where they come from, is a keyed digest, since anybody could compute a plain one. Ids of our own
 * and digests that are keyed already are hashed in SQL, in the statement that finds them.
 */
export const counterKey = (keyring: Keyring, budget: Budget, party: string): Buffer =>
  keyring.mac(`limit/${budget.policy}`, party);

/**
 * Consumes from a counter, as SQL for statements that charge and act at once. Yields `key, spent, resets_at`, this charge included. A
 * window that has expired starts again. Needs `:now`.
 *
 * @param rows a select of `key bytea, window_ms` (integer or bigint), each key once
 */
export const consumeRows = (rows: SqlText): SqlText => sql`
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, :now::timestamptz + charged.window_ms * interval '1 millisecond' from (${rows}) charged order by charged.key
  on conflict (key) do update set spent = case when limit_counters.resets_at <= :now::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= :now::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at`;

const charge = statement(
  'limits_consume',
  sql`with asked as (
     select * from unnest(:keys::bytea[], :windows::integer[], :quotas::integer[], :policies::text[], :auditIds::uuid[])
       as asked (key, window_ms, quota, policy, audit_id)
   ), charged as (
     ${consumeRows(sql`select key, window_ms from asked`)}
   ), audited as (
     ${auditExceeded(sql`select audit_id, policy, quota, spent from charged join asked using (key)`)}
   )
   select key, spent from charged`,
);

/**
 * Consumes one of each, and audits a limit as it is exceeded.
 *
 * @param rateLimits the store that counts these, when it is available
 * @returns true when each of them was still within its quota
 */
export async function consume(
  database: Queryable,
  now: Date,
  charges: readonly LimitCharge[],
  rateLimits?: RateLimitStore,
): Promise<boolean> {
  const over = await exceeded(database, now, charges, rateLimits);
  for (const { policy } of over) database.record('rate_limit_exceeded', { policy });
  return over.length === 0;
}

/**
 * The same for nested budgets, the narrowest first. A budget that refuses is not charged to the next one, so that a caller over a narrow
 * budget uses up nothing of their neighbours'.
 */
export async function consumeInTurn(
  database: Queryable,
  now: Date,
  charges: readonly LimitCharge[],
  rateLimits?: RateLimitStore,
): Promise<boolean> {
  for (const charge of charges) if (!(await consume(database, now, [charge], rateLimits))) return false;
  return true;
}

async function exceeded(
  database: Queryable,
  now: Date,
  charges: readonly LimitCharge[],
  rateLimits: RateLimitStore | undefined,
): Promise<Budget[]> {
  const budgets = charges.map(({ budget }) => budget);
  const counted = await rateLimits?.consume(now, charges, database.trace);
  if (counted) {
    const over = budgets.map((budget, at) => ({ ...budget, spent: counted[at]?.spent ?? 0 }));
    for (const { policy, quota, spent } of over) {
      if (spent !== quota + 1) continue;
      const event = {
        event: 'excess_rate_limit_exceeded',
        actor: 'person',
        detail: { policy, quota },
      } as const;
      await recordAudit(database, { id: uuidv7(now.getTime()), at: now, ...event });
    }
    return over.filter(({ spent, quota }) => spent > quota);
  }
  const rows = await database.query<{ key: Buffer; spent: number }>(charge, {
    now,
    keys: charges.map(({ key }) => key),
    windows: charges.map(({ budget }) => budget.windowMs),
    quotas: charges.map(({ budget }) => budget.quota),
    policies: charges.map(({ budget }) => budget.policy),
    auditIds: charges.map(() => uuidv7(now.getTime())),
  });
  return charges.flatMap(({ key, budget }) => {
    const row = rows.find((candidate) => candidate.key.equals(key));
    return row !== undefined && row.spent <= budget.quota ? [] : [budget];
  });
}

/** A counter as the RateLimit headers show it. */
export const limitView = (budget: Budget, spent: number, resetsAt: Date, now: Date): LimitView => ({
  policy: budget.policy,
  quota: budget.quota,
  window: budget.windowMs / 1000,
  remaining: Math.max(0, budget.quota - spent),
  reset: Math.max(1, Math.ceil((resetsAt.getTime() - now.getTime()) / 1000)),
});

/**
 * `rate_limited`, for a budget that is used up. It always reports the whole window: the time that is left would reveal when somebody else
 * has tried.
 */
export function limited({ policy, quota, windowMs }: Budget): Refusal {
  const window = windowMs / 1000;
  const limit = { policy, quota, window, remaining: 0, reset: window };
  return refuse('rate_limited', { retry_after: window, limit });
}

const prune = statement('limits_prune', pruneStretch('limit_counters', sql`resets_at <= :now`));

/** Prunes counters whose window has expired; for the sweep. */
export const pruneCounters = (database: Queryable, now: Date): Promise<object[]> =>
  database.query(prune, { now });
