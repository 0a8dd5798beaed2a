import {
  addressesToOffer,
  addressToWrite,
  knownBrowserOf,
  maskAddress,
  ownAddress,
  type SealedAddress,
} from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { sql, statement, withSecondLook } from '@rekey/database';
import { type Channel, isUuid, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, exhaustedSend, limitView } from '@rekey/limits';
import { queueCode } from '@rekey/outbox';
import { codeShape } from '@rekey/proofs';
import { correlationOf } from '@rekey/telemetry';
import type { ActContext } from '../context.js';
import { lifetimes } from '../lifetimes.js';
import type { RecoveryPolicy } from '../proving/policy.js';
import { type RecoveryRow, rowColumns, stateAt, stateRefusal } from '../view.js';
import { resendTooSoon } from './send-code.js';

/** Where staff had the code sent. */
export interface CodeSentFor {
  channel: Channel;
  /** Masked. */
  address: string;
}

export interface CodeFor {
  /** UUID of the recovery. */
  id: string;
  /**
   * UUID of an address of the account. When omitted: another one than that of the last code; first one that no code of this recovery went to,
   * and by another channel.
   */
  address?: string | undefined;
  /** As the audit names it: `staff:<id>`. */
  actor: string;
  /** 1 to 500 characters. It is kept in the audit, so it must name no address of a person. */
  reason: string;
}

/** Nothing of it moves the time that the recovery has, nor its attempts: the person does not act. */
const send = statement(
  'recovery_send_code_for',
  sql`with recovery as (
     select r.id, r.account_id, r.generation, r.source_key, r.known_as, latest.address_id, latest.channel
     from recoveries r left join lateral (
       select m.address_id, m.channel from messages m where m.recovery_id = r.id and m.kind = 'recovery_code' order by m.counter desc limit 1
     ) latest on true where r.id = :id
   ), chosen as (
     select found.address_id, found.account_id as owner, found.channel as by_channel, found.sealed, found.exact, recovery.source_key as source,
       ${knownBrowserOf(sql`found.account_id`, sql`recovery.known_as`)} as browser
     from recovery, lateral (
       select own.id, row_number() over () as place from (${addressesToOffer(sql`recovery.account_id`)}) own
     ) offered, lateral (${addressToWrite({
       digests: sql`'{}'::bytea[]`,
       account: sql`recovery.account_id`,
       generation: sql`recovery.generation`,
       address: sql`offered.id`,
       channel: sql`null::text`,
       withoutSms: sql`:withoutSms::boolean`,
     })}) found
     where case when :addressId::uuid is null then offered.id is distinct from recovery.address_id else offered.id = :addressId::uuid end
     order by exists (
       select from messages m where m.recovery_id = recovery.id and m.kind = 'recovery_code' and m.address_id = offered.id
     ), (found.channel is not distinct from recovery.channel), offered.place limit 1
   ), ${exhaustedSend(sql`select exact, by_channel as channel, source, browser from chosen`)}, moved as (
     update recoveries set sends = sends + 1, resend_at = :resendAt
     where id = :id and state = 'proving' and expires_at > :now and idle_expires_at > :now and resend_at <= :now
       and not 'code' = any(proofs) and exists (select from chosen) and (select resets_at from exhausted) is null
     returning id, account_id, sends
   ), message as (
     ${queueCode(sql`moved`, { counter: sql`moved.sends`, address: sql`(select address_id from chosen)` })}
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'recovery_code_requested', :actor::text, moved.account_id, moved.id,
       jsonb_build_object('address', chosen.address_id, 'channel', chosen.by_channel, 'reason', :reason::text)
     from moved, chosen
   )
   select ${rowColumns}, recoveries.account_id, exists (select from moved) as moved, (select resets_at from exhausted) as resets_at,
     chosen.address_id, chosen.owner, chosen.by_channel, chosen.sealed, chosen.exact
   from recoveries left join chosen on true where recoveries.id = :id`,
);

interface SentRow extends RecoveryRow {
  account_id: string | null;
  moved: boolean;
  /** When the limit is over that the address or the network has reached. */
  resets_at: Date | null;
  address_id: string | null;
  owner: string | null;
  by_channel: Channel | null;
  sealed: Buffer | null;
  exact: Buffer | null;
}

/**
 * Sends the code of a live recovery to another address of its account, for staff, who never see it. The pauses and the limits of the person
 * apply, and the code is charged as theirs. A limit of the client or of the instance shows later, in the timeline.
 *
 * Refusals: `not_found`, `finished`, `resend_too_soon` and `rate_limited` (with the seconds to wait), `invalid_state` (not bound to an account,
 * a code was proved, or no other address), `invalid_request` (not an address that gets codes).
 */
export async function sendCodeFor(
  context: ActContext & { policy: RecoveryPolicy },
  { id, address, actor, reason }: CodeFor,
): Promise<CodeSentFor | Refusal> {
  const { database, keyring, clock, policy } = context;
  if (!isUuid(id)) return refuse('not_found');
  if (address !== undefined && !isUuid(address)) return notOffered();
  const now = clock.now();
  const at = (ms: number) => new Date(now + ms);
  const row = await withSecondLook(
    () =>
      database.query<SentRow>(send, {
        ...correlationOf(database.trace),
        id,
        addressId: address ?? null,
        withoutSms: policy.withoutSms ?? false,
        actor,
        reason,
        messageId: uuidv7(now),
        auditId: uuidv7(now),
        now: at(0),
        resendAt: at(lifetimes.resend),
        codeExpiresAt: at(codeShape.lifetimeMs),
        // The sweep finds it: this process has no queue.
        dueAt: at(0),
      }),
    ({ moved, resend_at }) => !moved && resend_at.getTime() <= now,
  );
  if (!row?.moved) return refusalOf(row, now, address !== undefined);
  const to = sealedOf(row);
  const opened = to && ownAddress(keyring, to, row.owner ?? '');
  // Nobody has it: somebody has written to the table, and the courier sends nothing there either.
  if (!opened) return refuse('invalid_state', {}, 'the address was not encrypted for this account');
  return { channel: opened.channel, address: maskAddress(opened) };
}

function sealedOf({ address_id, by_channel: channel, sealed, exact }: SentRow): SealedAddress | undefined {
  return address_id && channel && sealed && exact ? { address_id, channel, sealed, exact } : undefined;
}

const notOffered = (): Refusal =>
  refuse('invalid_request', {
    errors: [{ pointer: '/authenticator', detail: 'not an address that gets codes for this account' }],
  });

function refusalOf(row: SentRow | undefined, now: number, isNamed: boolean): Refusal {
  if (!row || stateAt(row, now) !== 'proving') return stateRefusal(row, now, 'proving');
  if (row.account_id === null) return refuse('invalid_state', {}, 'the recovery has no account yet');
  if (row.proofs.includes('code')) return refuse('invalid_state', {}, 'a code was proved before');
  if (row.address_id === null)
    return isNamed
      ? notOffered()
      : refuse('invalid_state', {}, 'the account has no other address for a code');
  if (row.resend_at.getTime() > now) return resendTooSoon(row, now);
  const { codes } = budgets;
  const limit = limitView(codes, codes.quota, row.resets_at ?? row.resend_at, new Date(now));
  return refuse('rate_limited', { retry_after: limit.reset, limit });
}
