import { type Budget, budgets } from './budgets.js';
import { chargeRows } from './charge.js';
import { networksOf } from './source.js';

/** Whom a wrong guess is charged to. */
export interface Guesser {
  /** `203.0.113.0/24`, `2001:db8:1::/48`, `browser ` and its id. */
  party: string;
  budget: Budget;
}

const budgetOf = {
  24: budgets.wrongGuessesA24,
  64: budgets.wrongGuessesA64,
  56: budgets.wrongGuessesA56,
  48: budgets.wrongGuessesA48,
} as const;

/** The networks that an address is in. */
export const guessingNetworks = (ip: string): Guesser[] =>
  networksOf(ip).map(({ network, bits }) => ({ party: network, budget: budgetOf[bits] }));

/** A browser in which an account is known. */
export const guessingBrowser = (id: string): Guesser => ({
  party: `browser ${id}`,
  budget: budgets.wrongGuessesABrowser,
});

/** Charges a wrong guess, as SQL that yields `key, spent, resets_at`. Needs `:now`, `:guessers bytea[]` and `:windows integer[]`. */
export const chargeGuessers = chargeRows(
  'select unnest(:guessers::bytea[]) as key, unnest(:windows::integer[]) as window_ms',
);

interface Count {
  spent: number;
  resetsAt: number;
}

/** Many wrong guesses among few right ones, in one process. Times in milliseconds. */
export const sprayAlarm = { windowMs: 600_000, wrong: 200, share: 0.5 } as const;

/** What came of a guess. `spray`: more of them are wrong than people get wrong, see {@link sprayAlarm}; once in its window. */
export type AfterGuess = { spray?: { wrong: number; right: number } };

/**
 * The first line of the limit of wrong guesses: the networks that guess, and known browsers, in the memory of this process, so that a refusal costs the
 * database nothing. A guess is counted before it is looked at and given back when it was not wrong, so that many at once are no more
 * than the quota. The counters of the database are the truth for all processes together, and one that is used up there closes here
 * ({@link close}). Each gets its quota, and from each other process at most what was under way there when it was used up.
 */
export class WrongGuesses {
  private readonly counts = new Map<string, Count>();
  private window = { wrong: 0, right: 0, endsAt: 0, isTold: false };

  /** @param atMost remembered at once; the one that has been there longest is forgotten first */
  constructor(private readonly atMost = 100_000) {}

  /** @returns the budget that is used up, if one is; else the guess is counted */
  admit(guessers: readonly Guesser[], now: number): Budget | undefined {
    const counts = guessers.map(({ party, budget }) => ({
      budget,
      count: this.countOf(party, budget, now),
    }));
    const over = counts.find(({ budget, count }) => count.spent >= budget.quota);
    if (over) return over.budget;
    for (const { count } of counts) count.spent++;
    return undefined;
  }

  /** What came of an admitted guess. */
  settle(guessers: readonly Guesser[], outcome: 'wrong' | 'right' | 'neither', now: number): AfterGuess {
    if (outcome !== 'wrong') {
      for (const { party } of guessers) {
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

  /** The database has counted more than this process has. */
  close({ party, budget }: Guesser, until: Date): void {
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
