import type { Database, Queryable } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { destinationOf, type SmsRefusal } from './destination.js';
import type { SmsPolicy } from './policy.js';
import { prepare, type ReservedRow, reserve, type SmsCircuitBreakerOpened } from './reserve-statement.js';
import { segmentsOf } from './segments.js';

export interface SmsToPay {
  messageId: string;
  /** E.164. It is not stored. */
  to: string;
  /** Keyed digest of it, always for the same purpose. */
  number: Buffer;
  body: string;
  /**
   * A code may be refused for cost. A notification is charged and sent anyway, unless nothing may be sent to that country or range: the
   * owner must hear of a takeover, and a notification exists only after a proof.
   */
  isCode: boolean;
  clientId?: string | undefined;
}

export interface SmsPaid {
  /** Undefined: it may be sent, and has been charged. */
  refused?: SmsRefusal;
  /** Breakers that this message opened. */
  opened: SmsCircuitBreakerOpened[];
}

/** One hour, from the first message that is charged to a budget. */
export const budgetWindowMs = 3_600_000;
/** Milliseconds: the steps in which the window of a breaker slides. */
export const slotMs = 60_000;
/** Milliseconds: how long a range counts as known after a proved code. */
export const knownForMs = 30 * 86_400_000;

/** Per unit of the currency. */
const microUnits = 1_000_000;

export const slotOf = (now: number): Date => new Date(now - (now % slotMs));

/**
 * Reserves the price of an SMS before it is sent, against the budgets of its country, its client and the instance. Another attempt to send
 * the same message is not charged again.
 *
 * @param now milliseconds since the epoch
 * @throws when the database is unavailable: nothing may be sent then
 */
export async function reserveSms(
  database: Database,
  now: number,
  policy: SmsPolicy,
  message: SmsToPay,
): Promise<SmsPaid> {
  const destination = destinationOf(message.to, policy);
  if ('refused' in destination) return { ...destination, opened: [] };
  const { country, prefix, price } = destination;
  const { budgets, breaker } = policy;
  const quotas: [string, number][] = [
    ['instance', budgets.instance],
    [`country ${country}`, budgets.country(country)],
  ];
  if (message.clientId !== undefined) quotas.push([`client ${message.clientId}`, budgets.client]);
  const scopes = quotas.map(([scope]) => scope);
  const at = (ms: number) => new Date(now + ms);
  const values = {
    messageId: message.messageId,
    country,
    prefix,
    clientId: message.clientId ?? null,
    number: message.number,
    isCode: message.isCode,
    price: price * segmentsOf(message.body),
    scopes,
    quotas: quotas.map(([, quota]) => quota),
    unprovenShare: budgets.unproven,
    now: at(0),
    resetsAt: at(budgetWindowMs),
    slot: slotOf(now),
    matured: slotOf(now - slotMs),
    since: at(-breaker.windowMs),
    coolUntil: at(breaker.coolDownMs),
    knownSince: at(-knownForMs),
    probes: breaker.probes,
    unprovenRangeSends: breaker.unprovenRange.sends,
    rangeSends: breaker.range.sends,
    rangeFloor: breaker.range.floor,
    countrySends: breaker.country.sends,
    countryFloor: breaker.country.floor,
    rangeAuditId: uuidv7(now),
    countryAuditId: uuidv7(now),
  };
  const look = async (on: Queryable) => {
    const [found] = await on.query<ReservedRow>(reserve, values);
    return found === undefined || found.outcome === 'missing'
      ? undefined
      : { ...found, outcome: found.outcome };
  };
  const row =
    (await look(database)) ??
    (await database.transaction(async (tx) => {
      await tx.query(prepare, { scopes, prefixes: [country, prefix], now: at(0) });
      return look(tx);
    }));
  if (!row) throw new Error('the budgets of SMS cannot be read');
  if (row.charged !== null)
    database.record(
      'sms_cost_reserved',
      { country, currency: policy.currency },
      Number(row.charged) / microUnits,
    );
  for (const { cause } of row.opened)
    database.record('sms_circuit_breaker_transitions', { to: 'open', cause });
  return { ...(row.outcome === 'reserved' ? {} : { refused: row.outcome }), opened: row.opened };
}
