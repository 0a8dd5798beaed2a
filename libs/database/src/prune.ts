import { identifier, type SqlText, sql } from './sql-text.js';

/** Blocks of 8 kB that one round of {@link inOneStretch} reads: at 100 bytes a row about 40,000 rows. */
const stretch = 512;

/**
 * The rows to delete in one round of pruning, as SQL that yields their `ctid`: those that match a condition in one stretch of the table, 4 MB
 * that are chosen at random. A round costs the same however big the table is, several processes seldom meet, and no index has to follow a
 * column that changes. A table below 4 MB is read as a whole; of a bigger one, each row is seen every so many rounds on average as there are
 * stretches.
 *
 * @param condition an expression on the columns of the table
 */
export const inOneStretch = (table: string, condition: SqlText): SqlText => sql`
  select ctid from ${identifier(table)}
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + ${stretch})::tid from stretch)
    and ${condition}
  limit 5000 for update skip locked`;

/** The stretch of a round, as a CTE for the statement around {@link inOneStretch}. */
export const stretchOf = (table: string): SqlText => sql`stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.${identifier(table)}') / 8192.0 / ${stretch})))::bigint * ${stretch} as page
)`;

/** A whole statement that prunes one table, a stretch a round. */
export const pruneStretch = (table: string, condition: SqlText): SqlText => sql`
  with ${stretchOf(table)}
  delete from ${identifier(table)} where ctid = any(array(${inOneStretch(table, condition)}))`;

/**
 * A whole statement that prunes the oldest rows of a table by the index of a column, 5,000 a round.
 *
 * @param column says until when a row counts; a row is deleted when that is at or before the `:parameter`
 */
export const pruneOldest = (table: string, column: string, parameter: SqlText): SqlText => sql`
  delete from ${identifier(table)} where ctid = any(array(
    select ctid from ${identifier(table)} where ${identifier(column)} <= ${parameter}
    order by ${identifier(column)} limit 5000 for update skip locked
  ))`;
