import { type Queryable, sql, statement } from '@rekey/database';
import { isUuid, type Keyring, type Locale } from '@rekey/kernel';
import { isAccountId } from './account-shape.js';
import type { AddressEntity } from './entities/address.entity.js';
import { maskAddress } from './find.js';
import type { AddressKind } from './identifier.js';
import { languageTagOf } from './language.js';
import { addressAs, usernameAs } from './sealed-as.js';

/** An account for those who help its person: its addresses are masked. Times are RFC 3339. */
export interface MaskedAccount {
  id: string;
  username?: string;
  status: 'active' | 'disabled';
  roles: string[];
  locale?: string;
  /** As in {@link Account}. */
  aal?: 2;
  created_at: string;
  password_changed_at?: string;
  addresses: MaskedAddress[];
}

export interface MaskedAddress {
  id: string;
  kind: AddressKind;
  /** `m***@example.com`, `***123`; `***` where the stored address is not of this account: somebody has written to the table. */
  masked: string;
  verified: boolean;
  primary: boolean;
  /** When it was added, or confirmed later. */
  bound_at: string;
  /** Too many short codes in a row were wrong: it gets long codes only. */
  disabled: boolean;
  /** When staff marked it as read by somebody else: nothing goes there. */
  compromised_at?: string;
}

const findAccount = statement(
  'account_masked',
  sql`select id, status, roles, locale, language_tag, username_sealed, aal, created_at, password_changed_at from accounts where id = :id`,
);

interface FoundAccount {
  id: string;
  status: MaskedAccount['status'];
  roles: string[];
  locale: Locale | null;
  language_tag: string | null;
  username_sealed: Buffer | null;
  aal: number;
  created_at: Date;
  password_changed_at: Date | null;
}

type FoundAddress = Pick<
  AddressEntity,
  'id' | 'kind' | 'sealed' | 'verified' | 'is_primary' | 'disabled_at' | 'compromised_at'
> & {
  bound_at: Date | null;
};

const findAddresses = statement(
  'account_masked_addresses',
  sql`select id, kind, sealed, verified, is_primary, disabled_at, compromised_at, coalesce(bound_at, created_at) as bound_at from addresses
   where account_id = :id and removed_at is null order by is_primary desc, created_at, id`,
);

/** @returns undefined when there is no such account */
export async function readMaskedAccount(
  database: Queryable,
  keyring: Keyring,
  id: string,
): Promise<MaskedAccount | undefined> {
  if (!isAccountId(id)) return undefined;
  const [row] = await database.query<FoundAccount>(findAccount, { id });
  if (!row) return undefined;
  const addresses = await database.query<FoundAddress>(findAddresses, { id });
  const username =
    row.username_sealed && keyring.openUnlessAltered(row.username_sealed, usernameAs(id))?.toString();
  const language = languageTagOf(row);
  return {
    id,
    ...(username ? { username } : {}),
    status: row.status,
    roles: row.roles,
    ...(language ? { locale: language } : {}),
    ...(row.aal === 2 ? { aal: 2 } : {}),
    created_at: row.created_at.toISOString(),
    ...(row.password_changed_at ? { password_changed_at: row.password_changed_at.toISOString() } : {}),
    addresses: addresses.map((address) => maskedAddress(keyring, id, address)),
  };
}

function maskedAddress(keyring: Keyring, account: string, row: FoundAddress): MaskedAddress {
  const value = keyring.openUnlessAltered(row.sealed, addressAs({ id: row.id, account }))?.toString();
  const channel = row.kind === 'email' ? 'email' : 'sms';
  return {
    id: row.id,
    kind: row.kind,
    masked: value === undefined ? '***' : maskAddress({ channel, value }),
    verified: row.verified,
    primary: row.is_primary,
    bound_at: (row.bound_at as Date).toISOString(),
    disabled: row.disabled_at !== null,
    ...(row.compromised_at ? { compromised_at: row.compromised_at.toISOString() } : {}),
  };
}

const findOne = statement(
  'account_address',
  sql`select sealed from addresses where id = :id and account_id = :account and removed_at is null`,
);

/** One address in full. @returns undefined when the account has none with this id, or its row was altered */
export async function readAddress(
  database: Queryable,
  keyring: Keyring,
  of: { account: string; id: string },
): Promise<string | undefined> {
  if (!isAccountId(of.account) || !isUuid(of.id)) return undefined;
  const [row] = await database.query<{ sealed: Buffer }>(findOne, of);
  return row && keyring.openUnlessAltered(row.sealed, addressAs(of))?.toString();
}
