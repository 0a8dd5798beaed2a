import type { SealedRows } from '@rekey/database';
import { exactDigest, identifierOf, lookupDigest } from './identifier.js';
import { hashAad } from './password-hash.js';
import { putAad } from './put-password.js';

/** Password hashes. Those that the releases before have written stand in clear until they are sealed. */
export const sealedPasswords: SealedRows = {
  what: 'passwords',
  table: 'accounts',
  id: { column: 'id', type: 'text' },
  aad: hashAad,
  sealed: 'password_hash',
  isText: true,
  mayBeClear: true,
};

/** What is known of the hashes that products have put last, see {@link isLastPut}. */
export const sealedPuts: SealedRows = {
  what: 'put passwords',
  table: 'accounts',
  id: { column: 'id', type: 'text' },
  aad: putAad,
  sealed: 'password_put',
  mayBeClear: true,
};

/** What of accounts is sealed, and found by digests of what is sealed. Another sealed column is another line. */
export const sealedInAccounts: SealedRows[] = [
  {
    table: 'accounts',
    id: { column: 'id', type: 'text' },
    sealed: 'username_sealed',
    digests: { username_lookup: 'bytea' },
    digest: (keyring, plain) => ({ username_lookup: lookupDigest(keyring, identifierOf(plain)) }),
  },
  {
    // Removed ones too: their owner is still warned there.
    table: 'addresses',
    id: { column: 'id', type: 'uuid' },
    sealed: 'sealed',
    digests: { lookup: 'bytea', exact: 'bytea' },
    digest: (keyring, plain) => ({
      lookup: lookupDigest(keyring, identifierOf(plain)),
      exact: exactDigest(keyring, identifierOf(plain)),
    }),
  },
  { table: 'authenticators', id: { column: 'id', type: 'uuid' }, sealed: 'secret_sealed' },
  sealedPasswords,
  sealedPuts,
];
