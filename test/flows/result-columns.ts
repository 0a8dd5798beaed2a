import type pg from 'pg';
import type { QueryCall, RowProperty } from './query-calls.js';

interface Column {
  /** PostgreSQL's name of the type: `int4`, `_text`, … */
  type: string;
  /** A column of a table that may be null. */
  nullable: boolean;
}
export type Columns = ReadonlyMap<string, Column>;

interface Field {
  name: string;
  tableID: number;
  columnID: number;
  dataTypeID: number;
}

/** Asks PostgreSQL to describe a statement, which it does not run. */
function describeFields(client: pg.Client, text: string): Promise<Field[]> {
  return new Promise((resolve, reject) => {
    let fields: Field[] = [];
    const query = {
      submit(connection: pg.Connection): void {
        connection.parse({ name: '', text, types: [] }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription(message: { fields: Field[] }): void {
        fields = message.fields;
      },
      handleError: reject,
      handleReadyForQuery: (): void => resolve(fields),
    };
    client.query(query as unknown as pg.Submittable);
  });
}

export async function columnsOf(client: pg.Client, text: string): Promise<Columns> {
  const columns = new Map<string, Column>();
  for (const { name, tableID, columnID, dataTypeID } of await describeFields(client, text)) {
    const { rows } = await client.query<Column>(
      `select (select typname from pg_type where oid = $1) as type,
         exists (select from pg_attribute where attrelid = $2 and attnum = $3 and not attnotnull) as nullable`,
      [dataTypeID, tableID, columnID],
    );
    if (rows[0]) columns.set(name, rows[0]);
  }
  return columns;
}

/** What node-postgres makes of a value; of any other type, a string. */
const madeOf: Record<string, string> = {
  bool: 'boolean',
  int2: 'number',
  int4: 'number',
  float4: 'number',
  float8: 'number',
  bytea: 'Buffer',
  timestamptz: 'Date',
  json: 'any',
  jsonb: 'any',
};

function fits(type: string, { types }: RowProperty): boolean {
  const element = madeOf[type.replace(/^_/, '')] ?? 'string';
  if (element === 'any') return true;
  const made = type.startsWith('_') ? `${element}[]` : element;
  return types.every((each) => each === made || each === 'unknown');
}

/** @returns a sentence for each property that the statement does not yield in this way */
export function faultsOf(
  { place, statements, row }: QueryCall,
  columns: ReadonlyMap<string, Columns>,
): string[] {
  return statements.flatMap((statement) => {
    const known = columns.get(statement);
    if (!known) return [`${place} ${statement} is no statement of the rooms`];
    return row.flatMap((property) => {
      const column = known.get(property.name);
      const of = `${statement}.${property.name}`;
      const says = `the row says ${property.types.join(' | ')}`;
      if (!column) return [`${place} ${statement} has no column ${property.name}`];
      if (!fits(column.type, property))
        return [`${place} ${of} is ${column.type.replace(/^_(.*)/, '$1[]')}, ${says}`];
      if (column.nullable && !property.nullable) return [`${place} ${of} may be null, ${says}`];
      return [];
    });
  });
}
