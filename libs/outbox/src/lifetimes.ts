const minutes = 60_000;
const hours = 60 * minutes;

/** Of messages and of the links in them. All in milliseconds; the defaults of the contract. */
export const messageLifetimes = {
  /** A code with less time left is not sent: it would expire on arrival. */
  codeAtLeast: 1 * minutes,
  /** The link next to a code in a mail. */
  codeLink: 30 * minutes,
  /** The stop link in a message. Delivery of a notification is retried for the same time. */
  stopLink: 72 * hours,
  /** The stop link of a notification about an override: at least as long as it can be used, from its request on. */
  overrideLink: 12 * 24 * hours,
  /** How long a message may wait for its job before the sweep picks it up. */
  due: 30_000,
  /** How long a receipt of a provider waits for its message. */
  receipt: 24 * hours,
  /** Retention of messages. Those of a recovery are deleted with it. */
  kept: 30 * 24 * hours,
} as const;
