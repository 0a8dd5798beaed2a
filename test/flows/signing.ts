import { openDatabase } from '@rekey/database';
import { SigningKeys } from '@rekey/tokens';
import type { Rekey } from './rekey.js';

/** The issuer's own keys, as another process of it has them: to sign with, and to rotate when the test has moved the clock. */
export async function signingOf(rekey: Rekey): Promise<{ keys: SigningKeys; close(): Promise<void> }> {
  const { databaseUrl = '', keyring, keyPlan } = rekey.settings;
  const database = await openDatabase({ url: databaseUrl, name: 'spec', poolSize: 2 });
  return { keys: new SigningKeys(database, keyring, rekey.clock, keyPlan), close: () => database.close() };
}
