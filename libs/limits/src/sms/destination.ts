import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { SmsPolicy } from './policy.js';

/** Why an SMS is not sent; stands in the message's row. */
export type SmsRefusal = 'sms_country' | 'sms_range' | 'sms_budget' | 'sms_circuit_breaker';

/** Where an SMS goes, as far as it is written down. */
export interface Destination {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** The calling code and the first digits after it. */
  prefix: string;
  /** Of a segment, in micro-units. */
  price: number;
}

/** Digits after the calling code, and those at the end that no prefix may contain: a prefix is shared by 100,000 numbers. */
const prefixDigits = 4;
const hiddenDigits = 5;

/**
 * Reads where a number leads. `sms_range`: no such number; satellites and other networks without a country (+870, +881,
 * +882, +883, +979…), which share their calling code among networks at several euros a message; and every kind of number
 * that the policy has not opened: premium rate, shared cost and personal numbers pay a part to their owner, pagers, voice
 * mail and toll-free numbers get no SMS, nor do most fixed lines and VoIP ranges. `sms_country`: one without a price, or
 * that is not on the list.
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
