const minutes = 60_000;
const hours = 60 * minutes;

/** All in milliseconds; the defaults of the contract. */
export const lifetimes = {
  /** Without activity of the person. */
  idle: 15 * minutes,
  /** In total. */
  recovery: 60 * minutes,
  /** Between two codes. */
  resend: 1 * minutes,
  /** A code with less time left is not sent: it would expire on arrival. */
  codeAtLeast: 1 * minutes,
  /** The link next to a code in a mail. */
  codeLink: 30 * minutes,
  /** The stop link in a message. Delivery of a notification is retried for the same time. */
  stopLink: 72 * hours,
  /** For the person to come back after a hold. */
  afterHold: 72 * hours,
  /** How long a completion may take before another request may take over. */
  lease: 30_000,
  /** How long a message may wait for its job before the sweep picks it up. */
  messageDue: 30_000,
  /** An idempotent response. */
  keptAnswer: 24 * hours,
  /** Retention of recoveries and messages after their end. */
  kept: 30 * 24 * hours,
} as const;

/** Attempts per recovery. */
export const triesPerRecovery = 5;
