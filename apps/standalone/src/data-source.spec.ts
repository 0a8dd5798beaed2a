import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import '@rekey/accounts';
import '@rekey/audit';
import '@rekey/limits';
import '@rekey/outbox';
import '@rekey/recovery';
import '@rekey/tokens';
import { migrationNames, ownerDataSource } from '@rekey/database';
import type { DataSource } from 'typeorm';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';

describe('the entities of all rooms', () => {
  let postgres: TestDatabase;
  let dataSource: DataSource;
  beforeEach(async () => {
    postgres = await createDatabase();
    dataSource = await ownerDataSource({ url: postgres.ownerUrl }).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await postgres.drop();
  });

  const namesIn = async (text: string): Promise<string[]> =>
    (await dataSource.query<{ name: string }[]>(text)).map(({ name }) => name);
  const tables = () =>
    namesIn(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
    );

  /**
   * What the schema builder would change, without indexes and CHECK constraints: those are in the migrations only, and the builder would
   * drop them all. It cannot express an index on an expression.
   */
  const proposed = async (): Promise<string[]> => {
    const checks = await namesIn(`select conname as name from pg_constraint where contype = 'c'`);
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries
      .map(({ query }) => query)
      .filter((query) => !query.startsWith('DROP INDEX'))
      .filter((query) => !checks.includes(/ DROP CONSTRAINT "(\w+)"$/.exec(query)?.[1] ?? ''));
  };

  test('agree with the migrated schema', async () => {
    expect(await proposed()).toEqual([]);
    // TypeORM creates the table of its migrations itself.
    const ofEntities = dataSource.entityMetadatas.map(({ tableName }) => tableName);
    expect([...ofEntities, 'schema_migrations'].sort()).toEqual((await tables()).sort());
  });

  test.each([
    [
      'a column that no entity has',
      'alter table clients add planted text',
      /"clients" DROP COLUMN "planted"/,
    ],
    ['a column that is gone', 'alter table clients drop owner', /"clients" ADD "owner" text/],
    ['another type', 'alter table sessions alter idle_ms type integer', /"sessions" .*"idle_ms"/],
    [
      'another nullability',
      'alter table addresses alter lookup drop not null',
      /"addresses" ALTER COLUMN "lookup" SET NOT NULL/,
    ],
    [
      'another default',
      'alter table recoveries alter sends set default 2',
      /"recoveries" ALTER COLUMN "sends" SET DEFAULT '1'/,
    ],
    [
      'another generated default',
      'alter table accounts alter generation drop default',
      /"accounts" ALTER COLUMN "generation" SET DEFAULT/,
    ],
    [
      'another primary key',
      'alter table guess_odds drop constraint guess_odds_pkey',
      /"guess_odds" ADD CONSTRAINT "\w+" PRIMARY KEY \("key", "slot"\)/,
    ],
    [
      'a foreign key that is gone',
      'alter table addresses drop constraint addresses_account_id_fkey',
      /ADD CONSTRAINT "addresses_account_id_fkey"/,
    ],
    ['a table that no entity has', 'create table planted (id integer)', undefined],
  ])('do not agree with %s', async (_what, change, proposal) => {
    const before = await tables();
    await dataSource.query(change);
    if (proposal) expect((await proposed()).join('\n')).toMatch(proposal);
    else expect(await tables()).not.toEqual(before);
  });
});

describe("TypeORM's own command line", () => {
  let postgres: TestDatabase;
  beforeAll(async () => {
    postgres = await createDatabase();
  });
  afterAll(() => postgres.drop());

  const typeorm = async (command: string): Promise<string> => {
    const args = ['node_modules/typeorm/cli.js', command, '-d', 'dist/apps/standalone/src/data-source.js'];
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: postgres.url,
      DATABASE_OWNER_URL: postgres.ownerUrl,
    };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
    return stdout + stderr;
  };

  test('shows each migration as run on a migrated database', async () => {
    const shown = [...(await typeorm('migration:show')).matchAll(/\[(X| )\] (?:\d+ )?(\w+)/g)];
    expect(shown.map(([, mark]) => mark)).toEqual(migrationNames.map(() => 'X'));
    expect(shown.map(([, , name]) => name).sort()).toEqual([...migrationNames].sort());
  });

  test('shows what the entities would change', async () => {
    const shown = await typeorm('schema:log');
    expect(shown).toContain('DROP INDEX');
    expect(shown).not.toMatch(/ (ADD|DROP|ALTER) (COLUMN )?"/);
  });
});
