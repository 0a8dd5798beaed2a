import { lockAccount, markStopped } from '@rekey/accounts';
import { insertAudit, silencedAddress, tookPart } from '@rekey/audit';
import { literal, type SqlText, sql, statement, type Transaction } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { dropQueued, notifyOfChange, notifyOfRecovery } from '@rekey/outbox';
import { correlationOf } from '@rekey/telemetry';
import { revokeSessionsOfRecoveries } from '@rekey/tokens';
import type { ActContext } from '../context.js';
import { lifetimes } from '../lifetimes.js';
import { sourceStates, sqlStates, type Transition, targetState } from '../state-machine.js';
import { accountOfRecovery } from './account-of-recovery.js';
import { wiped } from './cancel.js';

/** For an act on an account by who has marked an address of it as compromised. */
export const somebodyElse = refuse('invalid_state', {
  detail: 'You have marked an address of this account as compromised: somebody else has to do this.',
});

/** A decision about a held recovery by somebody other than its person. */
export interface DecisionInput {
  /** UUID of the recovery. */
  id: string;
  /** As the audit names it: `client:<client_id>` or `staff:<id>`. */
  actor: string;
  /** 1 to 500 characters. It is kept in the audit, so it must name no address of a person. */
  reason: string;
}

/** One that is overdue has expired, even before the sweep has updated its row. */
const deciding = (
  move: Transition,
  event: 'recovery_released' | 'recovery_denied',
  of: { sets: SqlText; notices?: SqlText },
) =>
  statement(
    `recovery_${move}`,
    sql`with decided as (
       update recoveries set state = ${literal(targetState(move))}, ${of.sets}
       where id = :id and state in (${sqlStates(sourceStates(move))}) and expires_at > :now and idle_expires_at > :now
       returning id, account_id
     ), silenced as (
       ${dropQueued(sql`decided`, 'all')}
     )${
       of.notices
         ? sql`, notices as (
       ${of.notices}
     )`
         : sql``
     }
     ${insertAudit} :auditId::uuid, :now::timestamptz, ${literal(event)}, :actor::text, account_id, id, jsonb_build_object('reason', :reason::text)
     from decided returning id`,
  );

const release = deciding('release', 'recovery_released', {
  // No time of this clock in `held_until`: by another clock the hold would begin again.
  sets: sql`held_until = null, held_by = coalesce(held_by, '{}'), proven_at = :now, expires_at = :comesBackUntil, idle_expires_at = :comesBackUntil`,
  // Instead of the notifications of the hold that were not sent yet; they have a stop link, too.
  notices: notifyOfRecovery('recovery_held', sql`decided`, { expiresAt: sql`:comesBackUntil` }),
});
const deny = deciding('deny', 'recovery_denied', {
  sets: sql`ended_at = :now, lease_id = null, ${wiped}`,
});

/**
 * Ends the waiting of a held recovery. It proves nothing: what was proved is judged again when the person completes it, for which they have
 * 72 hours. Every address is notified, with a stop link. It takes another member of staff than those who have started it for its person, have
 * sent its code, have an override in it, or have silenced an address of the account.
 *
 * Refusals: `not_found`, `invalid_state` (it is not held, or the actor has a part in it).
 */
export const releaseRecovery = (context: ActContext, of: DecisionInput): Promise<undefined | Refusal> =>
  decide(context, of, {
    statement: release,
    async check(tx, account) {
      const { id: recovery, actor } = of;
      if (await tookPart(tx, { recovery, actor }))
        return refuse('invalid_state', { detail: 'Somebody else has to release what you have helped with.' });
      const silenced = await silencedAddress(tx, { account, actor, now: context.clock.now() });
      return silenced ? somebodyElse : undefined;
    },
  });

/**
 * Ends a held recovery without credentials. The next recovery of the account is held like one after a stop. Every address is notified.
 *
 * Refusals: `not_found`, `invalid_state` (it is not held).
 */
export const denyRecovery = (context: ActContext, of: DecisionInput): Promise<undefined | Refusal> =>
  decide(context, of, {
    statement: deny,
    async follow(tx, { account, at }) {
      await markStopped(tx, { account, at });
      // The process that was completing it before it was held may have died after the issuer had issued.
      await revokeSessionsOfRecoveries(tx, { recoveries: [of.id], at });
      await notifyOfChange(tx, { accountId: account, changes: ['recovery_denied'], at });
      tx.record('recoveries_stopped', { by: 'management', completed: 'no' });
    },
  });

/** One wins: the person, a stop and a completion move the same row by guarded updates. */
function decide(
  { database, clock }: ActContext,
  { id, actor, reason }: DecisionInput,
  by: {
    statement: typeof release;
    check?: (tx: Transaction, account: string) => Promise<undefined | Refusal>;
    follow?: (tx: Transaction, of: { account: string; at: Date }) => Promise<void>;
  },
): Promise<undefined | Refusal> {
  const now = clock.now();
  const at = new Date(now);
  return database.transaction(async (tx) => {
    const found = await accountOfRecovery(tx, id);
    if (!found) return refuse('not_found');
    const account = found.accountId;
    const notHeld = refuse('invalid_state', {}, 'the recovery is not held');
    if (account === undefined) return notHeld;
    // Before the recovery, as the order of locks says.
    await lockAccount(tx, account);
    const refused = await by.check?.(tx, account);
    if (refused) return refused;
    const decided = await tx.query(by.statement, {
      ...(by.statement === release ? correlationOf(tx.trace) : {}),
      id,
      now: at,
      comesBackUntil: new Date(now + lifetimes.afterHold),
      actor,
      reason,
      auditId: uuidv7(now),
    });
    if (decided.length === 0) return notHeld;
    await by.follow?.(tx, { account, at });
    return undefined;
  });
}
