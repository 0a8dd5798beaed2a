import type { Queryable } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { IsNull } from 'typeorm';
import { type Account, type AccountAddress, isAccountId } from './account-shape.js';
import { AccountEntity } from './entities/account.entity.js';
import { AddressEntity } from './entities/address.entity.js';
import { languageTagOf } from './language.js';
import { addressAs, usernameAs } from './sealed-as.js';

/**
 * @returns undefined when there is no such account
 * @throws {SealFault} when a value in it was not encrypted for it
 */
export async function readAccount(
  database: Queryable,
  keyring: Keyring,
  id: string,
): Promise<Account | undefined> {
  if (!isAccountId(id)) return undefined;
  const row = await database.inRepository(AccountEntity, (accounts) =>
    accounts.findOne({
      select: {
        id: true,
        status: true,
        roles: true,
        locale: true,
        language_tag: true,
        username_sealed: true,
        aal: true,
      },
      where: { id },
    }),
  );
  if (!row) return undefined;
  const rows = await database.inRepository(AddressEntity, (addresses) =>
    addresses.find({
      select: { id: true, kind: true, sealed: true, verified: true, is_primary: true },
      where: { account_id: id, removed_at: IsNull() },
      order: { is_primary: 'desc', created_at: 'asc', id: 'asc' },
    }),
  );
  const language = languageTagOf(row);
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
    ...(language ? { locale: language } : {}),
    ...(row.aal === 2 ? { aal: row.aal } : {}),
  };
}

/** @returns false when there was no such account */
export async function deleteAccount(database: Queryable, id: string): Promise<boolean> {
  if (!isAccountId(id)) return false;
  const { affected } = await database.inRepository(AccountEntity, (accounts) => accounts.delete({ id }));
  return affected === 1;
}

export const hasAccounts = (database: Queryable): Promise<boolean> =>
  database.inRepository(AccountEntity, (accounts) => accounts.exists());
