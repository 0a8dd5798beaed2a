import { type Database, openDatabase, prepareSchema } from '@rekey/database';
import { migrateQueue } from '@rekey/queue';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../runner/database.js';

const insufficientPrivilege = '42501';
const checkViolation = '23514';

const columns = 'id, at, event, actor';
const event = (at: string) =>
  `insert into audit_events (${columns}) values (gen_random_uuid(), ${at}, 'recovery_started', 'thief')`;

/** Acts of an attacker with the credentials of a process, who wants to erase traces or to take over the server. */
const attacks: [string, string][] = [
  ['delete', 'delete from audit_events'],
  ['update', `update audit_events set actor = 'nobody'`],
  ['truncate', 'truncate audit_events'],
  ['events made anonymous', 'update audit_events set account_id = null'],
  ['sealed events changed', 'update audit_leaves set event_id = gen_random_uuid()'],
  ['sealed events deleted', 'delete from audit_leaves'],
  ['hashes of the tree deleted', 'delete from audit_tiles'],
  ['salts changed', `update audit_salts set salt = ''`],
  ['salts deleted', 'delete from audit_salts'],
  ['another log', 'update audit_sealing set log = gen_random_uuid()'],
  ['a later beginning of the log', 'update audit_sealing set first = 1'],
  ['no log', 'delete from audit_sealing'],
  ['a second log', 'insert into audit_sealing (one, log) values (false, gen_random_uuid())'],
  ['an erasure of somebody else', `update audit_erasures set account_id = 'ada'`],
  ['anchors forgotten', 'delete from audit_anchors'],
  ...['leaves', 'tiles', 'salts', 'checkpoints', 'sealing', 'erasures', 'anchors'].map(
    (table): [string, string] => [`truncate of audit_${table}`, `truncate audit_${table}`],
  ),
  ['overrides deleted', 'delete from override_requests'],
  ['members of staff deleted', 'delete from staff_members'],
  ['truncate of another table', 'truncate accounts cascade'],
  ['disabled trigger', 'alter table audit_events disable trigger audit_events_keep'],
  ['all triggers disabled', 'alter table audit_events disable trigger all'],
  ['dropped trigger', 'drop trigger audit_events_keep on audit_events'],
  ['dropped constraint', 'alter table audit_events drop constraint audit_events_time'],
  ['dropped table', 'drop table audit_events'],
  ['renamed table', 'alter table audit_events rename to gone'],
  ['rule', 'create rule r as on insert to audit_events do instead nothing'],
  [
    'trigger of his own',
    'create trigger t before insert on audit_events for each row execute function audit_events_keep()',
  ],
  ['session_replication_role', `set session_replication_role = 'replica'`],
  ['program', `copy (select 1) to program 'true'`],
  ['program that is read', `create temp table t (line text); copy t from program 'id'`],
  ['file', `copy (select 1) to '/tmp/rekey-roles-spec'`],
  [
    'forged time of record',
    `insert into audit_events (${columns}, recorded_at) values (gen_random_uuid(), now(), 'x', 'y', now())`,
  ],
  ['insert that updates', `${event('now()')} on conflict (id) do update set actor = 'nobody'`],
  ['table', 'create table public.mine (id int)'],
  ['table of the queue', 'create table bullmq.mine (id int)'],
  ['function', `create function public.now() returns timestamptz language sql as 'select null::timestamptz'`],
  [
    'function replaced',
    `create or replace function audit_events_forget() returns bigint language sql as 'select 1::bigint'`,
  ],
  ['schema', 'create schema mine'],
  ['migration', `insert into schema_migrations (timestamp, name) values (1, 'x')`],
  ['migration of the queue', 'delete from bullmq.migration'],
  ['role', 'create role mine superuser'],
  ['own role', 'alter role rekey_app superuser'],
  ['the owner', 'set role rekey_owner'],
  ['the superuser', 'set session authorization rekey'],
  ['server setting', `alter system set log_statement = 'all'`],
];

