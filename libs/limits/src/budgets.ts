/** A quota within a window of time. */
export interface Budget {
  /** Part of the counter's key and of the RateLimit headers. */
  policy: string;
  quota: number;
  /** Milliseconds, from the first use. */
  windowMs: number;
}

const minutes = 60_000;
const day = 86_400_000;

/** The defaults of the contract, as data. */
export const budgets = {
  /** Recoveries started from one source. The caller sees this limit. */
  starts: { policy: 'starts', quota: 30, windowMs: 10 * minutes },
  /** Codes to one address, through any identifier. No caller sees this limit: a refusal would reveal that somebody else has been trying. */
  codes: { policy: 'codes', quota: 5, windowMs: 10 * minutes },
  /** Mails cost nothing. Their quota is above what an attacker needs to annoy, so that a few strangers do not use it up. */
  smsADay: { policy: 'codes-per-day', quota: 12, windowMs: day },
  mailsADay: { policy: 'codes-per-day', quota: 36, windowMs: day },
  /** One network's part of an address's daily quota: a third. */
  smsPerSource: { policy: 'codes-per-source', quota: 12 / 3, windowMs: day },
  mailsPerSource: { policy: 'codes-per-source', quota: 36 / 3, windowMs: day },
  /** Password attempts from one source, and for one identifier. */
  signIns: { policy: 'sign-ins', quota: 30, windowMs: 10 * minutes },
  /**
   * What one source may try at the console: invitations, and passkeys, which nobody guesses. An office behind one address signs in by the
   * hundred; that is as many failures as it may write into the audit.
   */
  staffRegistrations: { policy: 'staff-registrations', quota: 30, windowMs: 10 * minutes },
  staffSignIns: { policy: 'staff-sign-ins', quota: 300, windowMs: 10 * minutes },
  /** How often one member of staff may confirm an act with the passkey. */
  staffConfirmations: { policy: 'staff-confirmations', quota: 30, windowMs: 10 * minutes },
  /** Audit events about one member of staff who asks for what their role may not. */
  staffDenials: { policy: 'staff-denials', quota: 20, windowMs: 60 * minutes },
  /** Addresses in full that one member of staff may be shown, and overrides that one may ask for: every address is notified of each. */
  addressReveals: { policy: 'address-reveals', quota: 30, windowMs: 60 * minutes },
  overrideRequests: { policy: 'override-requests', quota: 10, windowMs: 60 * minutes },
  /** Values offered to bind an authenticator app. */
  bindings: { policy: 'bindings', quota: 10, windowMs: 10 * minutes },
  /** Device authorizations started from one source, and for one client. Their codes wait for ten minutes. */
  devices: { policy: 'devices', quota: 30, windowMs: 10 * minutes },
  devicesPerClient: { policy: 'devices-per-client', quota: 6_000, windowMs: 10 * minutes },
  /** Device codes that one person may try. */
  userCodes: { policy: 'user-codes', quota: 10, windowMs: 10 * minutes },
  /** Assists that one member of staff may start. */
  assists: { policy: 'assists', quota: 60, windowMs: 60 * minutes },
  /**
   * Codes of assists that one source may try, and all sources together. At 20^8 codes, of which a hundred wait, 3,000 tries find one with a
   * chance of 1 in 85,000; and who finds one sees a number that nobody tells to staff.
   */
  assistCodes: { policy: 'assist-codes', quota: 10, windowMs: 10 * minutes },
  assistCodesInAll: { policy: 'assist-codes-in-all', quota: 3_000, windowMs: 10 * minutes },
  /**
   * Wrong attempts in recoveries from one network, by its width. People mistype now and then; this stops an attacker who tries one code at
   * each of many accounts.
   */
  failedAttemptsA24: { policy: 'failed-attempts', quota: 100, windowMs: 60 * minutes },
  failedAttemptsA64: { policy: 'failed-attempts', quota: 50, windowMs: 60 * minutes },
  failedAttemptsA56: { policy: 'failed-attempts', quota: 100, windowMs: 60 * minutes },
  failedAttemptsA48: { policy: 'failed-attempts', quota: 200, windowMs: 60 * minutes },
  /** Of a browser that is known for the account, once its network has used up its own. */
  failedAttemptsABrowser: { policy: 'failed-attempts', quota: 20, windowMs: 60 * minutes },
} as const satisfies Record<string, Budget>;

/** Codes of one client, and of the whole instance: the highest cost of a flood through many sources. Their quotas are settings. */
export const codeFlood = {
  perClient: { policy: 'codes-per-client', windowMs: 10 * minutes },
  perInstance: { policy: 'codes-per-instance', windowMs: 10 * minutes },
} as const satisfies Record<string, Omit<Budget, 'quota'>>;
