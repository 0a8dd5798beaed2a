import type { Position } from '@rekey/kernel';
import { identifier, type SqlText, sql } from './sql-text.js';

/*
 * Lists that are read page by page, newest first. A page begins after the last row of the page before, by time and id, and not after a
 * number of rows: rows that are added meanwhile shift nothing.
 */

/** How a statement compares, orders and returns the position of a row. `at` is a `timestamptz` column. */
export interface Keyset {
  at: SqlText;
  id: SqlText;
  /** The type of the id. `uuidv7`: made with the time of `at`, so the order of ids is the order of time, and the primary key has it. */
  type: 'uuidv7' | 'uuid' | 'text';
}

/** The time of a row with its microseconds, which the driver would cut off. The statement returns it as `exact_at`. */
export const exactAt = ({ at }: Keyset): SqlText => sql`to_jsonb(${at}) #>> '{}' as exact_at`;

/** Whether a row is after the position, as a condition. Needs the values of {@link positionValues}. */
export function isAfterPosition({ at, id, type }: Keyset): SqlText {
  if (type === 'uuidv7') return sql`${id} < :afterId::uuid`;
  return sql`(${at}, ${id}) < (:afterAt::timestamptz, :afterId::${identifier(type)})`;
}

/** The end of the statement. One row more than the page says whether there is another page. */
export const pageByPosition = ({ at, id, type }: Keyset): SqlText =>
  sql`order by ${type === 'uuidv7' ? sql`` : sql`${at} desc, `}${id} desc limit :limit::integer + 1`;

/** @param after where the page before has ended; undefined for the first page */
export const positionValues = (after: Position | undefined, limit: number) => ({
  afterAt: after?.at ?? 'infinity',
  afterId: after?.id ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  limit,
});

/** One page of a list. Without `next`, it is the last one. */
export interface Page<Item> {
  items: Item[];
  next?: Position;
}

/** @param rows in their order, with at most one row more than `limit` */
export function pageOf<Row extends { id: string; exact_at: string }, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
): Page<Item> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    items: rows.slice(0, limit).map(view),
    ...(last ? { next: { at: last.exact_at, id: last.id } } : {}),
  };
}
