import { hasAccounts, putAccount } from '@rekey/accounts';
import type { Database } from '@rekey/database';
import { isRefused, type Keyring, type Locale } from '@rekey/kernel';

export interface DemoAccount {
  id: string;
  /** What to type. */
  identifiers: string[];
  locale: Locale;
  password?: string;
}

/** Numbers that are kept free for fiction, and a domain that nobody can have (RFC 2606). */
export const demoAccounts: DemoAccount[] = [
  {
    id: 'demo-ada',
    identifiers: ['ada@example.com', 'ada'],
    locale: 'en',
    password: 'correct horse battery',
  },
  { id: 'demo-li', identifiers: ['+12025550123'], locale: 'zh-Hans' },
  { id: 'demo-sam', identifiers: ['sam@example.com', '+12025550147', 'sam'], locale: 'en' },
  { id: 'demo-mei', identifiers: ['mei@example.com', 'mei'], locale: 'zh-Hans' },
];

/** Accounts to try with, when there are none at all. @returns true when they were made now */
export async function seedDemoAccounts(database: Database, keyring: Keyring, now: number): Promise<boolean> {
  if (await hasAccounts(database)) return false;
  for (const { id, identifiers, locale, password } of demoAccounts) {
    const addresses = identifiers
      .filter((text) => text.includes('@') || text.startsWith('+'))
      .map((value) => ({
        kind: value.includes('@') ? ('email' as const) : ('phone' as const),
        value,
        verified: true,
      }));
    const username = identifiers.find((text) => /^[a-z]+$/.test(text));
    const outcome = await putAccount({ database, keyring }, now, {
      id,
      username,
      addresses,
      roles: [],
      status: 'active',
      locale,
      password,
    });
    if (isRefused(outcome)) throw new Error(`demo account ${id}: ${outcome.code}`);
  }
  return true;
}