/** Acts that are refused to an owner without superuser rights. The owner can alter its own objects. */
const refusedToTheOwner = ['delete', 'update', 'truncate'];
const neverToTheOwner = [
  'session_replication_role',
  'program',
  'program that is read',
  'file',
  'role',
  'own role',
  'the superuser',
  'server setting',
];

describe('attacks on the database', () => {
  let postgres: TestDatabase;
  let worker: Database;
  beforeAll(async () => {
    // Migrated here: the template of the tests lacks the constraint on time.
    postgres = await createDatabase({ migrated: false });
    await prepareSchema(postgres, migrateQueue);
    worker = await openDatabase({ url: postgres.url, name: 'spec' });
    await worker.dataSource.query(event('now()'));
  });
  afterAll(async () => {
    await worker.close();
    await postgres.drop();
  });

  /** Runs on its own connection, in a transaction that is rolled back. @returns the SQLSTATE; undefined when all succeeded */
  async function attack(url: string, sql: string): Promise<string | undefined> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      // One statement cannot run inside of a transaction.
      if (!sql.startsWith('alter system')) await client.query('begin');
      await client.query(sql);
      return undefined;
    } catch (fault) {
      return (fault as { code: string }).code;
    } finally {
      await client.query('rollback');
      await client.end();
    }
  }
  const events = async () =>
    (await worker.dataSource.query('select actor, recorded_at from audit_events')) as { recorded_at: Date }[];

  test.each(attacks)('%s: refused to the working role [ASVS 13.2.2, ASVS 16.4.2]', async (_what, sql) => {
    const before = await events();
    expect(await attack(postgres.url, sql)).toBe(insufficientPrivilege);
    expect(await events()).toEqual(before);
  });

  test.each(attacks.filter(([what]) => [...refusedToTheOwner, ...neverToTheOwner].includes(what)))(
    '%s: refused to the owner too',
    async (_what, sql) => {
      expect(await attack(postgres.ownerUrl, sql)).toBe(insufficientPrivilege);
    },
  );

  test('a superuser cannot empty the audit with a statement', async () => {
    for (const sql of [
      'truncate audit_events',
      'delete from audit_events',
      'truncate audit_events, accounts cascade',
    ])
      expect(await attack(postgres.adminUrl, sql)).toBe(insufficientPrivilege);
  });

  test.each([
    ['a year ago', `now() - interval '1 year'`],
    ['two hours ago', `now() - interval '2 hours'`],
    ['in two hours', `now() + interval '2 hours'`],
    ['never', `'infinity'`],
  ])('an audit event dated %s is refused [ASVS 16.4.2]', async (_when, at) => {
    expect(await attack(postgres.url, event(at))).toBe(checkViolation);
    expect(await attack(postgres.url, `set timezone = '<x>160'; ${event(at)}`)).toBe(checkViolation);
  });

  test('clock skew between processes is accepted', async () => {
    for (const at of ['now()', `now() - interval '10 minutes'`, `now() + interval '10 minutes'`])
      expect(await attack(postgres.url, event(at))).toBeUndefined();
  });

  test.each([
    'select audit_events_forget()',
    `set timezone = '<x>160'; select audit_events_forget()`,
    `create temp table audit_events (at timestamptz, recorded_at timestamptz); select audit_events_forget()`,
  ])('the pruning function removes no event of the last year: %s', async (sql) => {
    const client = new pg.Client({ connectionString: postgres.adminUrl });
    await client.connect();
    await client.query(
      `insert into audit_events (${columns}, recorded_at) select gen_random_uuid(), t, 'x', 'young', t
       from unnest(array[now() - interval '12 months' + interval '1 minute', now()]) t`,
    );
    await client.end();
    const before = await events();
    const thief = new pg.Client({ connectionString: postgres.url });
    await thief.connect();
    const [{ rows } = { rows: [] }] = [await thief.query(sql)].flat().slice(-1);
    await thief.end();
    expect(rows).toEqual([{ audit_events_forget: '0' }]);
    expect(await events()).toEqual(before);
  });
});
