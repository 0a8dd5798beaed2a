import pg from 'pg';
import { createDatabase } from '../../../test/runner/database.js';
import { expectWritten } from '../../../test/written.js';
import { migrate } from './index.js';

interface Column {
  table: string;
  column: string;
  type: string;
  required: boolean;
  fallback: string | null;
}

/** The schema after all migrations, read from a real PostgreSQL: tables, constraints, indexes, triggers. */
async function dumpSchema(): Promise<string> {
  // The template of the tests would be wrong here: it lacks the constraints that refuse the tests' moved time.
  const postgres = await createDatabase({ migrated: false });
  await migrate({ url: postgres.ownerUrl });
  const client = new pg.Client({ connectionString: postgres.adminUrl });
  try {
    await client.connect();
    const { rows: columns } = await client.query<Column>(`
      select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
        pg_get_expr(d.adbin, d.adrelid) as fallback
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      where n.nspname = 'public' and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
      order by c.relname, a.attnum`);
    const { rows: constraints } = await client.query<{ table: string; text: string }>(`
      select c.relname as table, pg_get_constraintdef(k.oid) as text
      from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and k.contype in ('p', 'f', 'u', 'c') order by c.relname, k.contype, text`);
    const { rows: indexes } = await client.query<{ text: string }>(`
      select indexdef as text from pg_indexes i where schemaname = 'public'
        and not exists (select from pg_constraint k where k.conname = i.indexname) order by tablename, indexname`);
    const { rows: triggers } = await client.query<{ text: string }>(
      `select pg_get_triggerdef(oid) as text from pg_trigger where not tgisinternal order by tgname`,
    );
    const tables = [...new Set(columns.map(({ table }) => table))].map((table) => {
      const lines = [
        ...columns
          .filter((column) => column.table === table)
          .map(({ column, type, required, fallback }) =>
            [`  ${column} ${type}`, required ? 'not null' : '', fallback ? `default ${fallback}` : '']
              .filter(Boolean)
              .join(' '),
          ),
        ...constraints.filter((constraint) => constraint.table === table).map(({ text }) => `  ${text}`),
      ];
      return `create table ${table} (\n${lines.join(',\n')}\n);`;
    });
    const rest = [...indexes, ...triggers].map(({ text }) => `${text};`);
    return `-- Written by "npm run written" from the migrations. Do not edit.\n\n${[...tables, rest.join('\n')].join('\n\n')}\n`;
  } finally {
    await client.end();
    await postgres.drop();
  }
}

test('the schema of the database is as written', async () => {
  expectWritten('libs/database/schema.generated.sql', await dumpSchema());
});
