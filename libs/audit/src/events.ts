import type { AuditOutcome, Described } from './described-event.js';
import { operationEvents } from './operation-events.js';
import { staffEvents } from './staff-events.js';

/**
 * Everything that is written down, after the vocabulary of OWASP's logging cheat sheet where it has a word. No event holds a
 * code, a token, a password or an address of a person; a network address only where a retired token was used again: the holder of a stolen
 * token is to be found and blocked, which a pseudonym does not allow.
 */
export const auditEvents = {
  recovery_started: {
    when: 'A recovery was started. The event names no account, since nobody has looked one up yet; but for one that staff have started by an assist.',
    outcome: 'success',
    actor: ['person', 'staff'],
    detail: ['client_id', 'assist'],
  },
  recovery_code_requested: {
    when: 'Another code was asked for. By staff: to `address`, the id of one of the account, for a `reason`.',
    outcome: 'success',
    actor: ['person', 'staff'],
    detail: ['address', 'channel', 'reason'],
  },
  recovery_message_sent: {
    when: 'A mail server or the SMS provider accepted a code or a notification.',
    outcome: 'success',
    actor: ['system'],
    detail: ['kind', 'channel'],
  },
  recovery_message_dropped: {
    when: 'A message was not sent. `reason` says why: no such account, over a limit, too late, no budget for SMS, …',
    outcome: 'denied',
    actor: ['system'],
    detail: ['kind', 'channel', 'reason'],
  },
  recovery_message_failed: {
    when: 'The provider refused a message for good, or reported later that it could not deliver it.',
    outcome: 'failure',
    actor: ['system'],
    detail: ['kind', 'channel', 'reason'],
  },
  sms_circuit_breaker_opened: {
    when: 'A circuit breaker stopped SMS to a range or a country, because too few of its codes were proved.',
    outcome: 'denied',
    actor: ['system'],
    detail: ['prefix', 'cause', 'sent', 'proven', 'floor'],
  },
  sms_circuit_breaker_closed: {
    when: 'A code of that range was proved, so the circuit breaker lets SMS through again.',
    outcome: 'success',
    actor: ['system'],
    detail: ['prefix'],
  },
  excess_rate_limit_exceeded: {
    when: 'A caller exceeded a limit and is refused until its window is over: one event for a counter and window, not for each request.',
    outcome: 'denied',
    actor: ['person'],
    detail: ['policy', 'quota'],
  },
  recovery_proof_failed: {
    when: 'A wrong proof was counted against a recovery.',
    outcome: 'failure',
    actor: ['person'],
    detail: ['kind', 'tries_left'],
  },
  recovery_proof_accepted: {
    when: 'A proof was right, and the account needs another one.',
    outcome: 'success',
    actor: ['person'],
    detail: ['kind', 'amr'],
  },
  spray_attack_detected: {
    when: 'Within ten minutes a process saw more wrong proofs than people get wrong: somebody tries many accounts.',
    outcome: 'failure',
    actor: ['system'],
    detail: ['wrong', 'right'],
  },
  recovery_proven: {
    when: 'Enough was proved, or a hold ended. `system` when a judgement without a new proof said so, `staff` when an override stands for a proof.',
    outcome: 'success',
    actor: ['person', 'system', 'staff'],
    detail: ['kind', 'amr', 'proofs_before', 'proofs', 'hold'],
  },
  recovery_held: {
    when: 'Enough was proved, and the recovery waits: an earlier one of the account was stopped, or a rule of the policy applies. `hold` says why.',
    outcome: 'success',
    actor: ['person', 'system', 'staff'],
    detail: ['kind', 'amr', 'proofs_before', 'proofs', 'hold'],
  },
  recovery_released: {
    when: 'The waiting of a held recovery was ended. Nothing was proved by that.',
    outcome: 'success',
    actor: ['client', 'staff'],
    detail: ['reason'],
  },
  recovery_denied: {
    when: 'A held recovery was ended.',
    outcome: 'denied',
    actor: ['client', 'staff'],
    detail: ['reason'],
  },
  recovery_reopened: {
    when: 'A proof no longer holds, so the recovery asks for it again.',
    outcome: 'failure',
    actor: ['system'],
    detail: ['proofs_before', 'proofs'],
  },
  sequence_fail: {
    when: 'Credentials were asked for before enough was proved: one event in ten minutes for each recovery.',
    outcome: 'denied',
    actor: ['person'],
  },
  recovery_completed: {
    when: 'A recovery led to fresh credentials.',
    outcome: 'success',
    actor: ['person'],
    detail: ['password_set', 'password_ended', 'suspended'],
  },
  recovery_cancelled: { when: 'The person gave the recovery up.', outcome: 'success', actor: ['person'] },
  recovery_stopped: {
    when: 'A recovery was ended: by a stop link, by management, or because the account changed or is gone.',
    outcome: 'success',
    actor: ['person', 'system', 'client', 'staff'],
    detail: ['by', 'with'],
  },
  authenticator_bound: {
    when: 'An authenticator app or backup codes were bound, or one that was set aside counts again.',
    outcome: 'success',
    actor: ['person'],
    detail: ['change'],
  },
  authenticator_removed: {
    when: 'An authenticator was removed, or its binding was undone.',
    outcome: 'success',
    actor: ['person'],
    detail: ['change'],
  },
  authenticator_disabled: {
    when: 'Wrong values in a row disabled an authenticator, the short codes of an address, or a password where the account is unknown.',
    outcome: 'success',
    actor: ['person', 'system'],
    detail: ['kind', 'change'],
  },
  authn_password_change: {
    when: 'A signed-in person changed the password.',
    outcome: 'success',
    actor: ['person'],
    detail: ['change'],
  },
  authn_password_change_fail: {
    when: 'The current password was wrong at a change.',
    outcome: 'failure',
    actor: ['client'],
  },
  authn_login_fail: {
    when: 'A sign-in failed. A missing second factor is no failure yet.',
    outcome: 'failure',
    actor: ['client'],
  },
  authn_client_fail: {
    when: 'The secret of a client was wrong: one event in ten minutes for each client and source.',
    outcome: 'failure',
    actor: ['client'],
  },
  authn_token_created: {
    when: 'A session or an authorization code was issued. A refresh writes no event.',
    outcome: 'success',
    actor: ['client'],
    detail: ['session', 'acr', 'amr', 'authorization_code'],
  },
  authn_token_reissued: {
    when: 'A completion of a recovery was repeated because its response was lost: the session got new tokens, and those before ended.',
    outcome: 'success',
    actor: ['client'],
    detail: ['session'],
  },
  authn_token_revoked: {
    when: 'A session was ended before its time.',
    outcome: 'success',
    actor: ['person', 'system', 'client', 'staff'],
    detail: ['session', 'reason'],
  },
  authn_token_reuse: {
    when: 'A retired refresh token or a used authorization code was presented again, so its session was ended.',
    outcome: 'denied',
    actor: ['client'],
    detail: ['session', 'reason', 'source'],
  },
  device_allowed: {
    when: 'A person let a device sign in (RFC 8628).',
    outcome: 'success',
    actor: ['person'],
    detail: ['client_id'],
  },
  device_denied: {
    when: 'A person refused a device.',
    outcome: 'denied',
    actor: ['person'],
    detail: ['client_id'],
  },
  ...operationEvents,
  ...staffEvents,
} as const satisfies Record<string, Described>;

export type AuditEventName = keyof typeof auditEvents;

/**
 * The events that most recoveries write. The newest of these are found quickly, so the index `audit_events_seldom` leaves them out. Another
 * list needs another index.
 */
export const ofEveryRecovery: readonly AuditEventName[] = [
  'recovery_started',
  'recovery_message_sent',
  'recovery_proven',
  'recovery_completed',
  'authn_token_created',
  'authn_token_revoked',
];

export const auditEventNames = Object.keys(auditEvents) as [AuditEventName, ...AuditEventName[]];

export const describeEvent = (name: AuditEventName): Described => auditEvents[name];

/** @param name also one from before a change of names, or one that only a newer release writes: those did succeed, as far as we know */
export const outcomeOf = (name: string): AuditOutcome =>
  Object.hasOwn(auditEvents, name) ? describeEvent(name as AuditEventName).outcome : 'success';
