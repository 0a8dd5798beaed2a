import { randomInt } from 'node:crypto';

/** Letters that form no words and are not taken for one another (RFC 8628 §6.1): 20⁸ codes, 34.5 bits. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** As a person reads it off the device: `WDJB-MJHT`. */
export function newUserCode(): string {
  const code = Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** What was typed, in any case and with any marks between, as it is compared; undefined for what is no such code. */
export function normaliseUserCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : undefined;
}
