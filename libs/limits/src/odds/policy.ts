import { z } from 'zod';

/**
 * How likely a stranger's guess may be right, as a chance between 0 and 1: within any day, and within any year. Each party (an
 * account, an identifier) has its own, for each kind of secret.
 */
export interface OddsPolicy {
  day: number;
  year: number;
}

/** 1 in 25,000 a day, 1 in 1,000 a year. */
export const defaultOdds: OddsPolicy = { day: 4e-5, year: 1e-3 };

/** The largest chances that may be asked for. With the smallest an authenticator app can still be tried, twice a day at sign-in. */
const most = { day: 1e-3, year: 1e-2 };
const least = { day: 1e-5, year: 1e-4 };

const chance = (at: keyof OddsPolicy) => z.number().min(least[at]).max(most[at]);

/** The shape in a policy file. What is left out is as in {@link defaultOdds}. */
export const oddsShape = z
  .strictObject({
    day: chance('day').default(defaultOdds.day),
    year: chance('year').default(defaultOdds.year),
  })
  .refine(({ day, year }) => day <= year, {
    message: 'the chance per day must not be greater than the chance per year',
    path: ['day'],
  });

/**
 * What one guess costs: the chance that it is right.
 *
 * @param space how many values there are
 * @param good how many of them are right at the same time
 */
export const oddsOfGuess = (space: number, good = 1): number => good / space;

/** A value of an authenticator app: six digits, of this step and of the one before (RFC 6238 §5.2). */
export const oddsOfTotp = oddsOfGuess(1e6, 2);

/** Sums of chances are compared with this much room, which is what binary fractions lose. */
export const rounding = 1e-12;
