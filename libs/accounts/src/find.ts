import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
import type { Channel, Keyring, Locale } from '@rekey/kernel';
import { channelOf, evidenceHolds, isOfGeneration } from './assurance.js';
import { type AddressKind, type Identifier, lookupDigests } from './identifier.js';
import { addressAs } from './sealed-as.js';
import { isTrusted } from './trusted-address.js';

/**
 * The account of an identifier, as an SQL expression: the one that matches exactly, otherwise the only one that matches in another letter
 * case. Two such matches give none: a guess would let one person recover another's account.
 *
 * @param digests an expression of `bytea[]`, from {@link lookupDigests}
 */
export const accountOf = (
  digests: SqlText,
): SqlText => sql`(select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(${digests})
    union all select account_id, exact = any(${digests}) from addresses where lookup = any(${digests}) and verified and removed_at is null
  ) found)`;

/** The same for an account that can be recovered. */
export const activeAccountOf = (digests: SqlText): SqlText =>
  sql`(select id from accounts where id = ${accountOf(digests)} and status = 'active')`;

/** The digests of an arbitrary account, as SQL: as many as one identifier has under one key. */
export const anyAccount = sql`select array[lookup, exact] from addresses where verified and removed_at is null limit 1`;

/**
 * The one address to send a code to, as SQL for a lateral join with at most one row of `account_id, generation, account_locale, address_id,
 * channel, sealed, exact, authenticator, is_current, gets_short`. Only a trusted address of an active account is ever used. `gets_short`
 * is false for an address that gets no short codes any more. The wanted channel comes first, then the typed address, then the primary one.
 *
 * @param of expressions: blind-index digests, a known account and its generation or null, a known address or null, a channel or null,
 * whether no SMS are sent
 */
export const addressToWrite = (of: {
  digests: SqlText;
  account: SqlText;
  generation: SqlText;
  address: SqlText;
  channel: SqlText;
  withoutSms: SqlText;
}): SqlText => sql`
  select a.id as account_id, a.generation, a.locale as account_locale, d.id as address_id, ${channelOf} as channel, d.sealed, d.exact,
    d.id::text || ':' || d.binding as authenticator, true as is_current, d.disabled_at is null as gets_short
  from accounts a join addresses d on d.account_id = a.id and ${isTrusted(sql`d`)}
  where a.id = coalesce(${of.account}, ${accountOf(of.digests)}) and a.status = 'active'
    and (${of.address} is null or d.id = ${of.address}) and (d.kind = 'email' or not ${of.withoutSms}) and ${isOfGeneration(sql`a`, of.generation)}
  order by (${channelOf} is not distinct from ${of.channel}) desc, (d.lookup = any(${of.digests})) desc, d.is_primary desc, d.id
  limit 1`;

/**
 * The addresses to notify, as SQL that yields `id`: the current ones and those removed within the last thirty days, since an attacker who
 * takes an account over removes the owner's addresses first. Includes accounts that were disabled in the meantime. None that is compromised:
 * who reads it would get the links. Needs `:now`.
 */
export const addressesToWarn = (account: SqlText): SqlText =>
  sql`select d.id from addresses d where d.account_id = ${account} and d.verified and d.compromised_at is null
     and (d.removed_at is null or d.removed_at > :now::timestamptz - interval '30 days')`;

/** The address of a notification, as SQL in the shape of {@link addressToWrite}, with `is_compromised`. */
export const addressOfNotification = (address: SqlText): SqlText => sql`
  select a.id as account_id, a.generation, a.locale as account_locale, d.id as address_id, ${channelOf} as channel, d.sealed, d.exact,
    null as authenticator, d.verified and d.removed_at is null as is_current, true as gets_short,
    d.compromised_at is not null as is_compromised
  from addresses d join accounts a on a.id = d.account_id where d.id = ${address}`;

/** The addresses that a person with a first proof may choose from, as SQL that yields `id, account_id, channel, sealed`. */
export const addressesToOffer = (account: SqlText): SqlText => sql`
  select d.id, d.account_id, ${channelOf} as channel, d.sealed from addresses d
  where d.account_id = ${account} and ${isTrusted(sql`d`)}
  order by d.is_primary desc, d.id`;

/** `m***@example.com`, `***123`: enough to recognise one's own, too little to learn another's. */
export function maskAddress({ channel, value }: Pick<OpenedAddress, 'channel' | 'value'>): string {
  if (channel === 'sms') return `***${value.slice(-3)}`;
  const at = value.lastIndexOf('@');
  return `${[...value][0] ?? ''}***${value.slice(at)}`;
}

/**
 * The account's columns in a statement about its tokens, as SQL that yields `id, status, roles, generation`; no row when the id belongs to
 * another account now.
 *
 * @param generation an expression; null when the previous release wrote it
 */
export const accountSubject = (account: SqlText, generation: SqlText): SqlText =>
  sql`select id, status, roles, generation from accounts
   where id = ${account} and ${isOfGeneration(sql`accounts`, generation)}`;

export interface SealedAddress {
  address_id: string;
  channel: Channel;
  sealed: Buffer;
  exact: Buffer;
}

export interface OpenedAddress {
  id: string;
  kind: AddressKind;
  channel: Channel;
  /** A mail address or a number in E.164. */
  value: string;
}

/**
 * @returns undefined for an address that was not encrypted for this account: somebody has written to the table, and nothing is ever sent
 * there
 * @throws {SealFault} when the keyring lacks its key
 */
export function ownAddress(keyring: Keyring, row: SealedAddress, account: string): OpenedAddress | undefined {
  const { address_id: id, channel } = row;
  const value = keyring.openUnlessAltered(row.sealed, addressAs({ id, account }))?.toString();
  return value === undefined
    ? undefined
    : { id, kind: channel === 'email' ? 'email' : 'phone', channel, value };
}

/**
 * The account that may be given tokens, as SQL that yields `account_id, roles, generation, known_browsers_epoch` of an active account `a`,
 * or nothing. It locks the row for share: a request that disables the account or changes its password waits for the session that is being
 * opened, and then ends it.
 */
export const activeSubject = (account: SqlText, and = sql`true`): SqlText =>
  sql`select a.id as account_id, a.roles, a.generation, a.known_browsers_epoch from accounts a where a.id = ${account} and a.status = 'active' and ${and} for share of a`;

/** The account to be given tokens for evidence, as SQL that yields `id, status, roles, generation, holds`; locked for share as above. */
export const judgedSubject = (account: SqlText, evidence: Parameters<typeof evidenceHolds>[0]): SqlText =>
  sql`select a.id, a.status, a.roles, a.generation, ${evidenceHolds(evidence)} as holds from accounts a where a.id = ${account} for share of a`;

const find = statement(
  'account_find',
  sql`select id, status, roles, locale, password_hash, generation, known_browsers_epoch from accounts where id = ${accountOf(sql`:digests::bytea[]`)}`,
);

export interface FoundAccount {
  id: string;
  /** Identifies the account behind the id: new at each creation. */
  generation: string;
  known_browsers_epoch: number;
  status: 'active' | 'disabled';
  roles: string[];
  locale: Locale | null;
  password_hash: string | null;
}

/** Finds the account for a sign-in. @returns undefined when there is none, or more than one */
export async function findAccount(
  database: Queryable,
  keyring: Keyring,
  identifier: Identifier,
): Promise<FoundAccount | undefined> {
  const [row] = await database.query<FoundAccount>(find, { digests: lookupDigests(keyring, identifier) });
  return row;
}
