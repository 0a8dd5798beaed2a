import { domainToASCII } from 'node:url';
import { type Keyring, type Refusal, refuse } from '@rekey/kernel';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

export type AddressKind = 'email' | 'phone';

/** A typed identifier in its normalised form. */
export interface Identifier {
  kind: AddressKind | 'username';
  /** The form to send to: the local part of a mail address as typed, its domain in lower-case ASCII; a phone number in E.164. */
  value: string;
  /** The form to look up: letter case of a mail address does not count. */
  lookup: string;
}

const invalid = (detail: string): Refusal =>
  refuse('invalid_request', { errors: [{ pointer: '/identifier', detail }] });

/**
 * Reads a mail address, a phone number (E.164, or national with a country) or a user name. Dots and plus signs of a mail address stay,
 * because only its mail server knows what they mean. Refusal: `invalid_request`.
 *
 * @param options.country ISO 3166-1 alpha-2
 */
export function normaliseIdentifier(
  typed: string,
  options: { country?: string | undefined } = {},
): Identifier | Refusal {
  const text = typed.normalize('NFC').trim();
  if (text === '' || text.length > 254) return invalid('must be 1 to 254 characters');
  if (/\p{Cc}|\p{Cf}|\p{Cs}/u.test(text)) return invalid('must not contain control or invisible characters');
  // The kind is read from the folded form, so that no user name folds into the form of an address.
  const folded = text.normalize('NFKC');
  if (folded.includes('@')) return readEmail(text.replace(/[\uff20\ufe6b]/g, '@'));
  if (/^\+?[\d\s().\-/\u2010-\u2015]+$/.test(folded)) {
    const phone = readPhone(folded, options.country);
    if (phone) return phone;
    if (folded.startsWith('+')) return invalid('not a valid phone number');
  }
  return readUsername(folded);
}

function readEmail(text: string): Identifier | Refusal {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), domainToASCII(text.slice(at + 1))];
  const localIsPlain = /^[^\s@"(),:;<>[\]\\]{1,64}$/u.test(local) && !/^\.|\.\.|\.$/.test(local);
  const domainIsPlain =
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/.test(domain);
  if (!localIsPlain || !domainIsPlain) return invalid('not an email address');
  const value = `${local}@${domain}`;
  return { kind: 'email', value, lookup: value.toLowerCase() };
}

function readPhone(text: string, country: string | undefined): Identifier | undefined {
  const region = country?.toUpperCase();
  const defaultCountry = region && isSupportedCountry(region) ? (region as CountryCode) : undefined;
  const phone = parsePhoneNumberFromString(text, defaultCountry);
  return phone?.isValid() ? { kind: 'phone', value: phone.number, lookup: phone.number } : undefined;
}

/** RFC 8265 §3.3 (UsernameCaseMapped), the practical part: width and case do not count, spaces are not allowed. */
function readUsername(folded: string): Identifier | Refusal {
  const value = folded.toLowerCase();
  return /^\S{1,128}$/u.test(value)
    ? { kind: 'username', value, lookup: value }
    : invalid('not a username; a phone number needs a country code or `country`');
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
