import { readFileSync } from 'node:fs';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { QueueSchema } from './queue-schema.js';

describe("BullMQ's statements", () => {
  let postgres: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    postgres = await createDatabase();
    client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`set search_path = ''`);
  });
  afterAll(async () => {
    await client.end();
    await postgres.drop();
  });

  test('find everything that they name without a search_path', async () => {
    const schema = new QueueSchema(async () => Object.assign(client, { release: () => undefined }) as never);
    const commands = await bullmqCommands();
    expect(Object.keys(commands).length).toBeGreaterThan(90);
    const faults: string[] = [];
    for (const [name, text] of Object.entries(commands)) {
      if (/^\s*(--.*\n\s*)*listen/i.test(text)) continue;
      await client.query(`prepare planned as ${await schema.qualified(text)}`).then(
        () => client.query('deallocate planned'),
        (fault: Error) => faults.push(`${name}: ${fault.message}`),
      );
    }
    expect(faults).toEqual([]);
  });
});

/** The text of each of its commands. BullMQ does not export them. */
async function bullmqCommands(): Promise<Record<string, string>> {
  const script = readFileSync('node_modules/bullmq/dist/esm/postgres/sql-scripts.js', 'utf8');
  const module = await import(`data:text/javascript,${encodeURIComponent(script)}`);
  return module.SQL_COMMANDS;
}
