import { hasPassword } from '@rekey/accounts';
import { sql, statement } from '@rekey/database';
import type { RecoveryContext, RecoveryReference } from '../context.js';
import { keepsPassword } from '../proving/policy.js';
import { isRecoveryToken } from '../tokens/recovery-token.js';

const look = statement(
  'recovery_has_password',
  sql`select client_id, ${hasPassword(sql`recoveries.account_id`)} as has from recoveries where id = :id and state = 'proven'`,
);

/**
 * Returns whether completing a proven recovery would take away the password of its account. The pages then ask for a new one first, also
 * when an app waits for the person. Before the proof there is nothing to ask.
 */
export async function asksForPassword(
  { database, keyring, policy }: RecoveryContext,
  reference: RecoveryReference,
): Promise<boolean> {
  if (!isRecoveryToken(keyring, reference)) return false;
  const [row] = await database.query<{ client_id: string; has: boolean }>(look, { id: reference.id });
  return row?.has === true && !keepsPassword(policy, row.client_id);
}
