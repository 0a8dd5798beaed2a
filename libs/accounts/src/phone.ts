import { foldDigits, type Refusal, refuse, withoutInvisible } from '@rekey/kernel';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * What people and keyboards put between the digits of a number, after NFKC: spaces, brackets and dashes of every script, and what is typed
 * for a dash, such as the long vowel mark of Japanese and the kashida of Arabic.
 */
const gap = String.raw`\s\p{Pd}\p{Ps}\p{Pe}./~⁓∼·・‧•⁃−ーـ─━`;
const gaps = new RegExp(`[${gap}]`, 'gu');
const onlyDigits = new RegExp(String.raw`^(?=.*\d)[${gap}]*\+?[${gap}\d]+$`, 'su');
const international = new RegExp(String.raw`^[${gap}]*\+`, 'u');
/** What begins like a number with its country code can be nothing else: a user name such as `+1up` has fewer digits. */
const manyDigits = new RegExp(String.raw`^[${gap}]*\+(?:[${gap}]*\d){5}`, 'u');
/** An extension after a number: `#5`, `,,5`, ` x5`, ` ext. 5`. Without a space, the letters can be of a user name. */
const extension = /(?:[,;#]+|\s(?:x|ext|extn|extension|доб)\.?)\s*\d+$/iu;
/** What a contact or a signature says before a number: `Tel. +44 …`, `📱 090-…`. No user name has a space. */
const label = new RegExp(String.raw`^[^\d+@]+\s(?=[${gap}]*\+?(?:[${gap}]*\d){5})`, 'u');
const endOfSentence = /[\s.,;:!]+$/u;

/** `tel:` (RFC 3966), `sms:` (RFC 5724) and their kind around a number, as links of a page and contacts have them. */
const link = /^(?:tel|sms|smsto|callto|whatsapp):(?:\/\/)?(?<number>[^;?]+)(?<parameters>.*)$/is;

/**
 * Prefixes that Mexico dialled before its ten digits, and abolished in 2019 and 2020. Contacts still have them, libphonenumber has not:
 * `+52 1 55 …`.
 */
const mexican = /^\+52(?:1|01|04[45])(?=\d{10}$)/;

const invalid = (detail: string): Refusal =>
  refuse('invalid_request', { errors: [{ pointer: '/identifier', detail }] });

const asksForCountry = (detail: string): Refusal =>
  refuse('country_required', { errors: [{ pointer: '/country', detail }] });

/**
 * True for digits alone, with what is written between digits. They are a phone number in some country, and never a user name.
 *
 * @param text NFKC
 */
export const isOnlyDigits = (text: string): boolean => onlyDigits.test(foldDigits(withoutInvisible(text)));

/**
 * Reads a phone number: E.164, `00` and a country code, national with its country, or one of these in a link. Only the syntax decides.
 *
 * Refusals: `invalid_request`, `country_required` (a national number without its country).
 *
 * @param text NFKC
 * @param country ISO 3166-1 alpha-2, in either case
 * @returns in E.164; undefined when the text does not look like a phone number
 */
export function readPhone(text: string, country: string | undefined): string | Refusal | undefined {
  const plain = foldDigits(withoutInvisible(text)).replace(label, '').replace(endOfSentence, '');
  const { number, isExtended } = withoutLink(plain);
  const isInternational = manyDigits.test(number);
  const main = number.replace(extension, '');
  if (!onlyDigits.test(main)) return isInternational ? invalid('not a valid phone number') : undefined;
  if (isExtended || main !== number) {
    const digits = main.replace(/\D/g, '').length;
    // Shorter ones can be user names: `10#2`.
    return isInternational || digits >= 7
      ? invalid('a phone number with an extension cannot be used')
      : undefined;
  }
  return readDigits(number.replace(gaps, ''), country?.toUpperCase());
}

/** @param number digits, perhaps after a plus sign */
function readDigits(number: string, country: string | undefined): string | Refusal {
  const region = country !== undefined && isSupportedCountry(country) ? country : undefined;
  // In most countries 00 comes before a country code (ITU-T E.123 §2.2); a few have another prefix, which the library knows.
  const read = parse(number, region) ?? parse(number.replace(/^00/, '+'));
  if (read !== undefined) return read;
  if (number.startsWith('+')) return invalid('not a valid phone number');
  if (region !== undefined) return invalid(`not a valid phone number in ${region}`);
  return asksForCountry(
    country === undefined
      ? 'is needed for a phone number that does not start with + and a country code'
      : 'must be a country with phone numbers (ISO 3166-1 alpha-2)',
  );
}

function parse(number: string, country?: CountryCode): string | undefined {
  const read = parsePhoneNumberFromString(number, country);
  if (read === undefined || read.isValid()) return read?.number;
  const shortened = read.number.replace(mexican, '+52');
  return shortened === read.number ? undefined : parse(shortened);
}

/** A local number of a link has its country in a parameter (RFC 3966 §5.1.5): `tel:020-7946-0958;phone-context=+44`. */
function withoutLink(text: string): { number: string; isExtended: boolean } {
  const { number, parameters = '' } = link.exec(text)?.groups ?? {};
  if (number === undefined) return { number: text, isExtended: false };
  const context = /;phone-context=(\+[\d\-.() ]*)/i.exec(parameters)?.[1];
  return {
    number: context !== undefined && !international.test(number) ? `${context}${number}` : number,
    isExtended: /;ext=/i.test(parameters),
  };
}
