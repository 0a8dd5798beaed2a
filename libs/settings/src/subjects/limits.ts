import { z } from 'zod';
import { count, file, list, type Values, type Variable } from '../variable.js';

/** What a recovery asks for, and what it may cost. */
export const limitVariables = {
  RECOVERY_POLICY_FILE: {
    meaning:
      'proofs that a recovery needs, by the assurance level of the account, and the accepted odds of a correct guess (JSON, see "Policies")',
    unset: 'the minimum of NIST SP 800-63B-4 §4.2.2; 0.00004 a day, 0.001 a year',
    ...file,
  },
  SMS_POLICY_FILE: {
    meaning: 'prices, budgets and circuit breaker of SMS (JSON, see "SMS costs")',
    unset: 'rounded prices in euros, at most 150 EUR an hour',
    ...file,
  },
  SMS_COUNTRIES: {
    meaning: 'countries that SMS may be sent to: ISO 3166-1 alpha-2, comma-separated. Each needs a price',
    unset: 'countries with a price of at most 0.10 EUR',
    allowed: 'two-letter codes such as GB,DE, comma-separated',
    schema: list(z.string().regex(/^[A-Z]{2}$/)),
  },
  CODES_PER_CLIENT_PER_10_MINUTES: count('codes that Rekey sends for one client in 10 minutes', 6_000),
  CODES_PER_10_MINUTES: count('codes that Rekey sends in 10 minutes in total', 30_000),
} satisfies Record<string, Variable>;

export const limitSettings = (values: Values<typeof limitVariables>) => ({
  /** The proofs that are enough for a recovery; the default when unset. */
  recoveryPolicyFile: values.RECOVERY_POLICY_FILE,
  /** Prices, budgets and breaker of SMS; the default when unset. */
  smsPolicyFile: values.SMS_POLICY_FILE,
  /** The only countries that SMS are sent to; those of the policy when unset. */
  smsCountries: values.SMS_COUNTRIES,
  /** Codes per ten minutes. */
  sendQuotas: {
    client: values.CODES_PER_CLIENT_PER_10_MINUTES,
    instance: values.CODES_PER_10_MINUTES,
  },
});
