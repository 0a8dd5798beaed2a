import { isUuid } from './identifiers.js';

/**
 * Every column of the database that holds encrypted values, `table.column`. A value in a row of an account is bound to the account too.
 * Nothing else is encrypted for a row: a new column starts with an entry here.
 */
export const sealedColumns = {
  ofAccounts: [
    'accounts.username_sealed',
    'accounts.password_hash',
    'accounts.password_put',
    'addresses.sealed',
    'authenticators.secret_sealed',
    'former_passwords.sealed',
  ],
  /** Values of recoveries, which belong to nobody before a first proof, and our own. */
  ofNobody: ['recoveries.identifier_sealed', 'signing_keys.private_sealed'],
} as const;

export type ColumnOfAccount = (typeof sealedColumns.ofAccounts)[number];
export type ColumnOfNobody = (typeof sealedColumns.ofNobody)[number];

/** The identity of an encrypted value: it opens as this, and as nothing else. */
export type SealedAs =
  /** @param id the row's primary key as text */
  | { column: ColumnOfAccount; id: string; account: string }
  | { column: ColumnOfNobody; id: string }
  /** A value in no row: a browser or an app stores it. */
  | { use: 'known-browser' | 'page-setup' | `page-cookie/${string}` };

/** The associated data of version 2: a JSON array, so that no two are written alike. */
export const associatedData = (as: SealedAs): string =>
  JSON.stringify(
    'use' in as
      ? ['use', as.use]
      : ['row', as.column, as.id, ...('account' in as ? ['account', as.account] : [])],
  );

/**
 * The associated data of version 1, from earlier releases: for most rows only the id.
 *
 * @returns undefined for a row that no earlier release has written. A cookie can hold any text; it would otherwise open as a row whose id
 * is the name of that cookie
 */
export function associatedDataBefore(as: SealedAs): string | undefined {
  if ('use' in as) return as.use;
  if (as.column === 'accounts.password_hash') return `${as.column} ${as.id}`;
  if (as.column === 'accounts.password_put') return undefined;
  return as.column === 'accounts.username_sealed' || isUuid(as.id) ? as.id : undefined;
}

/** For operators: the kind of value, without its owner. */
export const nameOf = (as: SealedAs): string => ('use' in as ? as.use : as.column);
