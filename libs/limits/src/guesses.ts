/**
 * Wrong values in a row that one authenticator bears before it is disabled until it is bound again (NIST SP 800-63B-4
 * §3.2.2).
 */
export const failuresInARow = 100;

/** Longer than any account lives, in milliseconds: these failures are forgotten by a success only. */
export const failureWindowMs = 100 * 365 * 86_400_000;

/** The counter of one authenticator's failures, as an SQL expression of its id. */
export const failureKey = (authenticator: string): string =>
  `sha256(convert_to('failures ' || ${authenticator}, 'utf8'))`;

/**
 * The counter of an account's guesses of one kind in a day, as an SQL expression. Who wears out one kind of proof leaves the
 * others alone.
 */
export const accountGuessKey = (kind: string, account: string): string =>
  `sha256(convert_to('guesses-a-day${kind === 'code' ? '' : `/${kind}`} ' || ${account}, 'utf8'))`;

/** The same for an identifier, from the key that its codes are counted under. */
export const identifierGuessKey = (kind: string, key: string): string =>
  kind === 'code' ? key : `sha256(${key} || convert_to('/${kind}', 'utf8'))`;

/** Forgets what was counted, as a data-modifying SQL clause. @param keys an expression of `bytea[]` */
export const clearRows = (keys: string): string => `delete from limit_counters where key = any(${keys})`;
