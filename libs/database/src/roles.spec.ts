import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { administer } from '../../../test/runner/postgres.js';
import { app, owner } from '../../../test/runner/template.js';
import {
  type Database,
  grantPrivileges,
  makeRoles,
  openDatabase,
  statement,
  tablePrivileges,
} from './index.js';
import { sql } from './sql-text.js';

interface Row {
  name: string;
  owner: string;
}

describe('the roles of the database', () => {
  let postgres: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    postgres = await createDatabase();
    database = await openDatabase({ url: postgres.url, name: 'spec' });
  });
  afterAll(async () => {
    await database.close();
    await postgres.drop();
  });

  const relations = statement(
    'spec_relations',
    sql`select n.nspname || '.' || c.relname as name, pg_get_userbyid(c.relowner) as owner
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'bullmq') and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') order by 1`,
  );

  test('table-rights.ts lists every table: add a new one, with the rights that its work needs', async () => {
    const names = (await database.query<Row>(relations))
      .map(({ name }) => name.replace('public.', ''))
      .filter((name) => !name.startsWith('bullmq.') && !name.endsWith('_seq'));
    expect(Object.keys(tablePrivileges).sort()).toEqual(names);
  });

  test('the working role owns nothing and has exactly the listed rights', async () => {
    expect(await database.rights()).toEqual({ role: app, ownsTables: false, missing: [], surplus: [] });
    const owners = new Set((await database.query<Row>(relations)).map((row) => row.owner));
    expect([...owners]).toEqual([owner]);
  });

  test('a missing right is named at the start and by readiness', async () => {
    await administer(postgres.adminUrl, `revoke update on accounts from ${app}`);
    const lacks = `DATABASE_URL: its role ${app} lacks update on accounts; run "npm run migrate" with DATABASE_OWNER_URL`;
    await expect(database.ready()).rejects.toThrow(lacks);
    await expect(openDatabase({ url: postgres.url, name: 'early' })).rejects.toThrow(lacks);
    await administer(postgres.adminUrl, `revoke select on schema_migrations from ${app}`);
    await expect(openDatabase({ url: postgres.url, name: 'early' })).rejects.toThrow(
      'lacks update on accounts, select on schema_migrations',
    );
    await grantPrivileges(postgres);
    await database.ready();
  });

  test.each([
    [`grant truncate on accounts to ${app}`, ['may truncate on accounts']],
    [`grant update on audit_events to ${app}`, ['may update on audit_events']],
    [`grant insert (recorded_at) on audit_events to ${app}`, ['may insert on audit_events']],
    ['grant delete on audit_events to public', ['may delete on audit_events']],
    [`grant insert on bullmq.migration to ${app}`, ['may insert on bullmq.migration']],
    [`grant create on schema public to ${app}`, ['may create on schema public']],
  ])('an excess right is named, and migrating removes it: %s', async (grant, surplus) => {
    // Granted by the owner, as a person would.
    await administer(postgres.ownerUrl, grant);
    expect((await database.rights()).surplus).toEqual(surplus);
    expect(await grantPrivileges(postgres)).toMatchObject({ missing: [], surplus: [] });
  });

  test('a superuser and an owner are named when they run the service', async () => {
    const told: string[][] = [];
    const onExcessPrivileges = (rights: string[]) => told.push(rights);
    for (const url of [postgres.adminUrl, postgres.ownerUrl, postgres.url])
      await (await openDatabase({ url, name: 'spec', onExcessPrivileges })).close();
    expect(told).toEqual([
      [
        'is a superuser',
        'owns its tables',
        'makes roles',
        'makes databases',
        'replicates',
        'bypasses row security',
        'runs programs on the server',
        'writes files on the server',
      ],
      ['owns its tables'],
    ]);
  });

  test('data from before there were roles go to the owner, without a lost row', async () => {
    const old = await createDatabase();
    const superuser = await openDatabase({ url: old.adminUrl, name: 'spec', anySchema: true });
    await superuser.dataSource.query(
      `insert into signing_keys values ('kept', 'access_token', 'ES256', '', '{}', now(), 1, now());
       create table products (id int)`,
    );
    const mine = await superuser.query<{ what: string }>(
      statement(
        'spec_alters',
        sql`select format('alter %s %s owner to rekey', case relkind when 'S' then 'sequence' else 'table' end, oid::regclass) as what
         from pg_class where relnamespace in ('public'::regnamespace, 'bullmq'::regnamespace) and relkind in ('r', 'S')
           and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'a')
         union all select format('alter routine %s owner to rekey', oid::regprocedure) from pg_proc
         where pronamespace in ('public'::regnamespace, 'bullmq'::regnamespace)`,
      ),
    );
    for (const { what } of mine) await superuser.dataSource.query(what);
    await superuser.dataSource.query(
      `alter schema bullmq owner to rekey; revoke all on all tables in schema public, bullmq from ${app};
       revoke all on schema bullmq from ${app}; grant all on schema public to public`,
    );
    await expect(openDatabase({ url: old.url, name: 'early' })).rejects.toThrow(
      /lacks delete on accounts, .* more; run/,
    );

    for (let times = 0; times < 2; times++) {
      await makeRoles(old);
      expect(await grantPrivileges(old)).toMatchObject({ missing: [], surplus: [] });
    }
    const worker = await openDatabase({ url: old.url, name: 'spec' });
    expect(await worker.query(statement('spec_kid', sql`select kid from signing_keys`))).toEqual([
      { kid: 'kept' },
    ]);
    const others = (await worker.query<Row>(relations)).filter((row) => row.owner !== owner);
    // A table of another product in the same schema is not ours.
    expect(others).toEqual([{ name: 'public.products', owner: 'rekey' }]);
    await worker.close();
    await superuser.close();
    await old.drop();
  });

  test.each([
    [{ url: 'postgres://db/rekey' }, 'DATABASE_URL: names no user'],
    [{ url: 'postgres://rekey_owner:x@db/rekey' }, 'two of them name the same role'],
    [{ url: 'postgres://rekey_app:x@db/other' }, 'two databases'],
  ])('URLs that contradict each other are refused before anything is done: %j', async (wrong, sentence) => {
    await expect(makeRoles({ ...postgres, ...wrong })).rejects.toThrow(sentence);
  });
});
