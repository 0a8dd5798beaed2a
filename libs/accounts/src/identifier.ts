import { isRefused, type Keyring, type Refusal, refuse, withoutInvisible } from '@rekey/kernel';
import { readEmail } from './email.js';
import { readPhone } from './phone.js';

export type AddressKind = 'email' | 'phone';

/** A typed identifier in its normalised form. */
export interface Identifier {
  kind: AddressKind | 'username';
  /** The form to send to: the local part of a mail address as typed, its domain in lower-case ASCII; a phone number in E.164. */
  value: string;
  /** The form to look up: letter case of a mail address does not count. */
  lookup: string;
}

/** The text without spaces and format characters at its ends: marks of direction around a copied name, a zero-width space after it. */
const trimInvisible = (text: string): string => text.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '');

const invalid = (detail: string): Refusal =>
  refuse('invalid_request', { errors: [{ pointer: '/identifier', detail }] });

/**
 * Reads a mail address, a phone number (E.164, or national with a country) or a user name. Only the syntax decides which one it is: digits
 * alone are a phone number, also where somebody may have had them as a user name. Dots and plus signs of a mail address stay, because only
 * its mail server knows what they mean.
 *
 * Refusals: `invalid_request`, `country_required` (a national phone number without its country).
 *
 * @param options.country ISO 3166-1 alpha-2
 */
export function normaliseIdentifier(
  typed: string,
  options: { country?: string | undefined } = {},
): Identifier | Refusal {
  const trimmed = trimInvisible(typed.normalize('NFC'));
  // The kind is read from the folded form, so that no user name folds into the form of an address.
  const folded = trimmed.normalize('NFKC');
  const isEmail = folded.includes('@');
  const text = isEmail ? withoutInvisible(trimmed) : trimmed;
  if (text === '' || text.length > 254) return invalid('must be 1 to 254 characters');
  const phone = isEmail ? undefined : readPhone(folded, options.country);
  if (isRefused(phone)) return phone;
  if (phone !== undefined) return { kind: 'phone', value: phone, lookup: phone };
  if (/\p{Cc}|\p{Cf}|\p{Cs}/u.test(text)) return invalid('must not contain control or invisible characters');
  if (!isEmail) return readUsername(folded);
  const email = readEmail(text.replace(/[\uff20\ufe6b]/g, '@'));
  if (email === undefined) return invalid('not an email address');
  return { kind: 'email', value: email, lookup: email.toLowerCase() };
}

/** RFC 8265 §3.3 (UsernameCaseMapped), the practical part: width and case do not count, spaces are not allowed. */
function readUsername(folded: string): Identifier | Refusal {
  const value = folded.toLowerCase();
  return /^\S{1,128}$/u.test(value)
    ? { kind: 'username', value, lookup: value }
    : invalid('not an email address, a phone number or a username');
}

/** Returns the identifier with this `value`, which was normalised when it was stored, by the rules of that time. */
export function identifierOf(value: string): Identifier {
  if (value.includes('@')) return { kind: 'email', value, lookup: value.toLowerCase() };
  return { kind: /^\+\d+$/.test(value) ? 'phone' : 'username', value, lookup: value };
}

const lookupPurpose = (identifier: Identifier) => `lookup/${identifier.kind}`;
const exactPurpose = (identifier: Identifier) => `exact/${identifier.kind}`;

/** The digest for the column `lookup`, under the newest key. */
export const lookupDigest = (keyring: Keyring, identifier: Identifier): Buffer =>
  keyring.mac(lookupPurpose(identifier), identifier.lookup);

/** The digest for the column `exact`, under the newest key. */
export const exactDigest = (keyring: Keyring, identifier: Identifier): Buffer =>
  keyring.mac(exactPurpose(identifier), identifier.value);

/** All digests that an account with this identifier could have in its blind indexes, under every key of the keyring. */
export const lookupDigests = (keyring: Keyring, identifier: Identifier): Buffer[] => [
  ...keyring.macs(lookupPurpose(identifier), identifier.lookup),
  ...keyring.macs(exactPurpose(identifier), identifier.value),
];

/** The exact digest under every key, to find another account with this address. */
export const exactDigests = (keyring: Keyring, identifier: Identifier): Buffer[] =>
  keyring.macs(exactPurpose(identifier), identifier.value);
