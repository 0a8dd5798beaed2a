import { type Sql, statement } from '@rekey/database';
import { type Keyring, type LimitView, type Refusal, refuse } from '@rekey/kernel';
import type { Budget } from './budgets.js';
import type { Charge, FloodCounters } from './flood-counters.js';

/** The counter of one budget for one party. The party (an address, a source) stands in it only as a keyed digest. */
export const counterKey = (keyring: Keyring, budget: Budget, party: string): Buffer =>
  keyring.mac(`limit/${budget.policy}`, party);

/**
 * The charge as SQL, for statements that spend and act in one go: yields `key, spent, resets_at`, with what is spent now
 * counted in. The window begins anew when it has run out. Needs `:now`.
 *
 * @param rows a select of `key bytea, window_ms` (integer or bigint), each key once
 */
export const chargeRows = (rows: string): string => `
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, :now::timestamptz + charged.window_ms * interval '1 millisecond'
  from (${rows}) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= :now::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= :now::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at`;

const charge = statement(
  'limits_charge',
  chargeRows('select unnest(:keys::bytea[]) as key, unnest(:windows::integer[]) as window_ms'),
);

/**
 * Spends one of each.
 *
 * @param flood where these are counted, when it is there
 * @returns true when every one of them was still within its quota
 */
export async function spend(
  sql: Sql,
  now: Date,
  charges: readonly Charge[],
  flood?: FloodCounters,
): Promise<boolean> {
  const over = await overspent(sql, now, charges, flood);
  for (const { policy } of over) sql.note('rate_limit_exceeded', { policy });
  return over.length === 0;
}

/**
 * The same for budgets that lie within each other, the narrowest first: what one refuses is not charged to the next, so that who is over
 * a narrow one uses up nothing of their neighbours'.
 */
export async function spendInTurn(
  sql: Sql,
  now: Date,
  charges: readonly Charge[],
  flood?: FloodCounters,
): Promise<boolean> {
  for (const charge of charges) if (!(await spend(sql, now, [charge], flood))) return false;
  return true;
}

async function overspent(
  sql: Sql,
  now: Date,
  charges: readonly Charge[],
  flood: FloodCounters | undefined,
): Promise<Budget[]> {
  const budgets = charges.map(({ budget }) => budget);
  const counted = await flood?.spend(now, charges, sql.place);
  if (counted) return budgets.filter(({ quota }, at) => (counted[at]?.spent ?? 0) > quota);
  const rows = await sql.query<{ key: Buffer; spent: number }>(charge, {
    now,
    keys: charges.map(({ key }) => key),
    windows: charges.map(({ budget }) => budget.windowMs),
  });
  return charges.flatMap(({ key, budget }) => {
    const row = rows.find((candidate) => candidate.key.equals(key));
    return row !== undefined && row.spent <= budget.quota ? [] : [budget];
  });
}

/** What RateLimit headers tell of a counter. */
export const limitView = (budget: Budget, spent: number, resetsAt: Date, now: Date): LimitView => ({
  policy: budget.policy,
  quota: budget.quota,
  window: budget.windowMs / 1000,
  remaining: Math.max(0, budget.quota - spent),
  reset: Math.max(1, Math.ceil((resetsAt.getTime() - now.getTime()) / 1000)),
});

/**
 * `rate_limited`, for a budget that is used up. The caller is always told of the whole window: how much of it is left would tell when
 * somebody else has tried.
 */
export function limited({ policy, quota, windowMs }: Budget): Refusal {
  const window = windowMs / 1000;
  const limit = { policy, quota, window, remaining: 0, reset: window };
  return refuse('rate_limited', { retry_after: window, limit });
}

const forget = statement(
  'limits_forget',
  `delete from limit_counters where ctid = any(array(select ctid from limit_counters where resets_at <= :now limit 5000))`,
);

/** Removes counters whose window has run out; for the sweep. */
export const forgetSpent = (sql: Sql, now: Date): Promise<object[]> => sql.query(forget, { now });
