import type { Described } from './described-event.js';

/** What staff do in the console, and with their passkeys. */
export const staffEvents = {
  staff_invited: {
    when: 'A person was invited to the console, or invited again after a lost passkey. `staff` is their id. `system` is the command line, or a first start.',
    outcome: 'success',
    actor: ['staff', 'system'],
    detail: ['staff', 'role', 'reason'],
  },
  staff_registered: {
    when: 'An invitation was used: its passkey was registered, and those before ended.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['role', 'passkeys_ended', 'session'],
  },
  staff_signed_in: {
    when: 'A member of staff signed in with a passkey; with `demo`, without one, in development.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['session', 'demo'],
  },
  staff_sign_in_failed: {
    when: 'A passkey, a signature for an override or a registration was refused. `reason`: `challenge` (expired, or used before), `unknown_passkey`, `other_member`, `passkey` (signature, origin or user verification), `cloned` (its counter went back: a copy may exist), `disabled`, `altered` (the audit has it otherwise what they may do: somebody has put their row back). `staff` is whom the passkey belongs to, as far as that is known; it does not say that it was them.',
    outcome: 'failure',
    actor: ['person'],
    detail: ['reason', 'staff'],
  },
  staff_confirmed: {
    when: 'A member of staff used the passkey again in a session, for acts that change something.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['session'],
  },
  staff_signed_out: {
    when: 'A member of staff signed out. A session that expires writes no event.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['session'],
  },
  staff_role_changed: {
    when: 'The role of a member of staff was changed.',
    outcome: 'success',
    actor: ['staff', 'system'],
    detail: ['staff', 'role', 'role_before', 'reason'],
  },
  staff_disabled: {
    when: 'A member of staff was disabled; their sessions and their open invitation ended.',
    outcome: 'success',
    actor: ['staff', 'system'],
    detail: ['staff', 'reason', 'sessions_ended'],
  },
  staff_enabled: {
    when: 'A member of staff was enabled again.',
    outcome: 'success',
    actor: ['staff', 'system'],
    detail: ['staff', 'reason'],
  },
  staff_access_denied: {
    when: 'A member of staff asked for something that their role has no right to; 20 an hour at most.',
    outcome: 'denied',
    actor: ['staff'],
    detail: ['right', 'role'],
  },
  sessions_ended: {
    when: 'Staff ended sessions: all `of` an account, one, or all that came from a recovery. `ended` of them were alive; each has its own `authn_token_revoked`.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['of', 'session', 'ended', 'reason'],
  },
  address_compromised: {
    when: 'Staff marked an address of the account as read by somebody else: it gets no message and proves nothing. `address` is its id; `already`: nothing changed.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['address', 'reason', 'already'],
  },
  address_restored: {
    when: 'Staff put an address back in use: one that was compromised, or that got no short codes any more. `already`: nothing changed.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['address', 'reason', 'already'],
  },
  assist_started: {
    when: 'A member of staff started to help a caller: a code was made for them to read out.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['assist', 'reason'],
  },
  assist_opened: {
    when: 'That code was entered in a browser or app, which shows a number.',
    outcome: 'success',
    actor: ['person'],
    detail: ['assist'],
  },
  assist_matched: {
    when: 'The member of staff typed that number, so a recovery was started for that browser or app.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['assist'],
  },
  assist_refused: {
    when: 'The member of staff typed another number, which ended the assist.',
    outcome: 'denied',
    actor: ['staff'],
    detail: ['assist'],
  },
  assist_ended: {
    when: 'An assist ended without a recovery. `by`: `staff`, or `account` (it was deleted or disabled meanwhile). One that expires writes no event.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['assist', 'by', 'reason'],
  },
  override_requested: {
    when: 'A member of staff asked to override the proofs of an account, and signed that with the passkey. `lost`: the addresses and authenticators that the person has no more, as was attested.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['override', 'reason', 'evidence', 'lost'],
  },
  override_approved: {
    when: 'Another member of staff signed for it. It can be used after the waiting period that the request says.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['override', 'requester'],
  },
  override_denied: {
    when: 'A member of staff denied it, or the requester took it back, before it was used; or a client deleted the account.',
    outcome: 'denied',
    actor: ['staff', 'client'],
    detail: ['override', 'reason'],
  },
  override_stopped: {
    when: 'The person ended it by the stop link of a notification. With `recovery_id`, it had been used there, and that recovery was stopped with it.',
    outcome: 'denied',
    actor: ['person'],
    detail: ['override'],
  },
  override_used: {
    when: 'It stands for the missing proof of a recovery, once. `requester` and `approver` have signed it.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['override', 'reason', 'requester', 'approver'],
  },
  override_invalid: {
    when: 'An override does not verify: once a day for each. `flaw` says what: `request` or `approval` (not signed by whom the row says), `times` (not as they were signed), `ended` (the audit has an end that the row has not), or `signer` (was disabled, has lost the right or has got another passkey since). All but `signer` mean that somebody has written to the table.',
    outcome: 'failure',
    actor: ['system'],
    detail: ['override', 'flaw'],
  },
} as const satisfies Record<string, Described>;
