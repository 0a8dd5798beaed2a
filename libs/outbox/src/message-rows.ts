import { addressesToWarn } from '@rekey/accounts';
import { literal, type SqlText, sql } from '@rekey/database';

/*
 * The rows of messages in statements that move a recovery, as data-modifying clauses: a message commits with what caused it, or ends with
 * it. `from` is always a CTE with the `id` of the recoveries.
 */

/** Queues a code. Needs `:messageId`, `:now`, `:codeExpiresAt`, `:dueAt` and the correlation. @param of expressions */
export const queueCode = (from: SqlText, of: { counter: SqlText; address: SqlText }): SqlText => sql`
  insert into messages (id, recovery_id, kind, state, created_at, expires_at, due_at, counter, address_id, request_id, traceparent)
  select :messageId, ${from}.id, 'recovery_code', 'queued', :now, :codeExpiresAt, :dueAt, ${of.counter}, ${of.address}, :requestId::uuid, :traceparent
  from ${from}`;

/**
 * Queues a notification to every address of the account. Needs `:now` and the correlation.
 *
 * @param from has `account_id`, too
 * @param of.expiresAt an expression; `when` is a condition
 */
export const notifyOfRecovery = (
  kind: 'recovery_completed' | 'recovery_held' | 'recovery_assisted',
  from: SqlText,
  of: { expiresAt: SqlText; when?: SqlText },
): SqlText => sql`
  insert into messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
  select gen_random_uuid(), ${from}.id, ${literal(kind)}, 'queued', :now, ${of.expiresAt}, :now, address.id, :requestId::uuid, :traceparent
  from ${from}, lateral (${addressesToWarn(sql`${from}.account_id`)}) address${of.when ? sql` where ${of.when}` : sql``}`;

/** Locks queued messages in the order of their ids, as a select of these: several are written at once in many places. */
export const lockedMessages = (which: SqlText): SqlText =>
  sql`select id from messages where ${which} and state = 'queued' order by id for no key update`;

const lockedOf = (from: SqlText, which: SqlText): SqlText => sql`
  select m.id from messages m join ${from} on m.recovery_id = ${from}.id where ${which} order by m.id for no key update of m`;

/** Drops what has not been sent yet. */
export const dropQueued = (from: SqlText, which: 'codes' | 'all'): SqlText => sql`
  update messages set state = 'dropped', reason = 'ended'
  where state = 'queued' and id in (${lockedOf(from, which === 'codes' ? sql`m.state = 'queued' and m.kind = 'recovery_code'` : sql`m.state = 'queued'`)})`;

const droppedAs = (reason: 'ended' | 'compromised') => sql`
    state = case when messages.state = 'queued' then 'dropped' else messages.state end,
    reason = case when messages.state = 'queued' then ${literal(reason)} else messages.reason end`;
const dropped = droppedAs('ended');

/** Turns codes into codes for nobody. They are kept, so that an attempt at them takes the same steps, and the same time, as before. */
export const voidCodes = (from: SqlText): SqlText => sql`
  update messages set authenticator = null, ${dropped}
  where id in (${lockedOf(from, sql`m.kind = 'recovery_code'`)})`;

/** The same for the codes to compromised addresses. @param addresses an expression of `uuid[]` */
export const voidCodesTo = (from: SqlText, addresses: SqlText): SqlText => sql`
  update messages set authenticator = null, ${droppedAs('compromised')}
  where id in (${lockedOf(from, sql`m.kind = 'recovery_code' and m.address_id = any(${addresses})`)})`;

/** The same for all messages, which lose their address, too. */
export const detachMessages = (from: SqlText): SqlText => sql`
  update messages set authenticator = null, address_id = null, ${dropped}
  where id in (${lockedOf(from, sql`true`)})`;

/** Deletes the notifications about an account. Those about its recoveries stay. */
export const deleteNotifications = (account: SqlText): SqlText =>
  sql`delete from messages where account_id = ${account}`;

/** Counts the codes that have not expired, by the key that they are derived under. Needs `:now`. @param recoveries a select of ids */
export const codesByKey = (recoveries: SqlText): SqlText => sql`
  select m.key_id, count(*)::integer as rows from messages m
  where m.kind = 'recovery_code' and m.key_id is not null and m.expires_at > :now and m.recovery_id in (${recoveries})
  group by 1`;
