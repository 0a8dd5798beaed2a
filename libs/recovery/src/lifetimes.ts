import { messageLifetimes } from '@rekey/outbox';

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
  /** A recovery can be stopped for as long as the stop link in a message is valid. */
  stopLink: messageLifetimes.stopLink,
  /** For the person to come back after a hold. */
  afterHold: 72 * hours,
  /** How long a completion may take before another request may take over. */
  lease: 30_000,
  /** The same value once more is the same attempt. */
  sameAttempt: 10 * minutes,
  /** An idempotent response. */
  keptAnswer: 24 * hours,
  /** A completion may be repeated for as long after it, if its response was lost. */
  repeat: 10 * minutes,
  /** From the start of an assist until its number has to be matched. */
  assist: 10 * minutes,
  /** Retention of assists after that. The audit keeps what happened. */
  assistKept: 24 * hours,
  /** Retention of recoveries after their end. */
  kept: 30 * 24 * hours,
} as const;
