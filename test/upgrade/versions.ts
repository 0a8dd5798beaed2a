import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Migration, migrations, prepareSchema } from '@rekey/database';
import { migrateQueue } from '@rekey/queue';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { administer } from '../runner/postgres.js';
import type { RoleUrls } from '../runner/template.js';

/** Oldest first. A new one gets a folder: see "A version" in .github/CONTRIBUTING.md. */
export const versions = ['0.1.0'];

export const device = 'urn:ietf:params:oauth:grant-type:device_code';
export const managementSecret = 'management of the fixture';

/** What the rows of a version mean: secrets to try, and counts to compare. Written together with the rows. */
export interface Facts {
  /** RFC 3339: the clock of the product when the rows were read. */
  at: string;
  keyring: string;
  /** The migrations of that version, by name. */
  migrations: string[];
  /** The number of rows of each table. */
  rows: Record<string, number>;
  client: { id: string; secret: string };
  enrolled: { id: string; secret: string; used: string; unused: string };
  completed: { id: string; token: string; password: string; refresh: string; stop: string };
  refreshed: { account: string; before: string; now: string };
  alive: { account: string; refresh: string };
  ended: { refresh: string };
  devices: Record<'pending' | 'allow' | 'deny' | 'used', string>;
  authorization: { code: string; verifier: string; redirectUri: string; client: string; account: string };
  proving: { id: string; token: string; code: string; account: string; key: string; source: string };
  proven: { id: string; token: string; account: string };
  waiting: { id: string; token: string; account: string };
  expired: { id: string; token: string };
  cancelled: { id: string; token: string };
  stopped: { id: string; token: string };
}

const fileOf = (version: string, name: string): string => join('test/upgrade', version, name);

export const factsOf = async (version: string): Promise<Facts> =>
  JSON.parse(await readFile(fileOf(version, 'facts.json'), 'utf8'));

/** The tables of a version that have another name now. */
export const renamedSince = async (version: string): Promise<Record<string, string>> =>
  JSON.parse(await readFile(fileOf(version, 'renamed.json'), 'utf8'));

/** The statements of a version, by their names. */
export async function statementsOf(version: string): Promise<Map<string, string>> {
  const text = await readFile(fileOf(version, 'statements.sql'), 'utf8');
  const found = text.matchAll(/^-- (\w+)\n([\s\S]*?);\n/gm);
  return new Map([...found].map(([, name = '', statement = '']) => [name, statement]));
}

/** Makes the schema of a version, by its own migrations, and loads its rows. @param url of the role that owns the tables */
export async function loadVersion(version: string, url: string): Promise<void> {
  const facts = await factsOf(version);
  await migrateWith(
    migrations.filter(({ name }) => facts.migrations.includes(name)),
    url,
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // A migration has made the client `default`.
    await client.query('delete from clients');
    // The clock of the product was moved when the rows were made.
    await client.query('alter table if exists audit_events drop constraint if exists audit_events_time');
    await client.query(await readFile(fileOf(version, 'rows.sql'), 'utf8'));
  } finally {
    await client.end();
  }
}

/** Runs these migrations alone, as the product runs all of them. */
export async function migrateWith(some: Migration[], url: string): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    driver: pg,
    url,
    migrations: some,
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
  });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

/** Brings it up to date for a product whose clock is in the past, which the audit log does not accept otherwise. */
export async function upgrade(urls: RoleUrls): Promise<string[]> {
  const { done } = await prepareSchema(urls, migrateQueue);
  await administer(urls.adminUrl, 'alter table audit_events drop constraint if exists audit_events_time');
  return done;
}
