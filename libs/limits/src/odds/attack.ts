import { codeLengths, longestCode, oddsOfCode } from './codes.js';
import { type OddsPolicy, rounding } from './policy.js';

/** What has been spent of a day and of a year. */
export type OddsSpent = OddsPolicy;

/** How long the next code is, as the statement that charges it finds it. @param least the length to begin with */
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
  /** Digits of a code, before anybody has guessed. */
  least: number;
  /** Codes that are sent a day at most, and tries of each. */
  sendsADay: number;
  tries: number;
  days: number;
}

export interface AttackOutcome {
  /** The chance that one of all these guesses is right, at most (the sum of their chances). */
  odds: number;
  /** How many codes there were of each length. */
  codes: Record<number, number>;
}

/** The most that somebody can do who begins recoveries for one identifier all day, for so many days, and uses up every try. */
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

/** The most that guesses come to which are charged one by one, at so much each. */
export function steadyGuesses(
  policy: OddsPolicy,
  cost: number,
  days: number,
): { odds: number; guesses: number } {
  const aDay = Math.floor((policy.day + rounding) / cost);
  const guesses = Math.min(aDay * days, Math.floor((policy.year + rounding) / cost));
  return { odds: guesses * cost, guesses };
}
