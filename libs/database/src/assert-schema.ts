import { asTyped } from '@rekey/kernel';
import type { DataSource } from 'typeorm';
import { namingConnectionFault } from './connection-fault.js';
import { pendingMigrations } from './migrate.js';
import { listedInPart } from './privileges.js';

/**
 * @throws when the database lacks a migration of this release, or a column that this process reads: a later release may have removed it, or
 * a backup was restored in part
 */
export async function assertSchema(dataSource: DataSource): Promise<void> {
  try {
    const pending = await pendingMigrations(dataSource);
    if (pending.length > 0)
      throw new Error(`the database lacks ${pending.join(', ')}; run "${asTyped('migrate')}" first`);
    const missing = await missingColumns(dataSource);
    if (missing.length > 0)
      throw new Error(
        `the database lacks ${listedInPart(missing)}; its schema is not that of this release: start the release that it belongs to`,
      );
  } catch (fault) {
    throw namingConnectionFault(fault);
  }
}

/** Columns of the entities that are not in the database, such as `recoveries.state`. */
async function missingColumns(dataSource: DataSource): Promise<string[]> {
  const columns = dataSource.entityMetadatas.flatMap(({ tableName, columns }) =>
    columns.map(({ databaseName }) => [tableName, databaseName]),
  );
  const rows: { name: string }[] = await dataSource.query(
    `select w.table_name || '.' || w.column_name as name
     from unnest($1::text[], $2::text[]) w (table_name, column_name)
     where not exists (
       select from pg_catalog.pg_attribute a where a.attrelid = to_regclass('public.' || quote_ident(w.table_name))
         and a.attname = w.column_name and not a.attisdropped
     ) order by 1`,
    [columns.map(([table]) => table), columns.map(([, column]) => column)],
  );
  return rows.map(({ name }) => name);
}
