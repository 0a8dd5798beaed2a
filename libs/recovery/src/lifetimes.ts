const minutes = 60_000;
const hours = 60 * minutes;

/** Milliseconds, all of them; the defaults of the contract. */
export const lifetimes = {
  /** Without a sign of the person. */
  idle: 15 * minutes,
  /** In all. */
  recovery: 60 * minutes,
  /** From one code to the next. */
  resend: 1 * minutes,
  /** A code with less than this left is not sent: it would be dead on arrival. */
  codeAtLeast: 1 * minutes,
  /** The link beside a code in a mail. */
  codeLink: 30 * minutes,
  /** The stop link in a message; a notice is tried as long. */
  stopLink: 72 * hours,
  /** For the person to come back once a hold is over. */
  afterHold: 72 * hours,
  /** How long a settling may take before another may take over. */
  lease: 30_000,
  /** How long a message may wait for its job before the sweep looks after it. */
  messageDue: 30_000,
  /** An answer kept for the same Idempotency-Key. */
  keptAnswer: 24 * hours,
  /** Recoveries and messages after their end. */
  kept: 30 * 24 * hours,
} as const;

/** Guesses of one recovery. */
export const triesPerRecovery = 5;
