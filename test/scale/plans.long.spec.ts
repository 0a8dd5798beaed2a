import { randomBytes } from 'node:crypto';
import { type Database, openDatabase, type Statement } from '@rekey/database';
import { Keyring, systemClock } from '@rekey/kernel';
import { countConversions, pruneSms } from '@rekey/limits';
import { type ManagementContext, OverviewReader } from '@rekey/management';
import { countOutbox, sweepMessages } from '@rekey/outbox';
import { sweepRecoveries } from '@rekey/recovery';
import { pruneUsedTokens } from '@rekey/tokens';
import pg from 'pg';
import { until } from '../flows/rekey.js';
import { statementsOfRooms } from '../flows/statements-of-rooms.js';
import { startPostgres, type TestPostgres } from '../runner/postgres.js';
import { bigTables, fillMillions } from './million.js';

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

/** Indexes that hold only what is under way, or a few rows in all, so that reading all of one is reading little. */
const smallIndexes = [
  'audit_events_settings',
  'messages_due',
  'recoveries_not_ended',
  'sms_reservations_to_count',
];

const anyAccount = 'limit 1: any row';
/** Reads of a whole table that are meant. */
const meant: Record<string, string> = {
  'recovery_attempt_backup_code addresses': anyAccount,
  'recovery_attempt_code addresses': anyAccount,
  'recovery_attempt_link addresses': anyAccount,
  'recovery_attempt_totp addresses': anyAccount,
  'audit_export_unsealed audit_events': 'the command "npm run audit -- export"',
  'account_password_costs accounts': 'limit 1 in each step',
  'refresh_tokens_by_key refresh_tokens': 'the command "npm run keys -- status"',
  'refresh_tokens_by_key sessions': 'the command "npm run keys -- status"',
  'sessions_end_of_client sessions': 'management deletes a client',
  'sessions_end_of_client authorization_codes': 'management deletes a client',
};

const nodesIn = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesIn)];

const isWholeRead = (node: PlanNode): boolean =>
  node['Node Type'] === 'Seq Scan' ||
  (/^(Index|Bitmap Index)/.test(node['Node Type']) &&
    !node['Index Cond'] &&
    !smallIndexes.includes(node['Index Name'] ?? ''));

/** The plan for values that PostgreSQL does not know yet, which is the one that a prepared statement ends up with. */
async function planOf(client: pg.Client, { name, text, parameters }: Statement): Promise<PlanNode[]> {
  await client.query(`prepare ${name} as ${text}`);
  const values = parameters.length > 0 ? `(${parameters.map(() => 'null').join(', ')})` : '';
  const { rows } = await client.query(`explain (format json) execute ${name}${values}`);
  await client.query(`deallocate ${name}`);
  return nodesIn(rows[0]['QUERY PLAN'][0].Plan);
}

describe('with a million accounts and recoveries and five million audit events', () => {
  let postgres: TestPostgres;
  let client: pg.Client;
  beforeAll(async () => {
    const flags = ['wal_level=minimal', 'max_wal_senders=0', 'shared_buffers=512MB', 'autovacuum=off'];
    postgres = await startPostgres({ flags: flags.flatMap((flag) => ['-c', flag]) });
    await fillMillions(postgres.adminUrl);
    client = new pg.Client({ connectionString: postgres.adminUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await postgres?.stop();
  });

  test('no statement reads a big table as a whole', async () => {
    await client.query('set plan_cache_mode = force_generic_plan');
    const reads: string[] = [];
    for (const statement of statementsOfRooms())
      for (const node of await planOf(client, statement)) {
        const table = node['Relation Name'] ?? '';
        if (isWholeRead(node) && bigTables.includes(table)) reads.push(`${statement.name} ${table}`);
      }
    expect([...new Set(reads)].sort()).toEqual(Object.keys(meant).sort());
  });

  /** Blocks of each table and its indexes that were read so far, from memory or from the disk. */
  const blocks = async (): Promise<Record<string, number>> => {
    const { rows } = await client.query<{ name: string; read: number }>(
      `select relname as name, (heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0))::float8 as read
       from pg_statio_user_tables`,
    );
    return Object.fromEntries(rows.map(({ name, read }) => [name, read]));
  };

  /** PostgreSQL counts what a connection has read when its process ends. */
  const close = async (database: Database) => {
    await database.close();
    await until('the end of the connections', async () => {
      const { rows } = await client.query(
        `select from pg_stat_activity where application_name like 'rekey spec%'`,
      );
      return rows.length === 0 ? true : undefined;
    });
  };

  const round = async () => {
    const database = await openDatabase({ url: postgres.url, name: 'spec' });
    const keyring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
    const context = { database, keyring, clock: systemClock, sendQuotas: { client: 1, instance: 1 } };
    await sweepRecoveries(context);
    await sweepMessages(context);
    await countOutbox(context);
    await countConversions(database, context.clock.now());
    await pruneSms(database, context.clock.now());
    await pruneUsedTokens(database, context.clock.now());
    await close(database);
  };

  test('a round of every sweep with nothing to do reads a few megabytes of each table', async () => {
    // What is due meanwhile: about 650 recoveries, 500 a round.
    for (let n = 0; n < 3; n++) await round();
    const before = await blocks();
    await round();
    const after = await blocks();
    const read = bigTables.map((table) => [table, (after[table] ?? 0) - (before[table] ?? 0)]);
    // Blocks of 8 kB.
    expect(read.filter(([, blocksRead]) => Number(blocksRead) > 2_048)).toEqual([]);
  });

  test('an overview of a month reads the month once, and then its last day', async () => {
    const overviews = new OverviewReader();
    let later = 0;
    const clock = { now: () => systemClock.now() + later };
    /** @returns how many blocks of the tables that it counts it has read */
    const look = async (): Promise<number> => {
      const before = await blocks();
      const database = await openDatabase({ url: postgres.url, name: 'spec' });
      const { funnel } = await overviews.read({ database, clock } as ManagementContext, 30);
      await close(database);
      later += 10_000;
      // Almost all: the first day began at midnight.
      expect(funnel.started).toBeGreaterThan(0.95 * 1_000_000);
      const after = await blocks();
      const counted = ['recoveries', 'messages', 'sessions', 'audit_events'];
      return counted.reduce((sum, table) => sum + (after[table] ?? 0) - (before[table] ?? 0), 0);
    };
    const [first, again] = [await look(), await look()];
    process.stdout.write(`an overview of a month: ${first} blocks, and then ${again}\n`);
    expect(again).toBeLessThan(first / 10);
  });
});
