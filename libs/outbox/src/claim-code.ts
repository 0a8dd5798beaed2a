import { addressToWrite, knownBrowserOf, type SealedAddress } from '@rekey/accounts';
import { literal, type SqlText, sql, statement } from '@rekey/database';
import type { Locale } from '@rekey/kernel';
import {
  accountOddsKey,
  budgets,
  codeFlood,
  consumeCodeRows,
  consumeRows,
  consumeSend,
  defaultOdds,
  identifierOddsKey,
  oddsParameters,
  triesPerRecovery,
} from '@rekey/limits';
import { codeShape } from '@rekey/proofs';
import type { MessageContext } from './context.js';

/** What the code of a message is derived from. */
interface CodeBinding {
  /** The address, as the first attempt found it, even if it has been encrypted again since. Null until then. */
  bound_to: Buffer | null;
  key_id: string | null;
  /** The length of the code, as the first attempt chose it; null when the previous release made it. */
  digits: number | null;
  /** The budget of sends that the code exceeded at its first attempt. Nothing else is charged. */
  limited_by: string | null;
}

/** A claimed code with its address, if there is one. */
export interface ClaimedCode extends SealedAddress, CodeBinding {
  message_id: string;
  recovery_id: string;
  created_at: Date;
  expires_at: Date;
  request_id: string | null;
  traceparent: string | null;
  counter: number;
  recovery_state: string;
  client_id: string | null;
  locale: Locale | null;
  account_locale: Locale | null;
  account_id: string | null;
}

interface FoundCode extends ClaimedCode {
  /** The address still gets short codes. */
  gets_short: boolean | null;
  /** The browser or app that started the recovery is known for the account now. */
  is_known: boolean;
}

/**
 * A code that was refused at its first attempt, or went to nobody, stays bound to nobody: a later fault must not let it through. A later
 * attempt of any other is not charged again.
 */
const isAllowed = sql`case when message.attempts > 0 then message.authenticator is not null else verdict.may_send end`;

/**
 * Finds the account by blind index, picks the address, and charges the send to the address and the network. The recovery belongs to that
 * account from now on.
 */
const find = statement(
  'outbox_find_code',
  sql`with message as (
     select m.*, r.account_id as owner, r.generation, r.state as recovery_state, r.identifier_digests, case when :withoutSms::boolean then 'email' else r.channel end as wanted, r.client_id, r.locale,
       r.source_key, r.known_as
     from messages m join recoveries r on r.id = m.recovery_id
     where m.id = :messageId and m.kind = 'recovery_code' and m.state = 'queued'
   ), address as (
     select found.*, ${knownBrowserOf(sql`found.account_id`, sql`message.known_as`)} as browser
     from message, lateral (${addressToWrite({
       digests: sql`message.identifier_digests`,
       account: sql`message.owner`,
       generation: sql`message.generation`,
       address: sql`message.address_id`,
       channel: sql`message.wanted`,
       withoutSms: sql`:withoutSms::boolean`,
     })}) found
   ), bound_recovery as (
     update recoveries r set account_id = address.account_id, generation = address.generation
     from message, address where r.id = message.recovery_id and r.account_id is null
     returning r.id
   ), ${consumeSend(sql`
     -- The count only forces the order of locks: recovery, counters, message.
     select address.exact, address.channel, message.source_key as source, address.browser
     from message, address, (select count(*) from bound_recovery) locked where message.attempts = 0 and message.recovery_state = 'proving'`)}, allowed as (
     select address.address_id, address.channel, address.authenticator from message, verdict, address where ${isAllowed}
   ), claimed as (
     update messages m set attempts = m.attempts + 1, address_id = coalesce(allowed.address_id, m.address_id),
       channel = coalesce(allowed.channel, m.channel, message.wanted, 'email'), authenticator = coalesce(allowed.authenticator, m.authenticator)
     from message left join allowed on true, (select count(*) from bound_recovery) locked where m.id = message.id and m.state = 'queued'
   )
   select message.id as message_id, message.recovery_id, message.created_at, message.expires_at, message.request_id, message.traceparent,
     message.counter, message.recovery_state, message.client_id, message.locale, message.bound_to, message.key_id, message.digits,
     address.account_id, address.account_locale, address.address_id, address.channel, address.sealed, address.exact, address.gets_short,
     address.browser is not null as is_known, case when not ${isAllowed} then ${literal(budgets.codes.policy)} end as limited_by
   from verdict, message left join address on true`,
);

/**
 * A single counter would be one row that every courier waits for. A large quota is spread over many rows; a small one is counted exactly.
 */
const shardsOf = (quota: number): number => Math.min(64, Math.max(1, Math.floor(quota / 100)));

const { perClient, perInstance } = codeFlood;

const shard = (of: SqlText) =>
  sql`(('x' || right(message.id::text, 2))::bit(8)::integer % ${of}::integer)::text`;

