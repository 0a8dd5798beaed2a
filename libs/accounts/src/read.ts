import { type Sql, sql, statement } from '@rekey/database';
import type { Keyring, Locale } from '@rekey/kernel';
import { type Account, type AccountAddress, isAccountId } from './account-shape.js';
import type { AddressKind } from './identifier.js';
import { addressAs, usernameAs } from './sealed-as.js';

interface AccountRow {
  id: string;
  status: Account['status'];
  roles: string[];
  locale: Locale | null;
  username_sealed: Buffer | null;
  aal: 1 | 2;
}

interface AddressRow {
  id: string;
  kind: AddressKind;
  sealed: Buffer;
  verified: boolean;
  is_primary: boolean;
}

const account = statement(
  'account_read',
  sql`select id, status, roles, locale, username_sealed, aal from accounts where id = :id`,
);
const addresses = statement(
  'account_read_addresses',
  sql`select id, kind, sealed, verified, is_primary from addresses where account_id = :id and removed_at is null
   order by is_primary desc, created_at, id`,
);

/**
 * @returns undefined when there is no such account
 * @throws {SealFault} when a value in it was not encrypted for it
 */
export async function readAccount(sql: Sql, keyring: Keyring, id: string): Promise<Account | undefined> {
  if (!isAccountId(id)) return undefined;
  const [row] = await sql.query<AccountRow>(account, { id });
  if (!row) return undefined;
  const rows = await sql.query<AddressRow>(addresses, { id });
  return {
    id: row.id,
    ...(row.username_sealed
      ? { username: keyring.open(row.username_sealed, usernameAs(row.id)).toString() }
      : {}),
    addresses: rows.map(
      (address): AccountAddress => ({
        kind: address.kind,
        value: keyring.open(address.sealed, addressAs({ id: address.id, account: row.id })).toString(),
        verified: address.verified,
        primary: address.is_primary,
      }),
    ),
    roles: row.roles,
    status: row.status,
    ...(row.locale ? { locale: row.locale } : {}),
    ...(row.aal === 2 ? { aal: row.aal } : {}),
  };
}

const remove = statement('account_delete', sql`delete from accounts where id = :id returning id`);

/** @returns false when there was no such account */
export const deleteAccount = async (sql: Sql, id: string): Promise<boolean> =>
  isAccountId(id) && (await sql.query(remove, { id })).length > 0;

const anyAccount = statement('account_any', sql`select exists (select from accounts) as there`);

export async function hasAccounts(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ there: boolean }>(anyAccount);
  return row?.there ?? false;
}
