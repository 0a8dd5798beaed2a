/**
 * Wrong values in a row that one authenticator bears (NIST SP 800-63B-4 §3.2.2). Then an app is disabled until it is bound again, and an
 * address gets no short codes until one that is too long to guess, or a link, has come back from it.
 */
export const failuresInARow = 100;

/** Longer than any account lives, in milliseconds: these failures are forgotten by a success only. */
export const failureWindowMs = 100 * 365 * 86_400_000;

/** The counter of one authenticator's failures, as an SQL expression of its id. */
export const failureKey = (authenticator: string): string =>
  `sha256(convert_to('failures ' || ${authenticator}, 'utf8'))`;

/** The key of an identifier's odds, as an SQL expression, from the keyed digest that its recoveries have. */
export const identifierOddsKey = (secret: string, key: string): string =>
  `sha256(${key} || convert_to('/${secret}', 'utf8'))`;

/** Forgets what was counted, as a data-modifying SQL clause. @param keys an expression of `bytea[]` */
export const clearRows = (keys: string): string => `delete from limit_counters where key = any(${keys})`;
