/** What the reference says about an event. */
interface Described {
  /** What happened. */
  when: string;
  /** Who did it, as `actor` of the event: `person`, `system`, or a client as `client:<client_id>`. */
  actor: readonly ('person' | 'system' | 'client')[];
  /** Members of `detail`. */
  detail?: readonly string[];
}

/**
 * Everything that is written down, after the vocabulary of OWASP's logging cheat sheet where it has a word. No event holds a
 * code, a token, a password or an address of a person; a network address only where a retired token was used again.
 */
export const auditEvents = {
  recovery_started: {
    when: 'A recovery was started. The event names no account: nobody has looked one up yet.',
    actor: ['person'],
    detail: ['client_id'],
  },
  recovery_code_requested: { when: 'Another code was asked for.', actor: ['person'] },
  recovery_message_sent: {
    when: 'A mail server or the SMS provider accepted a code or a notification.',
    actor: ['system'],
    detail: ['kind', 'channel'],
  },
  recovery_message_dropped: {
    when: 'A message was not sent. `reason` says why: no such account, over a limit, too late, no budget for SMS, …',
    actor: ['system'],
    detail: ['kind', 'channel', 'reason'],
  },
  recovery_message_failed: {
    when: 'The provider refused a message for good, or reported later that it could not deliver it.',
    actor: ['system'],
    detail: ['kind', 'channel', 'reason'],
  },
  sms_circuit_breaker_opened: {
    when: 'A circuit breaker stopped SMS to a range or a country, because too few of its codes were proved.',
    actor: ['system'],
    detail: ['prefix', 'cause', 'sent', 'proven', 'floor'],
  },
  sms_circuit_breaker_closed: {
    when: 'A code of that range was proved, so the circuit breaker lets SMS through again.',
    actor: ['system'],
    detail: ['prefix'],
  },
  recovery_proof_failed: {
    when: 'A wrong proof was counted against a recovery.',
    actor: ['person'],
    detail: ['kind', 'tries_left'],
  },
  recovery_proof_accepted: {
    when: 'A proof was right, and the account needs another one.',
    actor: ['person'],
    detail: ['kind', 'amr'],
  },
  spray_attack_detected: {
    when: 'Within ten minutes a process saw more wrong proofs than people get wrong: somebody tries many accounts.',
    actor: ['system'],
    detail: ['wrong', 'right'],
  },
  recovery_proven: {
    when: 'Enough was proved, or a hold ended. `system` when a judgement without a new proof said so.',
    actor: ['person', 'system'],
    detail: ['kind', 'amr', 'proofs_before', 'proofs'],
  },
  recovery_held: {
    when: 'Enough was proved, and the recovery waits because an earlier one of the account was stopped.',
    actor: ['person', 'system'],
    detail: ['kind', 'amr', 'proofs_before', 'proofs'],
  },
  recovery_reopened: {
    when: 'A proof no longer holds, so the recovery asks for it again.',
    actor: ['system'],
    detail: ['proofs_before', 'proofs'],
  },
  recovery_completed: {
    when: 'A recovery led to fresh credentials.',
    actor: ['person'],
    detail: ['password_set', 'password_ended', 'suspended'],
  },
  recovery_cancelled: { when: 'The person gave the recovery up.', actor: ['person'] },
  recovery_stopped: {
    when: 'A recovery was ended: by a stop link, by management, or because the account changed or is gone.',
    actor: ['person', 'system', 'client'],
    detail: ['by', 'with'],
  },
  authenticator_bound: {
    when: 'An authenticator app or backup codes were bound, or one that was set aside counts again.',
    actor: ['person'],
    detail: ['change'],
  },
  authenticator_removed: {
    when: 'An authenticator was removed, or its binding was undone.',
    actor: ['person'],
    detail: ['change'],
  },
  authenticator_disabled: {
    when: 'Wrong values in a row disabled an authenticator, the short codes of an address, or a password where the account is unknown.',
    actor: ['person', 'system'],
    detail: ['kind', 'change'],
  },
  authn_password_change: {
    when: 'A signed-in person changed the password.',
    actor: ['person'],
    detail: ['change'],
  },
  authn_password_change_fail: { when: 'The current password was wrong at a change.', actor: ['client'] },
  authn_login_fail: {
    when: 'A sign-in failed. A missing second factor is no failure yet.',
    actor: ['client'],
  },
  authn_token_created: {
    when: 'A session or an authorization code was issued. A refresh writes no event.',
    actor: ['client'],
    detail: ['session', 'acr', 'amr', 'authorization_code'],
  },
  authn_token_reissued: {
    when: 'A completion of a recovery was repeated because its response was lost: the session got new tokens, and those before ended.',
    actor: ['client'],
    detail: ['session'],
  },
  authn_token_revoked: {
    when: 'A session was ended before its time.',
    actor: ['person', 'system', 'client'],
    detail: ['session', 'reason'],
  },
  authn_token_reuse: {
    when: 'A retired refresh token or a used authorization code was presented again, so its session was ended.',
    actor: ['client'],
    detail: ['session', 'reason', 'source'],
  },
  device_allowed: {
    when: 'A person let a device sign in (RFC 8628).',
    actor: ['person'],
    detail: ['client_id'],
  },
  device_denied: { when: 'A person refused a device.', actor: ['person'], detail: ['client_id'] },
  user_created: { when: 'An account was created.', actor: ['client'], detail: ['status'] },
  user_updated: { when: 'An account was put again.', actor: ['client'], detail: ['status'] },
  user_deleted: { when: 'An account was deleted.', actor: ['client'] },
  client_created: { when: 'An OAuth client was registered.', actor: ['client'], detail: ['client_id'] },
  client_updated: { when: 'An OAuth client was changed.', actor: ['client'], detail: ['client_id'] },
  client_deleted: { when: 'An OAuth client was deleted.', actor: ['client'], detail: ['client_id'] },
} as const satisfies Record<string, Described>;

export type AuditEventName = keyof typeof auditEvents;

export const describeEvent = (name: AuditEventName): Described => auditEvents[name];
