import { sql } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { auditExceeded } from './audited.js';
import { type Budget, budgets } from './budgets.js';
import { consumeRows } from './consume.js';
import { networksOf } from './source.js';

/** The counter that a wrong attempt is charged to. */
export interface AttemptSource {
  /** `203.0.113.0/24`, `2001:db8:1::/48`, or `browser ` and its id. */
  party: string;
  budget: Budget;
}

const budgetOf = {
  24: budgets.failedAttemptsA24,
  64: budgets.failedAttemptsA64,
  56: budgets.failedAttemptsA56,
  48: budgets.failedAttemptsA48,
} as const;

/** The networks of an IP address. */
export const attemptingNetworks = (ip: string): AttemptSource[] =>
  networksOf(ip).map(({ network, bits }) => ({ party: network, budget: budgetOf[bits] }));

/** A browser that is known for an account. */
export const attemptingBrowser = (id: string): AttemptSource => ({
  party: `browser ${id}`,
  budget: budgets.failedAttemptsABrowser,
});

/**
 * Charges a wrong attempt and audits each limit that it uses up, as the CTEs `source`, `charged` (`key, spent, resets_at`) and `used_up`.
 * Needs `:now` and what {@link failureCharges} returns.
 */
export const consumeFailures = sql`source as (
     select * from unnest(:sources::bytea[], :windows::integer[], :quotas::integer[], :policies::text[], :exceededIds::uuid[])
       as source (key, window_ms, quota, policy, audit_id)
   ), charged as (
     ${consumeRows(sql`select key, window_ms from source`)}
   ), used_up as (
     -- The next attempts are refused in memory, and counted nowhere.
     ${auditExceeded(sql`select audit_id, policy, quota, spent + 1 as spent from charged join source using (key)`)}
   )`;

/** @param keys of the counters of these sources @param now milliseconds since the epoch */
export const failureCharges = (sources: readonly AttemptSource[], keys: readonly Buffer[], now: number) => ({
  sources: keys,
  windows: sources.map(({ budget }) => budget.windowMs),
  quotas: sources.map(({ budget }) => budget.quota),
  policies: sources.map(({ budget }) => budget.policy),
  exceededIds: sources.map(() => uuidv7(now)),
});

interface Count {
  spent: number;
  resetsAt: number;
}

/** Many wrong attempts among few right ones, in one process. Times in milliseconds. */
export const sprayAlarm = { windowMs: 600_000, wrong: 200, share: 0.5 } as const;

/** The result of an attempt. `spray`: more attempts are wrong than people get wrong, see {@link sprayAlarm}; once per window. */
export type AfterAttempt = { spray?: { wrong: number; right: number } };

/**
 * The first line of the limit on wrong attempts. It counts networks and known browsers in the memory of this process, so that a refusal
 * costs the database nothing.
 *
 * An attempt is counted before it is compared and refunded when it was not wrong, so that concurrent attempts stay within the quota. The
 * counters in the database hold for all processes together; one that is used up there closes here ({@link close}). Each party gets its
 * quota, plus at most what other processes had under way when it was used up.
 */
export class FailuresByNetwork {
  private readonly counts = new Map<string, Count>();
  private window = { wrong: 0, right: 0, endsAt: 0, isTold: false };

  /** @param atMost entries in memory; the oldest is dropped first */
  constructor(private readonly atMost = 100_000) {}

  /** @returns the budget that is used up, if any; otherwise the attempt is counted */
  admit(sources: readonly AttemptSource[], now: number): Budget | undefined {
    const counts = sources.map(({ party, budget }) => ({
      budget,
      count: this.countOf(party, budget, now),
    }));
    const over = counts.find(({ budget, count }) => count.spent >= budget.quota);
    if (over) return over.budget;
    for (const { count } of counts) count.spent++;
    return undefined;
  }

  /** Records the outcome of an admitted attempt. */
  resolve(
    sources: readonly AttemptSource[],
    outcome: 'wrong' | 'right' | 'neither',
    now: number,
  ): AfterAttempt {
    if (outcome !== 'wrong') {
      for (const { party } of sources) {
        const count = this.counts.get(party);
        if (count && count.spent > 0) count.spent--;
      }
    }
    if (outcome === 'neither') return {};
    if (this.window.endsAt <= now)
      this.window = { wrong: 0, right: 0, endsAt: now + sprayAlarm.windowMs, isTold: false };
    const { window } = this;
    window[outcome]++;
    const { wrong, right } = window;
    if (window.isTold || wrong < sprayAlarm.wrong || wrong <= sprayAlarm.share * (wrong + right)) return {};
    window.isTold = true;
    return { spray: { wrong, right } };
  }

  /** Called when the database has counted more than this process. */
  close({ party, budget }: AttemptSource, until: Date): void {
    this.counts.delete(party);
    this.counts.set(party, { spent: budget.quota, resetsAt: until.getTime() });
  }

  private countOf(party: string, { windowMs }: Budget, now: number): Count {
    const known = this.counts.get(party);
    if (known && known.resetsAt > now) return known;
    const count = { spent: 0, resetsAt: now + windowMs };
    this.counts.delete(party);
    const [oldest] = this.counts.size >= this.atMost ? this.counts.keys() : [];
    if (oldest !== undefined) this.counts.delete(oldest);
    this.counts.set(party, count);
    return count;
  }
}
