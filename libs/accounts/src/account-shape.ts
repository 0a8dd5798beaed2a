import type { AddressKind } from './identifier.js';

export interface AccountAddress {
  kind: AddressKind;
  value: string;
  verified: boolean;
  primary: boolean;
}

/** An account as the management API writes and reads it. A password can be written and is never read. */
export interface Account {
  id: string;
  username?: string;
  addresses: AccountAddress[];
  roles: string[];
  status: 'active' | 'disabled';
  /** A canonical language tag (BCP 47), also one that we do not write in. */
  locale?: string;
  /**
   * Authenticator assurance level of the product's own sign-in (NIST SP 800-63B-4 §2): 2 if it requires a second factor, otherwise omitted.
   */
  aal?: 1 | 2;
}

export interface AccountToPut extends Omit<Account, 'username' | 'addresses' | 'locale' | 'aal'> {
  username?: string | undefined;
  addresses: (Omit<AccountAddress, 'primary'> & { primary?: boolean | undefined })[];
  locale?: string | undefined;
  /** Omitted: the account keeps the one it has. */
  password?: string | undefined;
  /** Omitted: the account keeps the one it has; a new one gets 1. */
  aal?: 1 | 2 | undefined;
  /** Instead of `password`: the stored form of an imported hash, from `readPasswordHash`. */
  passwordHash?: string | undefined;
}

/** Restricts the ids that a product may use; anything else never reaches a query. */
export const isAccountId = (text: string): boolean => /^[\w.:-]{1,128}$/.test(text);
