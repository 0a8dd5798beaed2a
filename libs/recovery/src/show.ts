import { type Standing, standingOf } from '@rekey/accounts';
import { statement } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { isRecoveryToken } from './bearer.js';
import type { RecoveryContext, RecoveryReference } from './context.js';
import {
  offeredAddresses,
  type RecoveryRow,
  type RecoveryView,
  rowColumns,
  type SealedOffer,
  viewOf,
} from './view.js';

/** Of the account only once something has been proved: before, the same is read for everyone. */
const show = statement(
  'recovery_show',
  `select ${rowColumns},
     case when proofs <> '{}' and state = 'proving' then (${standingOf('recoveries.account_id')}) end as standing,
     case when proofs <> '{}' and state = 'proving' then ${offeredAddresses('recoveries.account_id')} end as offers
   from recoveries where id = :id`,
);

/** How a recovery stands. Looking does not lengthen its life. Refusals: `not_found`. */
export async function showRecovery(
  context: RecoveryContext,
  reference: RecoveryReference,
): Promise<RecoveryView | Refusal> {
  if (!isRecoveryToken(context.keyring, reference)) return refuse('not_found');
  const [row] = await context.database.query<
    RecoveryRow & { standing: Standing | null; offers: SealedOffer[] | null }
  >(show, { id: reference.id });
  return row ? viewOf(context, reference.id, row, row) : refuse('not_found');
}
