import { addressOfNotification, addressToWrite, knownBrowserOf, type SealedAddress } from '@rekey/accounts';
import { literal, type SqlText, sql, statement } from '@rekey/database';
import type { Locale } from '@rekey/kernel';
import {
  accountOddsKey,
  budgets,
  consumeCodeRows,
  consumeRows,
  consumeSend,
  identifierOddsKey,
} from '@rekey/limits';
import { codeShape } from '@rekey/proofs';
import type { AccountNotification } from './notifications.js';

export type MessageKind = 'recovery_code' | 'recovery_completed' | 'recovery_held' | 'authenticators_changed';

/** A claimed message with its address, if there is one. */
export interface ClaimedRow extends SealedAddress {
  message_id: string;
  recovery_id: string | null;
  kind: MessageKind;
  changes: AccountNotification[] | null;
  /** Whether the address is still the account's. A removed address is notified without a link to undo. */
  is_current: boolean | null;
  /** What the undo link removes, for a notification of a binding to a current address. */
  undoes: string | null;
  created_at: Date;
  request_id: string | null;
  traceparent: string | null;
  expires_at: Date;
  counter: number;
  recovery_state: string | null;
  client_id: string | null;
  locale: Locale | null;
  account_locale: Locale | null;
  completed_at: Date | null;
  password_set: boolean | null;
  password_ended: boolean | null;
  suspended: boolean | null;
  held_until: Date | null;
  account_id: string | null;
  key_id: string | null;
  /** What the code is bound to, as the first attempt found it, even if the address has been encrypted again since. */
  bound_to: Buffer | null;
  /** The length of the code, as the first attempt chose it; null when the previous release made it. */
  digits: number | null;
  attempts: number;
  /** The budget of sends that a code exceeded at its first attempt. Nothing else is charged. */
  limited_by: string | null;
}

/**
 * A single counter would be one row that every courier waits for. A large quota is spread over many rows; a small one is counted exactly.
 */
export const shardsOf = (quota: number): number => Math.min(64, Math.max(1, Math.floor(quota / 100)));

const { codesPerClient, codesPerInstance } = budgets;

const shard = (of: SqlText) =>
  sql`(('x' || right(address.message_id::text, 2))::bit(8)::integer % ${of}::integer)::text`;

/** The code to charge, at its first attempt. Codes are claimed one at a time, notifications in batches. */
const sending = sql`
  select address.exact, address.channel, message.source_key as source, known.browser
  from address join message on message.id = address.message_id left join known on known.message_id = message.id
  where message.kind = 'recovery_code' and message.attempts = 0 and message.state = 'proving' limit 1`;

/** The counters of the client and of the whole instance. */
const wide = sql`
  select charge.* from verdict, address join message on message.id = address.message_id, lateral (values
    (sha256(convert_to(${literal(`${codesPerClient.policy} `)} || ${shard(sql`:clientShards`)} || ' ' || message.client_id, 'utf8')), ${codesPerClient.windowMs}, :clientQuota::integer, ${literal(codesPerClient.policy)}),
    (sha256(convert_to(${literal(`${codesPerInstance.policy} `)} || ${shard(sql`:instanceShards`)}, 'utf8')), ${codesPerInstance.windowMs}, :instanceQuota::integer, ${literal(codesPerInstance.policy)})
  ) as charge (key, window_ms, quota, policy)
  where verdict.may_send and message.kind = 'recovery_code' and message.attempts = 0`;

/** Codes that strangers request must not lengthen those that go to a known browser. */
const byWhom = (key: (secret: string) => SqlText): SqlText =>
  sql`case when known.browser is null then ${key('code')} else ${key('code in a known browser')} end`;

/**
 * The minimum length of the code, by the identifier and by the account. For an unknown identifier it is computed in the same way, and
 * nobody sees it. A code that is not sent is not charged.
 */
const coding = sql`
  select odds.key, greatest(:triesAllowed::integer - message.tries, 1) as tries, address.account_id is not null as known, case
      when not coalesce(address.gets_short, true) then ${codeShape.unguessable}
      when coalesce(address.channel, message.wanted, 'email') = 'sms' then ${codeShape.digits.sms} else ${codeShape.digits.email}
    end as least
  from message join outcome on outcome.message_id = message.id left join address on address.message_id = message.id
    left join known on known.message_id = message.id, lateral (values
    (${byWhom((secret) => identifierOddsKey(secret, sql`message.guess_key`))}),
    (${byWhom((secret) => accountOddsKey(secret, sql`coalesce(address.account_id, 'nobody ' || encode(message.guess_key, 'hex'))`))})
  ) as odds (key)
  where message.kind = 'recovery_code' and message.attempts = 0 and message.state = 'proving'
    and (address.message_id is null or outcome.limited_by is null)`;

