import { type Queryable, sql, statement, type Transaction } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { type AccountChange, watchChange } from './account-change.js';
import { channelOf } from './assurance.js';
import { ownAddress, type SealedAddress } from './find.js';
import { exactDigests, identifierOf } from './identifier.js';

/** What an act on one address has changed. */
export interface MarkedAddress {
  change: AccountChange;
  /** The rows that were changed, as the evidence of proofs names them now. None when it was so already. */
  authenticators: string[];
  /** Some of them got the mark, or lost it. False when only their short codes were allowed again. */
  isTrustChanged: boolean;
}

interface OfAddress {
  account: string;
  /** UUID of the address. */
  id: string;
  at: Date;
  strongRoles: string[];
}

const compromised = statement(
  'addresses_compromised',
  sql`select id from addresses where account_id = :account and compromised_at is not null`,
);

/** The addresses of an account that are marked, also removed ones. */
export const compromisedAddresses = async (database: Queryable, account: string): Promise<string[]> =>
  (await database.query<{ id: string }>(compromised, { account })).map(({ id }) => id);

const find = statement(
  'address_find',
  sql`select d.id as address_id, ${channelOf} as channel, d.sealed, d.exact from addresses d where d.id = :id and d.account_id = :account`,
);

// An address that was removed and added again has two rows.
const ofTheSame = sql`account_id = :account and (id = :id or exact = any(:digests::bytea[]))`;

const compromise = statement(
  'address_compromise',
  // With another binding, no code that went there before counts, also not after it is restored.
  sql`update addresses set compromised_at = :at, binding = binding + 1 where ${ofTheSame} and compromised_at is null
   returning id::text || ':' || binding as authenticator, true as is_marked`,
);

const restore = statement(
  'address_restore',
  sql`with former as (
     select id, compromised_at from addresses where ${ofTheSame} and (compromised_at is not null or disabled_at is not null)
   )
   update addresses d set compromised_at = null, disabled_at = null,
     bound_at = case when former.compromised_at is null then d.bound_at else :at::timestamptz end
   from former where d.id = former.id
   returning d.id::text || ':' || d.binding as authenticator, former.compromised_at is not null as is_marked`,
);

/**
 * Marks an address as one that somebody else reads, also a removed one, in a transaction. The account is locked. @returns undefined when the
 * account has no such address
 */
export const compromiseAddress = (tx: Transaction, keyring: Keyring, of: OfAddress) =>
  mark(tx, keyring, of, (values) => tx.query<MarkedRow>(compromise, values));

/**
 * Takes that back, and allows short codes to the address again, in a transaction. The account is locked. @returns undefined when the account
 * has no such address
 */
export const restoreAddress = (tx: Transaction, keyring: Keyring, of: OfAddress) =>
  mark(tx, keyring, of, (values) => tx.query<MarkedRow>(restore, values));

interface MarkedRow {
  authenticator: string;
  is_marked: boolean;
}

async function mark(
  tx: Transaction,
  keyring: Keyring,
  { account, id, at, strongRoles }: OfAddress,
  write: (values: { account: string; id: string; at: Date; digests: Buffer[] }) => Promise<MarkedRow[]>,
): Promise<MarkedAddress | undefined> {
  const whatChanged = await watchChange(tx, { account, strongRoles });
  const [row] = await tx.query<SealedAddress>(find, { id, account });
  if (!row) return undefined;
  const value = ownAddress(keyring, row, account)?.value;
  const digests = value === undefined ? [] : exactDigests(keyring, identifierOf(value));
  const rows = await write({ account, id, at, digests });
  return {
    change: await whatChanged(),
    authenticators: rows.map(({ authenticator }) => authenticator),
    isTrustChanged: rows.some((changed) => changed.is_marked),
  };
}
