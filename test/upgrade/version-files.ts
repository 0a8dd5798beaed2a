import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rekey } from '../flows/rekey.js';
import { statementsOfRooms } from '../flows/statements-of-rooms.js';
import type { Facts } from './versions.js';

/** Tables that others point to come first. */
const first = ['accounts', 'recoveries', 'authenticators'];

/** All rows, as statements that insert them again, and their number in each table. */
export async function rowsOf(rekey: Rekey): Promise<{ text: string; counts: Record<string, number> }> {
  const tables = await rekey.sql(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'
     order by array_position($1::text[], tablename) nulls last, 1`,
    [first],
  );
  const literal = (value: string | null) => (value === null ? 'null' : `'${value.replaceAll("'", "''")}'`);
  const parts: string[] = [];
  const counts: Record<string, number> = {};
  for (const { name: table } of tables) {
    const columns = (
      await rekey.sql(
        'select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum',
        [table],
      )
    ).map(({ name }) => String(name));
    const asText = columns.map((name) => `"${name}"::text`).join(', ');
    const rows = await rekey.sql(`select ${asText} from "${table}" order by 1`);
    counts[table] = rows.length;
    const lines = rows.map((row) => `  (${columns.map((name) => literal(row[name])).join(', ')})`);
    if (lines.length > 0)
      parts.push(`insert into ${table} (${columns.join(', ')}) values\n${lines.join(',\n')};\n`);
  }
  return { text: parts.join('\n'), counts };
}

/** The words that a CHECK allows a column, and that no row has. */
export async function missingWords(rekey: Rekey): Promise<string[]> {
  const checks = await rekey.sql(
    `select conrelid::regclass::text as table, pg_get_constraintdef(oid) as text from pg_constraint
     where contype = 'c' and connamespace = 'public'::regnamespace`,
  );
  const missing: string[] = [];
  for (const { table, text } of checks) {
    const [, column, list] = /^CHECK \(\((\w+) = ANY \(ARRAY\[(.*)\]\)\)\)$/.exec(text) ?? [];
    const words = [...(list ?? '').matchAll(/'([^']*)'/g)].map(([, word = '']) => word);
    if (words.length === 0) continue;
    const rows = await rekey.sql(`select distinct "${column}"::text as word from ${table}`);
    const present = rows.map(({ word }) => word);
    for (const word of words) if (!present.includes(word)) missing.push(`${table}.${column} ${word}`);
  }
  return missing.sort();
}

/** Writes the folder of a version, which is then committed and never changed. */
export async function writeVersion(version: string, rows: string, facts: Facts): Promise<void> {
  const folder = join('test/upgrade', version);
  await mkdir(folder, { recursive: true });
  const head = `-- The rows of a database of Rekey ${version}, with every kind of row. Their keyring and secrets, which are only of this file, are in facts.json.`;
  await writeFile(join(folder, 'rows.sql'), `${head}\n\n${rows}`);
  await writeFile(join(folder, 'facts.json'), `${JSON.stringify(facts, null, 2)}\n`);
  await writeFile(join(folder, 'renamed.json'), '{}\n');
  const statements = statementsOfRooms().map(({ name, text }) => {
    const lines = text.trim().split('\n');
    return `-- ${name}\n${lines
      .map((line) => line.trimEnd())
      .filter((line) => line !== '' && !/^\s+--/.test(line))
      .join('\n')};\n`;
  });
  await writeFile(
    join(folder, 'statements.sql'),
    `-- The statements of Rekey ${version}, to be prepared on later schemas.\n\n${statements.join('\n')}`,
  );
}
