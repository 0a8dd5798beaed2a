import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { SmsPolicy } from './policy.js';

/** Why an SMS is not sent; stored in the message's row. */
export const smsRefusals = ['sms_country', 'sms_range', 'sms_budget', 'sms_circuit_breaker'] as const;
export type SmsRefusal = (typeof smsRefusals)[number];

/** The destination of an SMS, as far as it is stored. */
export interface Destination {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** The calling code and the first digits after it. */
  prefix: string;
  /** Per segment, in micro-units. */
  price: number;
}

/** Digits after the calling code, and those at the end that no prefix may contain: 100,000 numbers share a prefix. */
const prefixDigits = 4;
const hiddenDigits = 5;

/**
 * Returns the destination of a number.
 *
 * Refusals:
 * - `sms_range`: no such number; satellites and other networks without a country (+870, +881, +882, +883, +979…), whose shared calling
 * codes cost several euros per message; and every kind of number that the policy has not opened. Premium rate, shared cost and personal
 * numbers pay a part to their owner. Pagers, voice mail and toll-free numbers receive no SMS, nor do most fixed lines and VoIP ranges.
 * - `sms_country`: a country without a price, or not on the list.
 *
 * @param number E.164
 */
export function destinationOf(number: string, policy: SmsPolicy): Destination | { refused: SmsRefusal } {
  const phone = parsePhoneNumberFromString(number);
  const type = phone?.getType();
  if (!phone?.isValid() || phone.country === undefined || type === undefined || !policy.numberTypes.has(type))
    return { refused: 'sms_range' };
  const price = policy.prices.get(phone.country);
  if (price === undefined) return { refused: 'sms_country' };
  const { nationalNumber, countryCallingCode } = phone;
  const shown = Math.max(0, Math.min(prefixDigits, nationalNumber.length - hiddenDigits));
  return {
    country: phone.country,
    prefix: `+${countryCallingCode}${nationalNumber.slice(0, shown)}`,
    price,
  };
}
