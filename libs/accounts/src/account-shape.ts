import type { Locale } from '@rekey/kernel';
import type { AddressKind } from './identifier.js';

export interface AccountAddress {
  kind: AddressKind;
  value: string;
  verified: boolean;
  primary: boolean;
}

/** An account as the management API writes and reads it; a password goes in and never comes out. */
export interface Account {
  id: string;
  username?: string;
  addresses: AccountAddress[];
  roles: string[];
  status: 'active' | 'disabled';
  locale?: Locale;
  /** Authenticator assurance level of the product's own sign-in (NIST SP 800-63B-4 §2): 2 where it asks for a second factor, else left out. */
  aal?: 1 | 2;
}

export interface AccountToPut extends Omit<Account, 'username' | 'addresses' | 'locale' | 'aal'> {
  username?: string | undefined;
  addresses: (Omit<AccountAddress, 'primary'> & { primary?: boolean | undefined })[];
  locale?: Locale | undefined;
  /** Left out: the account keeps the one it has. */
  password?: string | undefined;
  /** Left out: the account keeps the one it has; a new one has 1. */
  aal?: 1 | 2 | undefined;
  /** Instead of `password`: a PHC string of argon2id from elsewhere. */
  passwordHash?: string | undefined;
}

/** What a product may call its accounts; anything else never reaches a query. */
export const isAccountId = (text: string): boolean => /^[\w.:-]{1,128}$/.test(text);
