import { codeLengths, longestCode, oddsOfCode } from './codes.js';
import { type OddsPolicy, rounding } from './policy.js';

/** Odds consumed within a day and within a year. */
export type OddsSpent = OddsPolicy;

/** Returns the length of the next code, by the rule of the statement that charges it. @param least the minimum length */
export function lengthOfNextCode(
  policy: OddsPolicy,
  spent: OddsSpent,
  of: { tries: number; least: number },
): number {
  const fits = ({ digits, share }: (typeof codeLengths)[number]) =>
    digits >= of.least &&
    (['day', 'year'] as const).every(
      (window) => spent[window] + oddsOfCode(digits, of.tries) <= policy[window] * share + rounding,
    );
  return codeLengths.find(fits)?.digits ?? Math.max(of.least, longestCode);
}

export interface Attack {
  policy: OddsPolicy;
  /** Digits of a code before the first attempt. */
  least: number;
  /** Codes sent per day at most, and attempts at each. */
  sendsADay: number;
  tries: number;
  days: number;
}

export interface AttackOutcome {
  /** The highest chance that one of all these attempts is right (the sum of their chances). */
  odds: number;
  /** The number of codes of each length. */
  codes: Record<number, number>;
}

/** The strongest attack: somebody starts recoveries for one identifier all day, for this many days, and uses every attempt. */
export function steadyAttack({ policy, least, sendsADay, tries, days }: Attack): AttackOutcome {
  const codes: Record<number, number> = {};
  const spent = { day: 0, year: 0 };
  for (let day = 0; day < days; day++) {
    spent.day = 0;
    for (let send = 0; send < sendsADay; send++) {
      const digits = lengthOfNextCode(policy, spent, { tries, least });
      codes[digits] = (codes[digits] ?? 0) + 1;
      spent.day += oddsOfCode(digits, tries);
      spent.year += oddsOfCode(digits, tries);
    }
  }
  return { odds: spent.year, codes };
}

/** The most that attempts add up to when each is charged individually, at this cost. */
export function steadyAttempts(
  policy: OddsPolicy,
  cost: number,
  days: number,
): { odds: number; guesses: number } {
  const aDay = Math.floor((policy.day + rounding) / cost);
  const guesses = Math.min(aDay * days, Math.floor((policy.year + rounding) / cost));
  return { odds: guesses * cost, guesses };
}
