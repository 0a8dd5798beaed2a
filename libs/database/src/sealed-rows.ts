import {
  type ColumnOfAccount,
  type ColumnOfNobody,
  type Keyring,
  type SealedAs,
  sealHeader,
  sealVersions,
} from '@rekey/kernel';
import type { Queryable } from './database.js';
import { isUniqueViolation } from './sql-states.js';
import { identifier, joined, literal, type SqlText, sql } from './sql-text.js';
import { type Statement, statement } from './statement.js';

/** An encrypted column, with the columns of keyed digests of the same plain text. */
export type SealedRows = {
  /** Shown to operators; the table when omitted. */
  what?: string;
  /** The primary key; its text is the id that the value is bound to. */
  id: { column: string; type: 'uuid' | 'text' };
  /** The column is text that holds a bytea. */
  isText?: true;
  /** Some values are in plain text, from before the column was encrypted. Their first byte is not one that encrypted values start with. */
  mayBeClear?: true;
  /** Columns of digests of the same plain text, and how to make them. They are written in the same update. */
  digests?: Record<string, 'bytea' | 'bytea[]'>;
  digest?(keyring: Keyring, plain: string): Record<string, Buffer | Buffer[]>;
} & (
  | { column: ColumnOfAccount /** The account of a row, as an SQL expression. */; account: SqlText }
  | { column: ColumnOfNobody; account?: undefined }
);

/** For operators. */
export const nameOfRows = (rows: SealedRows): string => rows.what ?? placeOf(rows).table;

function placeOf({ column }: SealedRows): { table: SqlText; sealed: SqlText } {
  const [table = '', sealed = ''] = column.split('.');
  return { table: identifier(table), sealed: identifier(sealed) };
}

export interface Resealed {
  resealed: number;
  /** Rows that do not open: altered, or encrypted under a key that the keyring lacks. */
  unreadable: string[];
  /** Rows whose new digest another row already has. */
  doubled: string[];
  /** Rows that others locked or changed in every pass. */
  left: number;
}

export interface ResealOptions {
  /** Rows per update; 500 when omitted. */
  batch?: number;
  /** @param resealed rows so far */
  progress?(resealed: number): void;
  /** Between two passes, so that a transaction that has locked a row can finish. */
  pause(): Promise<unknown>;
}

interface OldRow {
  id: string;
  /** Null for rows that belong to no account. */
  account: string | null;
  sealed: Buffer;
}

interface NewRow {
  id: string;
  old: string;
  sealed: string;
  [digest: string]: string | string[];
}

/** Passes over one table; each retries the rows that were locked or changed during the previous one. */
const passes = 10;

/**
 * Encrypts again, under the newest key, every value with an older key or in an older version, while the service runs. It updates one batch
 * at a time, never waits for a lock, and writes a row only if it still contains what was read. It may be interrupted at any moment and
 * started again. A version 1 value that somebody has moved is bound to the place where it is found.
 */
export async function resealRows(
  database: Queryable,
  keyring: Keyring,
  rows: SealedRows,
  options: ResealOptions,
): Promise<Resealed> {
  const outcome: Resealed = { resealed: 0, unreadable: [], doubled: [], left: 0 };
  for (let pass = 0; pass < passes; pass++) {
    if (pass > 0) await options.pause();
    Object.assign(outcome, { unreadable: [], doubled: [], left: 0 });
    await onePass(database, keyring, rows, options, outcome);
    if (outcome.left === 0) break;
  }
  return outcome;
}

async function onePass(
  database: Queryable,
  keyring: Keyring,
  rows: SealedRows,
  { batch = 500, progress }: ResealOptions,
  outcome: Resealed,
): Promise<void> {
  const head = sealHeader(keyring.newestKeyId);
  const page = pageOf(rows);
  const update = updateOf(rows);
  let after = rows.id.type === 'uuid' ? '00000000-0000-0000-0000-000000000000' : '';
  for (;;) {
    const old = await database.query<OldRow>(page, { after, head, headLength: head.length, batch });
    if (old.length === 0) return;
    after = old.at(-1)?.id ?? after;
    const fresh = old.flatMap((row) => sealAnew(keyring, rows, row, outcome));
    await write(database, update, fresh, outcome);
    progress?.(outcome.resealed);
  }
}

function sealAnew(keyring: Keyring, rows: SealedRows, row: OldRow, outcome: Resealed): NewRow[] {
  const as = sealedAs(rows, row);
  let plain: Buffer;
  try {
    plain = rows.mayBeClear && isInClear(row.sealed) ? row.sealed : keyring.open(row.sealed, as);
  } catch {
    outcome.unreadable.push(row.id);
    return [];
  }
  const hex = (value: Buffer | Buffer[]) =>
    Array.isArray(value) ? value.map((one) => one.toString('hex')) : value.toString('hex');
  const digests = Object.entries(rows.digest?.(keyring, plain.toString()) ?? {});
  return [
    {
      id: row.id,
      old: row.sealed.toString('hex'),
      sealed: keyring.seal(plain, as).toString('hex'),
      ...Object.fromEntries(digests.map(([column, value]) => [`new_${column}`, hex(value)])),
    },
  ];
}

const sealedAs = (rows: SealedRows, { id, account }: OldRow): SealedAs =>
  // No account has an empty id: a value that has lost its account opens nowhere.
  rows.account === undefined
    ? { column: rows.column, id }
    : { column: rows.column, id, account: account ?? '' };

