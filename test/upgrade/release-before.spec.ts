import { type Migration, migrationNames, migrations, whyReleaseBeforeStops } from '@rekey/database';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createDatabase } from '../runner/database.js';
import { factsOf, migrateWith, statementsOf, versions } from './versions.js';

/** The migrations after which more statements of a version cannot be prepared any more, with these. */
async function breaksOf(version: string, all: readonly Migration[]): Promise<Record<string, string[]>> {
  const { migrations: theirs } = await factsOf(version);
  const statements = await statementsOf(version);
  const database = await createDatabase({ migrated: false });
  const found: Record<string, string[]> = {};
  const client = new pg.Client({ connectionString: database.ownerUrl });
  await client.connect();
  try {
    await migrateWith(
      all.filter(({ name }) => theirs.includes(name)),
      database.ownerUrl,
    );
    for (const next of all.filter(({ name }) => !theirs.includes(name))) {
      await migrateWith([next], database.ownerUrl);
      for (const [name, text] of [...statements]) {
        const fault = await client.query(`prepare ${name} as ${text}`).catch(() => 'broken');
        if (fault !== 'broken') await client.query(`deallocate ${name}`);
        else if (statements.delete(name)) found[next.name] = [...(found[next.name] ?? []), name];
      }
    }
    return found;
  } finally {
    await client.end();
    await database.drop();
  }
}

/**
 * While a new release is rolled out, processes of the release before still serve on the new schema. A migration after which they cannot
 * says so, and `npm run migrate` and the guide to upgrades say it too.
 */
describe.each(versions)('the statements of %s', (version) => {
  test('can be prepared on each later schema, or the migration says that they cannot', async () => {
    const told = migrations.filter(({ stopsReleaseBefore }) => stopsReleaseBefore !== undefined);
    const breaks = Object.keys(await breaksOf(version, migrations));
    expect(breaks.filter((name) => !told.some((each) => each.name === name))).toEqual([]);
  });

  test('a migration that breaks them and does not say so is found', async () => {
    class Planted1764000000999 implements MigrationInterface {
      name = 'Planted1764000000999';
      up = async (runner: QueryRunner) =>
        void (await runner.query('alter table addresses rename column sealed to hidden'));
      down = async () => undefined;
    }
    const { migrations: theirs } = await factsOf(version);
    const known = migrations.filter(({ name }) => theirs.includes(name));
    expect(await breaksOf(version, [...known, Planted1764000000999])).toEqual({
      Planted1764000000999: expect.arrayContaining(['account_add_address']),
    });
  });
});

test('an operator is told why old processes stop, and nothing on a database that was empty', () => {
  expect(whyReleaseBeforeStops(['DatabaseStandardWords1764000000033'])).toEqual([
    'DatabaseStandardWords1764000000033: tables, columns and states have new names',
  ]);
  expect(whyReleaseBeforeStops(migrationNames)).toEqual([]);
  expect(whyReleaseBeforeStops([])).toEqual([]);
});
