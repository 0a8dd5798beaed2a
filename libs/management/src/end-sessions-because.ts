import { isAccountId, lockAccount } from '@rekey/accounts';
import { type AuditEvent, recordAudit } from '@rekey/audit';
import type { Transaction } from '@rekey/database';
import { isUuid, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { accountOfRecovery } from '@rekey/recovery';
import { endSession, endSessionsOf, hasSession } from '@rekey/tokens';
import type { ManagementContext } from './management-context.js';

/** Every session of an account, one of its sessions, or every session that came from a recovery, refreshed or not. */
export type SessionsToEnd = { account: string } | { account: string; session: string } | { recovery: string };

interface Ended {
  ended: number;
  about: Pick<AuditEvent, 'accountId' | 'recoveryId'>;
  detail: { of: 'account' | 'session' | 'recovery'; session?: string };
}

/**
 * Ends sessions for a reason, and audits that with it, in one transaction. Beside that, each session that ends has an event of its own. What
 * has ended before stays so: the act is audited, and has ended none.
 *
 * Refusals: `not_found`.
 *
 * @param actor as the audit names it
 * @param reason 1 to 500 characters. It is kept in the audit, so it must name no address of a person
 */
export async function endSessionsBecause(
  { database, clock }: ManagementContext,
  actor: string,
  which: SessionsToEnd,
  reason: string,
): Promise<undefined | Refusal> {
  if ('account' in which ? !isAccountId(which.account) : !isUuid(which.recovery)) return refuse('not_found');
  if ('session' in which && !isUuid(which.session)) return refuse('not_found');
  const now = clock.now();
  const at = new Date(now);
  return database.transaction(async (tx) => {
    const done = await end(tx, which, { at, reason: 'management', actor });
    if (!done) return refuse('not_found');
    const detail = { ...done.detail, ended: done.ended, reason };
    await recordAudit(tx, { id: uuidv7(now), at, event: 'sessions_ended', actor, ...done.about, detail });
    return undefined;
  });
}

async function end(
  tx: Transaction,
  which: SessionsToEnd,
  by: { at: Date; reason: 'management'; actor: string },
): Promise<Ended | undefined> {
  if ('recovery' in which) {
    const { recovery: id } = which;
    const recovery = await accountOfRecovery(tx, id);
    if (!recovery) return undefined;
    const ended = await endSessionsOf(tx, 'recovery', { id, ...by });
    return {
      ended,
      about: { accountId: recovery.accountId, recoveryId: id },
      detail: { of: 'recovery' },
    };
  }
  const { account } = which;
  const about = { accountId: account };
  if ('session' in which) {
    const { session: id } = which;
    if (!(await hasSession(tx, { id, accountId: account }))) return undefined;
    const hasEnded = await endSession(tx, { id, accountId: account, ...by });
    return { ended: hasEnded ? 1 : 0, about, detail: { of: 'session', session: id } };
  }
  if ((await lockAccount(tx, account)).length === 0) return undefined;
  const ended = await endSessionsOf(tx, 'account', { id: account, ...by });
  return { ended, about, detail: { of: 'account' } };
}
