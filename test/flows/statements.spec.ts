import type { Statement } from '@rekey/database';
import pg from 'pg';
import { createDatabase } from '../runner/database.js';
import { expectWritten } from '../written.js';
import { statementsOfRooms } from './statements-of-rooms.js';

interface Prepared {
  parameters: string[];
  results: string[] | null;
}

/** PostgreSQL's own reading of a statement. @throws what is wrong with it */
async function prepare(client: pg.Client, { name, text }: Statement): Promise<Prepared> {
  await client.query(`prepare ${name} as ${text}`);
  const { rows } = await client.query<Prepared>(
    `select parameter_types::text[] as parameters, result_types::text[] as results from pg_prepared_statements where name = $1`,
    [name],
  );
  await client.query(`deallocate ${name}`);
  return rows[0] ?? { parameters: [], results: null };
}

/** Without the empty lines that composing leaves. */
const linesOf = ({ text }: Statement): string[] => text.split('\n').filter((line) => line.trim());

/** As a person reads it: the parameters by name, without the indentation of the code. */
function written(statement: Statement, { parameters, results }: Prepared): string {
  const takes = statement.parameters.map((name, at) => `$${at + 1} ${name} ${parameters[at]}`);
  const indents = statement.text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim())
    .map((line) => line.search(/\S/));
  const indent = Math.min(...(indents.length > 0 ? indents : [0]));
  const lines = statement.text
    .trim()
    .split('\n')
    .map((line, at) => (at === 0 ? line : line.slice(indent)).trimEnd());
  return [
    `-- ${statement.name}`,
    `-- takes: ${takes.join(', ') || 'nothing'}`,
    `-- returns: ${results?.join(', ') || 'nothing'}`,
    `${lines.filter(Boolean).join('\n')};`,
  ].join('\n');
}

test('the statements of the database, which PostgreSQL can all prepare, are as written', async () => {
  const ours = statementsOfRooms();
  const database = await createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  try {
    await client.connect();
    // A role may have another search_path, and a pooler in transaction mode does not keep ours.
    await client.query(`set search_path = ''`);
    const texts: string[] = [];
    for (const each of ours) texts.push(written(each, await prepare(client, each)));
    const head =
      '-- Written by "npm run written" from the statements of the rooms, on the migrated schema. Do not edit.';
    expectWritten('libs/database/statements.generated.sql', `${[head, ...texts].join('\n\n')}\n`);
  } finally {
    await client.end();
    await database.drop();
  }
});

test('no statement is longer than 80 lines, but for the reservation of SMS money', () => {
  const long = statementsOfRooms().filter((each) => linesOf(each).length > 80);
  expect(long.map(({ name }) => name)).toEqual(['limits_reserve_sms']);
});
