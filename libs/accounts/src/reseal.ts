import type { SealedRows } from '@rekey/database';
import { exactDigest, identifierOf, lookupDigest } from './identifier.js';

/** Password hashes. Those that the releases before have written stand in clear until they are sealed. */
export const sealedPasswords: SealedRows = {
  what: 'passwords',
  column: 'accounts.password_hash',
  id: { column: 'id', type: 'text' },
  account: 'id',
  isText: true,
  mayBeClear: true,
};

/** What is known of the hashes that products have put last, see {@link isLastPut}. */
export const sealedPuts: SealedRows = {
  what: 'put passwords',
  column: 'accounts.password_put',
  id: { column: 'id', type: 'text' },
  account: 'id',
  mayBeClear: true,
};

/** What of accounts is sealed, and found by digests of what is sealed. Another sealed column is another line. */
export const sealedInAccounts: SealedRows[] = [
  {
    column: 'accounts.username_sealed',
    id: { column: 'id', type: 'text' },
    account: 'id',
    digests: { username_lookup: 'bytea' },
    digest: (keyring, plain) => ({ username_lookup: lookupDigest(keyring, identifierOf(plain)) }),
  },
  {
    // Removed ones too: their owner is still warned there.
    column: 'addresses.sealed',
    id: { column: 'id', type: 'uuid' },
    account: 'account_id',
    digests: { lookup: 'bytea', exact: 'bytea' },
    digest: (keyring, plain) => ({
      lookup: lookupDigest(keyring, identifierOf(plain)),
      exact: exactDigest(keyring, identifierOf(plain)),
    }),
  },
  {
    column: 'authenticators.secret_sealed',
    id: { column: 'id', type: 'uuid' },
    account: 'account_id',
  },
  sealedPasswords,
  sealedPuts,
];
