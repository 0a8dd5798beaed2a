import { SigningKeys } from '@rekey/tokens';
import type { Rekey } from './rekey.js';

/** The issuer's own keys as another process has them: to sign, and to rotate when the test has moved the clock. */
export async function signingOf(rekey: Rekey): Promise<SigningKeys> {
  const { keyring, keyPlan } = rekey.settings;
  return new SigningKeys(await rekey.openDatabase(), keyring, rekey.clock, keyPlan);
}
