import { type SealedRows, sql } from '@rekey/database';
import { exactDigest, identifierOf, lookupDigest } from './identifier.js';

/** Password hashes. Those of earlier releases are in plain text until they are encrypted. */
export const sealedPasswords: SealedRows = {
  what: 'passwords',
  column: 'accounts.password_hash',
  id: { column: 'id', type: 'text' },
  account: sql`id`,
  isText: true,
  mayBeClear: true,
};

/** The digests of the hashes that products sent last, see {@link isLastPut}. */
export const sealedPuts: SealedRows = {
  what: 'put passwords',
  column: 'accounts.password_put',
  id: { column: 'id', type: 'text' },
  account: sql`id`,
  mayBeClear: true,
};

/** The encrypted columns of accounts, with the digests of their plain text. Another encrypted column is another entry. */
export const sealedInAccounts: SealedRows[] = [
  {
    column: 'accounts.username_sealed',
    id: { column: 'id', type: 'text' },
    account: sql`id`,
    digests: { username_lookup: 'bytea' },
    digest: (keyring, plain) => ({ username_lookup: lookupDigest(keyring, identifierOf(plain)) }),
  },
  {
    // Includes removed addresses: their owner is still notified there.
    column: 'addresses.sealed',
    id: { column: 'id', type: 'uuid' },
    account: sql`account_id`,
    digests: { lookup: 'bytea', exact: 'bytea' },
    digest: (keyring, plain) => ({
      lookup: lookupDigest(keyring, identifierOf(plain)),
      exact: exactDigest(keyring, identifierOf(plain)),
    }),
  },
  {
    column: 'authenticators.secret_sealed',
    id: { column: 'id', type: 'uuid' },
    account: sql`account_id`,
  },
  sealedPasswords,
  sealedPuts,
];
