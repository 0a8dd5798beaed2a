import { totp } from '@rekey/proofs';
import { z } from 'zod';

/**
 * How likely a stranger's attempt may succeed, as a chance between 0 and 1: within any day, and within any year. Each party (an account, an
 * identifier) has its own odds for each kind of secret.
 */
export interface OddsPolicy {
  day: number;
  year: number;
}

/** 1 in 25,000 per day, 1 in 1,000 per year. */
export const defaultOdds: OddsPolicy = { day: 4e-5, year: 1e-3 };

/** The largest chances that a policy may set. The smallest still allow an authenticator app to be tried, twice a day at sign-in. */
const most = { day: 1e-3, year: 1e-2 };
const least = { day: 1e-5, year: 1e-4 };

const chance = (at: keyof OddsPolicy) => z.number().min(least[at]).max(most[at]);

/** The shape in a policy file. {@link defaultOdds} fills in what is omitted. */
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
 * The cost of one attempt: the chance that it is right.
 *
 * @param space the number of possible values
 * @param good how many of them are right at the same time
 */
export const oddsOfGuess = (space: number, good = 1): number => good / space;

/** A value of an authenticator app: six digits, of this step and of the previous one (RFC 6238 §5.2). */
export const oddsOfTotp = totp.chance;

/** Tolerance for comparing sums of chances, for the rounding of binary fractions. */
export const rounding = 1e-12;
