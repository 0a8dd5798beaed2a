import { randomInt } from 'node:crypto';

/** Letters that form no words and are not easily confused (RFC 8628 §6.1): 20⁸ codes, 34.5 bits. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** The code as the device shows it: `WDJB-MJHT`. */
export function newUserCode(): string {
  const code = Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** Returns the canonical form of a typed code, in any case and with any separators; undefined when it cannot be a code. */
export function normaliseUserCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : undefined;
}