/**
 * Does everything in one statement: reads the messages, finds the accounts by blind index, picks the addresses, charges the sends, binds
 * messages and recoveries. The binding commits before anything is sent, so that a code that arrives is valid, however fast the person
 * types.
 */
export const claimStatement = statement(
  'recovery_claim_messages',
  sql`with message as (
     select m.id, m.recovery_id, m.kind, m.change, m.authenticator as bound_authenticator, m.created_at, m.request_id, m.traceparent, m.expires_at, m.counter, m.address_id, m.attempts, r.account_id,
       r.generation, r.state, r.tries, r.guess_key, r.locale, r.completed_at, r.password_set, r.password_ended, r.suspended, r.held_until, r.identifier_digests, r.channel as wanted, r.client_id, r.source_key, r.known_as
     from messages m left join recoveries r on r.id = m.recovery_id
     where m.id = any(:messageIds::uuid[]) and m.state = 'queued'
   ), address as (
     select message.id as message_id, message.recovery_id, message.kind, found.*
     from message, lateral (
       select * from (${addressToWrite({
         digests: sql`message.identifier_digests`,
         account: sql`message.account_id`,
         generation: sql`message.generation`,
         address: sql`message.address_id`,
         channel: sql`message.wanted`,
       })}) of_code where message.kind = 'recovery_code'
       union all
       select * from (${addressOfNotification(sql`message.address_id`)}) of_notice where message.kind <> 'recovery_code'
     ) found
   ), known as (
     -- The browser or app that started the recovery, if it is known for the account now.
     select message.id as message_id, ${knownBrowserOf(sql`address.account_id`, sql`message.known_as`)} as browser
     from message join address on address.message_id = message.id
   ), ${consumeSend(sending)}, wide as (
     ${wide}
   ), wide_charged as (
     ${consumeRows(sql`select key, window_ms from wide`)}
   ), outcome as (
     select message.id as message_id, case
       when message.kind <> 'recovery_code' or message.attempts > 0 and message.bound_authenticator is not null then null
       -- A code that was refused at its first attempt, or went to nobody, stays bound to nobody: a later fault must not let it through.
       when message.attempts > 0 or not verdict.may_send then ${literal(budgets.codes.policy)}
       else (select policy from wide_charged join wide using (key) where wide_charged.spent > wide.quota limit 1)
     end as limited_by
     from message, verdict
   ), coded as (
     ${consumeCodeRows(coding)}
   ), shape as (
     -- The longer of the two. Codes are claimed one at a time.
     select max(digits) as digits from coded
   ), bound as (
     update messages m set attempts = m.attempts + 1, digits = coalesce(m.digits, case when m.attempts = 0 then shape.digits end), address_id = address.address_id, channel = address.channel,
       bound_to = coalesce(m.bound_to, address.exact), key_id = coalesce(m.key_id, :keyId),
       authenticator = coalesce(address.authenticator, m.authenticator)
     from address join outcome on outcome.message_id = address.message_id, shape
     where m.id = address.message_id and m.state = 'queued' and outcome.limited_by is null
     returning m.id, m.key_id, m.bound_to, m.digits
   ), bound_to_nobody as (
     -- A code for nobody is bound like any other, so that an attempt at it takes the same steps.
     update messages m set attempts = m.attempts + 1, channel = coalesce(m.channel, message.wanted, 'email'), digits = shape.digits,
       bound_to = sha256(convert_to(gen_random_uuid()::text, 'utf8')), key_id = :keyId
     from message, shape
     where m.id = message.id and m.state = 'queued' and m.kind = 'recovery_code' and m.bound_to is null
       and not exists (select from bound where bound.id = m.id)
   ), bound_recovery as (
     update recoveries r set account_id = address.account_id, generation = address.generation
     from address where r.id = address.recovery_id and r.account_id is null and address.kind = 'recovery_code'
   )
   select message.id as message_id, message.recovery_id, message.kind, string_to_array(message.change, ' ') as changes,
     case when message.kind = 'authenticators_changed' and address.is_current then message.bound_authenticator end as undoes,
     address.is_current, message.created_at, message.expires_at,
     message.request_id, message.traceparent,
     message.attempts, message.counter, message.state as recovery_state, message.client_id, message.locale, message.completed_at,
     message.password_set, message.password_ended, message.suspended, message.held_until, address.account_id, address.account_locale, address.address_id, address.channel, address.sealed,
     address.exact, bound.key_id, bound.bound_to, bound.digits, outcome.limited_by
   from message left join address on address.message_id = message.id left join bound on bound.id = message.id
     left join outcome on outcome.message_id = message.id`,
);
