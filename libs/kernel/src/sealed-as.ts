import { isUuid } from './identifiers.js';

/**
 * Every column of the database that holds sealed values, `table.column`. What stands in a row of an account is bound to the account,
 * too. Nothing else is sealed for a row: a new column begins with a line here.
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
  /** Of recoveries, which belong to nobody before something is proved; and our own. */
  ofNobody: ['recoveries.identifier_sealed', 'signing_keys.private_sealed'],
} as const;

export type ColumnOfAccount = (typeof sealedColumns.ofAccounts)[number];
export type ColumnOfNobody = (typeof sealedColumns.ofNobody)[number];

/** What a sealed value is: it opens as this, and as nothing else. */
export type SealedAs =
  /** @param id the row's primary key as text */
  | { column: ColumnOfAccount; id: string; account: string }
  | { column: ColumnOfNobody; id: string }
  /** What stands in no row: a browser or an app keeps it. */
  | { use: 'known-browser' | 'page-setup' | `page-cookie/${string}` };

/** The associated data of version 2: a JSON array, so that no two of them are written alike. */
export const associatedData = (as: SealedAs): string =>
  JSON.stringify(
    'use' in as
      ? ['use', as.use]
      : ['row', as.column, as.id, ...('account' in as ? ['account', as.account] : [])],
  );

/**
 * Of version 1, as the releases before have sealed: of most rows the id alone.
 *
 * @returns undefined for a row that no release has made. A cookie holds any text that somebody likes; as a row whose id is the name of
 *   that cookie it would open
 */
export function associatedDataBefore(as: SealedAs): string | undefined {
  if ('use' in as) return as.use;
  if (as.column === 'accounts.password_hash') return `${as.column} ${as.id}`;
  if (as.column === 'accounts.password_put') return undefined;
  return as.column === 'accounts.username_sealed' || isUuid(as.id) ? as.id : undefined;
}

/** For operators: which thing it is, without whose. */
export const nameOf = (as: SealedAs): string => ('use' in as ? as.use : as.column);
