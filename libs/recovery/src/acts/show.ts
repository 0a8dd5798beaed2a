import { type Refusal, refuse } from '@rekey/kernel';
import type { RecoveryContext, RecoveryReference } from '../context.js';
import { rejudge } from '../proving/rejudge.js';
import { isRecoveryToken } from '../tokens/recovery-token.js';
import type { RecoveryView } from '../view.js';

/** Returns the recovery. Reading does not extend its lifetime. Refusals: `not_found`. */
export async function showRecovery(
  context: RecoveryContext,
  reference: RecoveryReference,
): Promise<RecoveryView | Refusal> {
  if (!isRecoveryToken(context.keyring, reference)) return refuse('not_found');
  return (await rejudge(context, reference.id)) ?? refuse('not_found');
}