/** The counters of the client and of the whole instance. */
const wide = sql`
  select charge.* from message, lateral (values
    (sha256(convert_to(${literal(`${perClient.policy} `)} || ${shard(sql`:clientShards`)} || ' ' || message.client_id, 'utf8')), ${perClient.windowMs}, :clientQuota::integer, ${literal(perClient.policy)}),
    (sha256(convert_to(${literal(`${perInstance.policy} `)} || ${shard(sql`:instanceShards`)}, 'utf8')), ${perInstance.windowMs}, :instanceQuota::integer, ${literal(perInstance.policy)})
  ) as charge (key, window_ms, quota, policy) where message.is_allowed`;

/** Codes that strangers request must not lengthen those that go to a known browser. */
const byWhom = (key: (secret: string) => SqlText): SqlText =>
  sql`case when :isKnown::boolean then ${key('code in a known browser')} else ${key('code')} end`;

const nobody = sql`'nobody ' || encode(message.guess_key, 'hex')`;

/**
 * The minimum length of the code, by the identifier and by the account. For an unknown identifier it is computed in the same way, and
 * nobody sees it. A code that is not sent is not charged.
 */
const coding = sql`
  select odds.key, greatest(:triesAllowed::integer - message.tries, 1) as tries, :accountId::text is not null as known, case
      when not :getsShort::boolean then ${codeShape.unguessable} when message.channel = 'sms' then ${codeShape.digits.sms} else ${codeShape.digits.email}
    end as least
  from outcome, message, lateral (values
    (${byWhom((secret) => identifierOddsKey(secret, sql`message.guess_key`))}),
    (${byWhom((secret) => accountOddsKey(secret, sql`coalesce(:accountId::text, ${nobody})`))})
  ) as odds (key)
  where message.recovery_state = 'proving' and (:accountId::text is null or message.is_allowed and outcome.limited_by is null)`;

/**
 * Charges the send to the client and to the instance, chooses the length of the code by the odds, and binds the code to the address. A code
 * for nobody is bound like any other, so that an attempt at it takes the same steps.
 */
const bind = statement(
  'outbox_bind_code',
  sql`with message as (
     select m.id, m.channel, m.authenticator is not null and :exact::bytea is not null as is_allowed, r.state as recovery_state, r.tries, r.guess_key,
       r.client_id
     from messages m join recoveries r on r.id = m.recovery_id where m.id = :messageId and m.state = 'queued'
   ), wide as (
     ${wide}
   ), wide_charged as (
     ${consumeRows(sql`select key, window_ms from wide`)}
   ), outcome as (
     select (select policy from wide_charged join wide using (key) where wide_charged.spent > wide.quota limit 1) as limited_by
   ), coded as (
     ${consumeCodeRows(coding)}
   )
   -- The longer of the two lengths.
   update messages m set digits = coalesce(m.digits, (select max(digits) from coded)), key_id = coalesce(m.key_id, :keyId),
     bound_to = coalesce(m.bound_to, case when message.is_allowed and outcome.limited_by is null then :exact::bytea
       else sha256(convert_to(gen_random_uuid()::text, 'utf8')) end),
     -- What another attempt has bound at the same time stays bound.
     authenticator = case when m.bound_to is not null or message.is_allowed and outcome.limited_by is null then m.authenticator end
   from message, outcome where m.id = message.id and m.state = 'queued'
   returning m.bound_to, m.key_id, m.digits, outcome.limited_by`,
);

/**
 * Claims a code for one attempt to send it, in two statements. The first decides whether the code may be sent, and a retry finds that
 * decision in the row. The second runs once, and commits before anything is sent, so that a code that arrives is valid, however fast the
 * person types.
 *
 * @returns undefined when it does not wait to be sent any more
 */
export async function claimCode(
  { database, keyring, clock, odds = defaultOdds, sendQuotas, withoutSms = false }: MessageContext,
  messageId: string,
): Promise<ClaimedCode | undefined> {
  const now = new Date(clock.now());
  const [found] = await database.query<FoundCode>(find, { messageId, now, withoutSms });
  if (!found || found.bound_to !== null) return found;
  const { client, instance } = sendQuotas;
  const [bound] = await database.query<CodeBinding>(bind, {
    messageId,
    now,
    keyId: keyring.newestKeyId,
    accountId: found.account_id,
    exact: found.exact,
    getsShort: found.gets_short ?? true,
    isKnown: found.is_known,
    triesAllowed: triesPerRecovery,
    ...oddsParameters(odds),
    clientShards: shardsOf(client),
    clientQuota: Math.floor(client / shardsOf(client)),
    instanceShards: shardsOf(instance),
    instanceQuota: Math.floor(instance / shardsOf(instance)),
  });
  return bound && { ...found, ...bound, limited_by: found.limited_by ?? bound.limited_by };
}
