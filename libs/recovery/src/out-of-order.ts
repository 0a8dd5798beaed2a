import { recordAuditOnce } from '@rekey/limits';
import type { RecoveryContext } from './context.js';

const windowMs = 600_000;

/** Audits a caller who asked for credentials before enough was proved: once in ten minutes for each recovery. */
export const recordOutOfOrder = ({ database, clock }: RecoveryContext, id: string): Promise<void> =>
  recordAuditOnce(
    database,
    { event: 'sequence_fail', actor: 'person', recoveryId: id },
    { party: id, windowMs, now: clock.now() },
  );
