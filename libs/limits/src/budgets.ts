/** How much of something there may be in a window of time. */
export interface Budget {
  /** Stands in the key of the counter and in the RateLimit headers. */
  policy: string;
  quota: number;
  /** Milliseconds, from the first use. */
  windowMs: number;
}

const minutes = 60_000;
const day = 86_400_000;

/** The defaults of the contract, as data. */
export const budgets = {
  /** Recoveries begun from one source. The caller is told. */
  starts: { policy: 'starts', quota: 30, windowMs: 10 * minutes },
  /** Codes to one address, by whichever identifier. Nobody is told: the answer would say that someone else has been trying. */
  sends: { policy: 'codes', quota: 5, windowMs: 10 * minutes },
  /** A mail costs nothing: there may be more of them than it takes to annoy, so that a few strangers do not use them up. */
  smsADay: { policy: 'codes-per-day', quota: 12, windowMs: day },
  mailsADay: { policy: 'codes-per-day', quota: 36, windowMs: day },
  /** Of an address's day, what one network may use: a third. */
  smsOfASource: { policy: 'codes-per-source', quota: 12 / 3, windowMs: day },
  mailsOfASource: { policy: 'codes-per-source', quota: 36 / 3, windowMs: day },
  /** Codes that one client causes, and those of the whole instance: what a flood through many sources costs at most. */
  sendsAClient: { policy: 'codes-per-client', quota: 6_000, windowMs: 10 * minutes },
  sendsInAll: { policy: 'codes-per-instance', quota: 30_000, windowMs: 10 * minutes },
  /** Passwords tried from one source, and for one identifier. */
  signIns: { policy: 'sign-ins', quota: 30, windowMs: 10 * minutes },
  /** Values offered to bind an authenticator app. */
  bindings: { policy: 'bindings', quota: 10, windowMs: 10 * minutes },
  /** Devices that ask to be let in from one source, and those of one client, whose codes wait for ten minutes. */
  devices: { policy: 'devices', quota: 30, windowMs: 10 * minutes },
  devicesAClient: { policy: 'devices-per-client', quota: 6_000, windowMs: 10 * minutes },
  /** Codes of devices that one person may try. */
  userCodes: { policy: 'user-codes', quota: 10, windowMs: 10 * minutes },
  /**
   * Wrong guesses in recoveries from one network, by its width. A person mistypes now and then; who tries one code at each of many
   * accounts is stopped here.
   */
  wrongGuessesA24: { policy: 'failed-attempts', quota: 100, windowMs: 60 * minutes },
  wrongGuessesA64: { policy: 'failed-attempts', quota: 50, windowMs: 60 * minutes },
  wrongGuessesA56: { policy: 'failed-attempts', quota: 100, windowMs: 60 * minutes },
  wrongGuessesA48: { policy: 'failed-attempts', quota: 200, windowMs: 60 * minutes },
  /** And of a browser that the account is known in, once its network has used up its own. */
  wrongGuessesABrowser: { policy: 'failed-attempts', quota: 20, windowMs: 60 * minutes },
} as const satisfies Record<string, Budget>;
