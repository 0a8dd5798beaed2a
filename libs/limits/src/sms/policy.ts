import { withDefaults } from '@rekey/kernel';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { defaultPrices } from './default-prices.js';

/** Kinds of number that a policy may open. The others earn money for their owner, or receive nothing. */
export const numberTypes = ['MOBILE', 'FIXED_LINE_OR_MOBILE', 'FIXED_LINE', 'VOIP'] as const;

const country = z
  .string()
  .refine((text): boolean => isSupportedCountry(text), 'not an ISO 3166-1 alpha-2 code');
const amount = z.number().positive().max(1_000_000);
const share = z.number().gt(0).max(1);
const rule = z.strictObject({ sends: z.int().min(1).max(1_000_000), floor: z.number().min(0).max(1) });
const minutes = z.int().min(5).max(1440);

/** The file, with amounts in the currency itself. The default fills in what is omitted; a given list or table replaces it as a whole. */
const shape = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'three letters of ISO 4217'),
  prices: z.record(country, amount),
  countries: z.array(country).min(1).optional(),
  dearest: amount,
  numberTypes: z.array(z.enum(numberTypes)).min(1),
  budgets: z.strictObject({
    instance: amount,
    client: amount,
    country: amount,
    countries: z.record(country, amount),
    unproven: share,
  }),
  breaker: z.strictObject({
    windowMinutes: minutes,
    coolDownMinutes: minutes,
    probes: z.int().min(1).max(100),
    unprovenRange: z.strictObject({ sends: z.int().min(1).max(1_000_000) }),
    range: rule,
    country: rule,
  }),
});

type PolicyFile = z.output<typeof shape>;

const defaults: PolicyFile = {
  currency: 'EUR',
  prices: defaultPrices,
  /** No country above this price unless it is named: the destinations that pay best for pumping cost us most. */
  dearest: 0.1,
  numberTypes: ['MOBILE', 'FIXED_LINE_OR_MOBILE'],
  budgets: { instance: 150, client: 100, country: 40, countries: {}, unproven: 0.5 },
  breaker: {
    windowMinutes: 60,
    coolDownMinutes: 30,
    probes: 3,
    unprovenRange: { sends: 6 },
    range: { sends: 20, floor: 0.2 },
    country: { sends: 100, floor: 0.3 },
  },
};

/** The cost limits and destinations of SMS. Amounts are micro-units of `currency`, whole numbers; times are milliseconds. */
export interface SmsPolicy {
  currency: string;
  /** Per segment, for each country that may be sent to. */
  prices: ReadonlyMap<string, number>;
  numberTypes: ReadonlySet<string>;
  /** Per hour. `unproven`: the share of each budget for ranges where nobody has proved a code. */
  budgets: { instance: number; client: number; country(country: string): number; unproven: number };
  /**
   * A breaker opens for a range, or a country, when fewer than `floor` of at least `sends` codes were proved in the window. A number counts
   * once among the sends. A range without a proof for a month is stopped after fewer sends.
   */
  breaker: {
    windowMs: number;
    coolDownMs: number;
    probes: number;
    unprovenRange: { sends: number };
    range: { sends: number; floor: number };
    country: { sends: number; floor: number };
  };
}

/**
 * Reads a policy.
 *
 * @param text JSON as docs/operate/sms-costs.md shows it; the default when omitted
 * @param countries the only countries to send to, whatever the policy says
 * @throws {Error} that says, line by line, what is wrong
 */
export function readSmsPolicy(text?: string, countries?: readonly string[]): SmsPolicy {
  const file = text === undefined ? defaults : complete(parse(text));
  const named = countries ?? file.countries;
  const wanted = named ?? Object.keys(file.prices).filter((one) => (file.prices[one] ?? 0) <= file.dearest);
  const problems = [
    ...(wanted.length === 0
      ? ['countries: no country is left to send to; raise "dearest" or name some countries']
      : []),
    ...wanted.flatMap((one) => {
      const price = file.prices[one];
      if (price === undefined) return [`countries: ${one} has no price, so no SMS can be sent there`];
      const least = Math.min(
        file.budgets.instance,
        file.budgets.client,
        file.budgets.countries[one] ?? file.budgets.country,
      );
      return price > least * file.budgets.unproven
        ? [`budgets: too small for one segment to ${one}, which costs ${price} ${file.currency}`]
        : [];
    }),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));

  const { budgets, breaker } = file;
  const minute = 60_000;
  return {
    currency: file.currency,
    prices: new Map(wanted.map((one) => [one, micro(file.prices[one] ?? 0)])),
    numberTypes: new Set(file.numberTypes),
    budgets: {
      instance: micro(budgets.instance),
      client: micro(budgets.client),
      country: (one) => micro(budgets.countries[one] ?? budgets.country),
      unproven: budgets.unproven,
    },
    breaker: {
      windowMs: breaker.windowMinutes * minute,
      coolDownMs: breaker.coolDownMinutes * minute,
      probes: breaker.probes,
      unprovenRange: breaker.unprovenRange,
      range: breaker.range,
      country: breaker.country,
    },
  };
}

/** Rounds up, so that a rounded price never costs us more than it says. */
const micro = (units: number): number => Math.ceil(Number((units * 1_000_000).toFixed(3)));

const partial = shape.partial().extend({
  budgets: shape.shape.budgets.partial().optional(),
  breaker: shape.shape.breaker.partial().optional(),
});

function parse(text: string): z.output<typeof partial> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
  const parsed = partial.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'policy'}: ${message}`).join('\n'),
  );
}

const complete = (given: z.output<typeof partial>): PolicyFile =>
  withDefaults(defaults, {
    ...given,
    budgets: withDefaults(defaults.budgets, given.budgets ?? {}),
    breaker: withDefaults(defaults.breaker, given.breaker ?? {}),
  });
