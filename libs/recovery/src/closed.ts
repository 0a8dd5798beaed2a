import { type Refusal, refuse } from '@rekey/kernel';
import type { RecoveryState } from './state-machine.js';

const startAgain = 'Start a new recovery.';

const details: Partial<Record<RecoveryState, string>> = {
  cancelled: `The recovery was cancelled. ${startAgain}`,
  stopped: `The recovery was stopped. ${startAgain}`,
  expired: `The recovery has expired. ${startAgain}`,
};

/**
 * The refusal of a recovery that has ended: how it ended, and what a person can do. Only a caller with its token or its link gets it.
 *
 * @param state the final one
 * @param completedAt of a completed recovery
 */
export function closedRefusal(state: RecoveryState, completedAt?: Date | null): Refusal {
  if (state !== 'completed')
    return refuse('recovery_closed', { state, remedies: ['recover'], detail: details[state] ?? startAgain });
  const at = completedAt?.toISOString();
  return refuse('recovery_closed', {
    state,
    ...(at ? { completed_at: at } : {}),
    remedies: ['sign_in', 'recover'],
    detail: `The recovery was completed${at ? ` at ${at}` : ''}. If its credentials did not arrive, sign in with the password, or start a new recovery.`,
  });
}
