/** What a person or an app can do about a rejected token. */
export const remedies = ['none', 'refresh', 'sign_in', 'recover', 'contact_staff', 'fix_client'] as const;
export type Remedy = (typeof remedies)[number];

/** All causes with their remedies. A token has exactly one: the first that applies, in this order. */
export const causes = {
  malformed: { remedy: 'fix_client', description: 'It is neither a JWT nor a refresh token of this issuer.' },
  algorithm_not_allowed: {
    remedy: 'fix_client',
    description: 'Its header names an algorithm that is not allowed.',
  },
  wrong_type: { remedy: 'fix_client', description: 'It is a JWT of another kind, not an access token.' },
  unknown_key: { remedy: 'sign_in', description: 'This issuer has no key with the id in its header.' },
  header_altered: { remedy: 'sign_in', description: 'Its header was changed after it was issued.' },
  payload_altered: { remedy: 'sign_in', description: 'Its claims were changed after it was issued.' },
  signature_altered: {
    remedy: 'sign_in',
    description: 'Its signature was changed. Its claims are as they were issued.',
  },
  wrong_issuer: { remedy: 'fix_client', description: 'Another issuer issued it.' },
  wrong_audience: { remedy: 'fix_client', description: 'It is meant for another resource.' },
  not_yet_valid: {
    remedy: 'fix_client',
    description: 'Its time of issue is in the future: a clock is wrong.',
  },
  account_unknown: { remedy: 'contact_staff', description: 'Its account has been deleted.' },
  account_disabled: { remedy: 'contact_staff', description: 'Its account is disabled.' },
  replayed: {
    remedy: 'sign_in',
    description: 'A retired refresh token of its session was used again, so the session was ended.',
  },
  revoked_by_recovery: { remedy: 'sign_in', description: 'A recovery of the account ended its session.' },
  revoked_by_stop: {
    remedy: 'recover',
    description: 'The owner of the account stopped the recovery that it came from.',
  },
  revoked_by_person: { remedy: 'sign_in', description: 'The owner of the account ended the session.' },
  revoked_by_password_change: {
    remedy: 'sign_in',
    description: 'The owner of the account changed the password.',
  },
  revoked_after_guesses: {
    remedy: 'sign_in',
    description: 'It was used to guess the password of its account.',
  },
  revoked_by_client: { remedy: 'sign_in', description: 'Its client revoked it.' },
  revoked_by_management: {
    remedy: 'contact_staff',
    description: 'The session was ended through the management API.',
  },
  retired: { remedy: 'fix_client', description: 'It was replaced. Use its successor.' },
  expired: { remedy: 'refresh', description: 'It has expired, but its session is still active.' },
  session_expired: { remedy: 'sign_in', description: 'Its session has expired.' },
  unknown: {
    remedy: 'sign_in',
    description: 'It looks like a refresh token, but it was never issued or is no longer stored.',
  },
  none: { remedy: 'none', description: 'It is valid.' },
} as const satisfies Record<string, { remedy: Remedy; description: string }>;

export type Cause = keyof typeof causes;
export const causeNames = Object.keys(causes) as [Cause, ...Cause[]];
