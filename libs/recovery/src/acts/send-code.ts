import { addressesToOffer } from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { sql, statement, withSecondLook } from '@rekey/database';
import { type Channel, isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { recordExceeded } from '@rekey/limits';
import { messageLifetimes, queueCode } from '@rekey/outbox';
import { codeShape } from '@rekey/proofs';
import { correlationOf } from '@rekey/telemetry';
import type { RecoveryContext, RecoveryReference } from '../context.js';
import { idempotentRequest, runOnce, saveIdempotentResponse } from '../idempotency.js';
import { lifetimes } from '../lifetimes.js';
import { isRecoveryToken } from '../tokens/recovery-token.js';
import { type RecoveryRow, rowColumns, stateAt, stateRefusal } from '../view.js';

export interface CodeSent {
  /** RFC 3339: when another code may be requested. */
  resend_at: string;
}

const send = statement(
  'recovery_send_code',
  sql`with asked as (
     -- Addresses are offered only after a first proof, and only those of the account.
     select :addressId::uuid is null or (proofs <> '{}' and exists (
       select from (${addressesToOffer(sql`recoveries.account_id`)}) offered where offered.id = :addressId::uuid
         and (offered.channel = 'email' or not :withoutSms::boolean)
     )) as allowed from recoveries where id = :id
   ), moved as (
     update recoveries set sends = sends + 1, resend_at = :resendAt, channel = coalesce(:channel, channel),
       idle_expires_at = least(expires_at, :idleExpiresAt::timestamptz)
     where id = :id and state = 'proving' and expires_at > :now and idle_expires_at > :now and resend_at <= :now
       and not 'code' = any(proofs) and (select allowed from asked)
     returning id, sends
   ), message as (
     ${queueCode(sql`moved`, { counter: sql`moved.sends`, address: sql`:addressId::uuid` })}
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'recovery_code_requested', 'person', null, moved.id, '{}'::jsonb from moved
   )
   select ${rowColumns}, exists (select from moved) as moved, (select allowed from asked) as allowed from recoveries where id = :id`,
);

interface SentRow extends RecoveryRow {
  moved: boolean;
  allowed: boolean;
}

/**
 * Sends another code. The previous one stays valid until it expires, and spent attempts are not given back.
 *
 * Refusals: `not_found`, `finished`, `resend_too_soon` (with the seconds to wait), `invalid_state` (already proven), `invalid_request` (an address
 * that was not offered), `idempotency_key_reused`.
 */
export async function sendCode(
  context: RecoveryContext,
  reference: RecoveryReference,
  input: {
    channel?: Channel | undefined;
    addressId?: string | undefined;
    idempotencyKey?: string | undefined;
  },
): Promise<CodeSent | Refusal> {
  const { database, keyring, clock } = context;
  if (!isRecoveryToken(keyring, reference)) return refuse('not_found');
  const now = clock.now();
  const { id } = reference;
  const repeat = input.idempotencyKey
    ? idempotentRequest(keyring, input.idempotencyKey, `codes\0${id}`, {
        channel: input.channel,
        addressId: input.addressId,
      })
    : undefined;
  const at = (ms: number) => new Date(now + ms);

  const work = () =>
    database.transaction(async (tx): Promise<CodeSent | Refusal> => {
      const messageId = uuidv7(now);
      const values = {
        ...correlationOf(tx.trace),
        id,
        messageId,
        auditId: uuidv7(now),
        channel: input.channel ?? null,
        addressId: input.addressId ?? null,
        withoutSms: context.policy.withoutSms ?? false,
        now: at(0),
        resendAt: at(lifetimes.resend),
        idleExpiresAt: at(lifetimes.idle),
        codeExpiresAt: at(codeShape.lifetimeMs),
        dueAt: at(messageLifetimes.due),
      };
      const row = await withSecondLook(
        () => tx.query<SentRow>(send, values),
        ({ moved, resend_at }) => !moved && resend_at.getTime() <= now,
      );
      if (!row?.moved) return refusalOf(row, now);
      await context.enqueue(tx, messageId);
      const answer = { resend_at: at(lifetimes.resend).toISOString() };
      if (repeat) await saveIdempotentResponse(tx, now, repeat, { recoveryId: id, answer });
      return answer;
    });
  const outcome = await runOnce<CodeSent, CodeSent | Refusal>(
    database,
    now,
    repeat,
    work,
    ({ answer }) => answer,
  );
  if (isRefused(outcome) && outcome.code === 'resend_too_soon')
    await recordExceeded(database, resend, { party: id, now, recoveryId: id });
  return outcome;
}

export const resend = { policy: 'resend', quota: 1, windowMs: lifetimes.resend };

function refusalOf(row: (RecoveryRow & { allowed: boolean }) | undefined, now: number): Refusal {
  if (!row || stateAt(row, now) !== 'proving') return stateRefusal(row, now, 'proving');
  if (!row.allowed)
    return refuse('invalid_request', {
      errors: [{ pointer: '/address_id', detail: 'not one of the addresses offered now' }],
    });
  if (row.proofs.includes('code')) return refuse('invalid_state', {}, 'a code was proved before');
  return resendTooSoon(row, now);
}

/** `resend_too_soon`, with the seconds to wait. */
export function resendTooSoon({ resend_at: until }: Pick<RecoveryRow, 'resend_at'>, now: number): Refusal {
  const wait = Math.max(1, Math.ceil((until.getTime() - now) / 1000));
  const { policy, quota, windowMs } = resend;
  const limit = { policy, quota, window: windowMs / 1000, remaining: 0, reset: wait };
  return refuse('resend_too_soon', { retry_after: wait, limit });
}
