import { literal, type SqlText, sql } from '@rekey/database';

/** Attempts that one recovery allows, of all its proofs together. */
export const triesPerRecovery = 5;

/**
 * Failures in a row that one authenticator allows (NIST SP 800-63B-4 §3.2.2). After that an app is disabled until it is bound again. An
 * address gets no short codes until a code too long to guess, or a link, has come back from it.
 */
export const failuresInARow = 100;

/** Milliseconds, longer than any account lives: only a success clears these failures. */
export const failureWindowMs = 100 * 365 * 86_400_000;

/** The counter key of one authenticator's failures, as an SQL expression of its id. */
export const failureKey = (authenticator: SqlText): SqlText =>
  sql`sha256(convert_to('failures ' || ${authenticator}, 'utf8'))`;

/** The key of an identifier's odds, as an SQL expression of the keyed digest in its recoveries. */
export const identifierOddsKey = (secret: string, key: SqlText): SqlText =>
  sql`sha256(${key} || convert_to(${literal(`/${secret}`)}, 'utf8'))`;

/** Clears counters, as a data-modifying SQL clause. @param keys an expression of `bytea[]` */
export const clearRows = (keys: SqlText): SqlText => sql`delete from limit_counters where key = any(${keys})`;
