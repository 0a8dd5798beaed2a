import type { SealedAs } from '@rekey/kernel';

export const usernameAs = (account: string): SealedAs => ({
  column: 'accounts.username_sealed',
  id: account,
  account,
});

/** @param of the row's id, and the account that it belongs to */
export const addressAs = (of: { id: string; account: string }): SealedAs => ({
  column: 'addresses.sealed',
  ...of,
});
