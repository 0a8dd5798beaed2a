/** What a person or an app can do about a rejected token. */
export const remedies = ['none', 'refresh', 'sign_in', 'recover', 'contact_staff', 'fix_client'] as const;
export type Remedy = (typeof remedies)[number];

/** All causes with their remedies. A token has exactly one: the first that applies, in this order. */
export const causes = {
  malformed: { remedy: 'fix_client', says: 'It is neither a JWT nor a refresh token of this issuer.' },
  algorithm_not_allowed: {
    remedy: 'fix_client',
    says: 'Its header names an algorithm that is not allowed here.',
  },
  wrong_type: { remedy: 'fix_client', says: 'It is a JWT of another kind, not an access token.' },
  unknown_key: { remedy: 'sign_in', says: 'No key of this issuer has the id that its header names.' },
  header_altered: { remedy: 'sign_in', says: 'Its header is not the one it was issued with.' },
  payload_altered: { remedy: 'sign_in', says: 'Its claims are not those it was issued with.' },
  signature_altered: {
    remedy: 'sign_in',
    says: 'Its claims are those it was issued with, its signature is not.',
  },
  wrong_issuer: { remedy: 'fix_client', says: 'Another issuer made it.' },
  wrong_audience: { remedy: 'fix_client', says: 'It is meant for another resource.' },
  not_yet_valid: { remedy: 'fix_client', says: 'It is from the future: a clock is wrong.' },
  account_unknown: { remedy: 'contact_staff', says: 'Its account has been deleted.' },
  account_disabled: { remedy: 'contact_staff', says: 'Its account is disabled.' },
  replayed: {
    remedy: 'sign_in',
    says: 'A retired refresh token of its session was used again, so the session was ended.',
  },
  revoked_by_recovery: { remedy: 'sign_in', says: 'A recovery of the account ended its session.' },
  revoked_by_stop: {
    remedy: 'recover',
    says: 'Its owner said that the recovery it came from was not theirs.',
  },
  revoked_by_person: { remedy: 'sign_in', says: 'Its owner ended the session.' },
  revoked_by_password_change: { remedy: 'sign_in', says: 'Its owner changed the password.' },
  revoked_after_guesses: {
    remedy: 'sign_in',
    says: 'It was used to guess the password of its account.',
  },
  revoked_by_client: { remedy: 'sign_in', says: 'Its client revoked it.' },
  revoked_by_management: {
    remedy: 'contact_staff',
    says: 'The management of the product ended its session.',
  },
  retired: { remedy: 'fix_client', says: 'It was rotated: its successor is the one to use.' },
  expired: { remedy: 'refresh', says: 'Its time is up; its session is alive.' },
  session_expired: { remedy: 'sign_in', says: 'Its session has run out.' },
  unknown: {
    remedy: 'sign_in',
    says: 'It has the shape of a refresh token, and no such token was issued or is still kept.',
  },
  none: { remedy: 'none', says: 'It is good.' },
} as const satisfies Record<string, { remedy: Remedy; says: string }>;

export type Cause = keyof typeof causes;
export const causeNames = Object.keys(causes) as [Cause, ...Cause[]];