const idOf = ({ id }: SealedRows): { column: SqlText; type: SqlText } => ({
  column: identifier(id.column),
  type: identifier(id.type),
});

const isInClear = (stored: Buffer): boolean => !sealVersions.includes(stored[0] ?? 0);

const bytesOf = (rows: SealedRows, t = sql``): SqlText =>
  sql`${t}${placeOf(rows).sealed}${rows.isText ? sql`::bytea` : sql``}`;

/** If one row blocks a batch, the halves are written on their own, down to that row. */
async function write(
  database: Queryable,
  update: Statement,
  fresh: NewRow[],
  outcome: Resealed,
): Promise<void> {
  if (fresh.length === 0) return;
  try {
    const done = await database.query(update, { rows: JSON.stringify(fresh) });
    outcome.resealed += done.length;
    outcome.left += fresh.length - done.length;
  } catch (fault) {
    if (!isUniqueViolation(fault)) throw fault;
    if (fresh.length === 1) {
      outcome.doubled.push(...fresh.map(({ id }) => id));
      return;
    }
    const half = fresh.length >> 1;
    await write(database, update, fresh.slice(0, half), outcome);
    await write(database, update, fresh.slice(half), outcome);
  }
}

const pageOf = (rows: SealedRows): Statement => {
  const { account = sql`null` } = rows;
  const { column, type } = idOf(rows);
  const { table, sealed } = placeOf(rows);
  return statement(
    `reseal_page_${table}_${sealed}`,
    sql`select ${column}::text as id, ${account}::text as account, ${bytesOf(rows)} as sealed from ${table}
     where ${column} > :after::${type} and substring(${bytesOf(rows)} from 1 for :headLength::integer) <> :head::bytea
     order by ${column} limit :batch`,
  );
};

/** Skips rows that others have locked, so it cannot take part in a deadlock. Compares with what was read, so it overwrites no change. */
function updateOf(rows: SealedRows): Statement {
  const { isText, digests = {} } = rows;
  const id = idOf(rows);
  const { table, sealed } = placeOf(rows);
  const newDigests = Object.entries(digests).map(([column, type]) => {
    const fresh = literal(`new_${column}`);
    return type === 'bytea'
      ? sql`${identifier(column)} = decode(fresh.row->>${fresh}, 'hex')`
      : sql`${identifier(column)} = array(select decode(one, 'hex') from jsonb_array_elements_text(fresh.row->${fresh}) one)`;
  });
  const value = isText ? sql`'\\x' || (fresh.row->>'sealed')` : sql`decode(fresh.row->>'sealed', 'hex')`;
  const assignments = joined([sql`${sealed} = ${value}`, ...newDigests]);
  return statement(
    `reseal_update_${table}_${sealed}`,
    sql`with fresh as (
       select (row->>'id')::${id.type} as id, decode(row->>'old', 'hex') as old, row from jsonb_array_elements(:rows::jsonb) row
     ), mine as (
       select t.${id.column} as id from ${table} t join fresh on fresh.id = t.${id.column}
       where ${bytesOf(rows, sql`t.`)} = fresh.old for update of t skip locked
     )
     update ${table} t set ${assignments}
     from fresh join mine on mine.id = fresh.id
     where t.${id.column} = fresh.id and ${bytesOf(rows, sql`t.`)} = fresh.old
     returning t.${id.column}`,
  );
}

/**
 * Counts rows by the id of the key in their header, as SQL that yields `key_id, rows`.
 *
 * @param from the text after `from`
 * @param key an expression of the key's id
 */
export const countByKey = (from: SqlText, key: SqlText): SqlText =>
  sql`select ${key} as key_id, count(*)::integer as rows from ${from} group by 1`;

/** The key's id, as an SQL expression of a column with a header. */
export const keyIdIn = (column: SqlText): SqlText =>
  sql`convert_from(substring(${column} from 3 for get_byte(${column}, 1)), 'latin1')`;

export interface KeyCount {
  key_id: string | null;
  rows: number;
}

function countOf(rows: SealedRows): Statement {
  const { table, sealed } = placeOf(rows);
  const bytes = sql`(${bytesOf(rows)})`;
  const isSealed = sql`get_byte(${bytes}, 0) in (${joined(sealVersions.map((version) => sql`${version}`))})`;
  const key = rows.mayBeClear ? sql`case when ${isSealed} then ${keyIdIn(bytes)} end` : keyIdIn(bytes);
  const from = sql`${table} where ${sealed} is not null`;
  return statement(`reseal_count_${table}_${sealed}`, countByKey(from, key));
}

export const countSealed = (database: Queryable, rows: SealedRows): Promise<KeyCount[]> =>
  database.query<KeyCount>(countOf(rows));

function olderOf(rows: SealedRows): Statement {
  const { table, sealed } = placeOf(rows);
  return statement(
    `reseal_count_older_${table}_${sealed}`,
    sql`select count(*)::integer as rows from ${table} where ${sealed} is not null and get_byte(${bytesOf(rows)}, 0) <> ${sealVersions[0]}`,
  );
}

/**
 * Counts the rows of earlier releases: in an older version, or in plain text. {@link resealRows} encrypts them again whatever their key.
 */
export async function countOlder(database: Queryable, rows: SealedRows): Promise<number> {
  const [row] = await database.query<{ rows: number }>(olderOf(rows));
  return row?.rows ?? 0;
}
