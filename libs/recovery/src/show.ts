import { statement } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { isRecoveryToken } from './bearer.js';
import type { RecoveryContext, RecoveryReference } from './context.js';
import { type RecoveryRow, type RecoveryView, rowColumns, viewOf } from './view.js';

const show = statement('recovery_show', `select ${rowColumns} from recoveries where id = :id`);

/** How a recovery stands. Looking does not lengthen its life. Refusals: `not_found`. */
export async function showRecovery(
  { database, keyring, clock }: RecoveryContext,
  reference: RecoveryReference,
): Promise<RecoveryView | Refusal> {
  if (!isRecoveryToken(keyring, reference)) return refuse('not_found');
  const [row] = await database.query<RecoveryRow>(show, { id: reference.id });
  return row ? viewOf(reference.id, row, clock.now()) : refuse('not_found');
}
