import { randomInt } from 'node:crypto';
import { readCode } from '@rekey/kernel';

/** Letters that form no words and are not easily confused (RFC 8628 §6.1): 20⁸ codes, 34.5 bits. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** The code as the device shows it: `WDJB-MJHT`. */
export function newUserCode(): string {
  return grouped(Array.from({ length }, () => letters[randomInt(letters.length)]).join(''));
}

const grouped = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** Returns the letters of a typed code; undefined when it cannot be a code. */
export const normaliseUserCode = (typed: string): string | undefined =>
  readCode(typed, { length, alphabet: letters });

/** A typed code as the device shows it; undefined when it cannot be a code. */
export function shownUserCode(typed: string): string | undefined {
  const code = normaliseUserCode(typed);
  return code && grouped(code);
}
