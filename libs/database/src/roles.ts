import { readConnectionString } from '@rekey/kernel';
import { type ListenedClient, onConnection } from './listened-client.js';
import { formerTables } from './migrations/former-tables.js';
import { queueSchema, tablePrivileges } from './table-privileges.js';

/** The URLs of one PostgreSQL for each of its three roles. `ownerUrl` and `url` name the same database. */
export interface RoleUrls {
  /** A superuser, which creates the other two and is needed for nothing else. */
  adminUrl: string;
  /** Owns the tables and migrates them. */
  ownerUrl: string;
  /** The application role, which uses them. */
  url: string;
}

interface Login {
  name: string;
  password: string;
}

/**
 * Creates the database, its owner and its application role, with the names and passwords in their URLs, or brings them up to date. Our
 * tables and those of the queue that another role owned, as a superuser did before there were roles, belong to the owner from then on. Safe
 * to repeat.
 *
 * @throws when a URL names no user, or two URLs name the same one, in words that name the setting
 */
export async function makeRoles({ adminUrl, ownerUrl, url }: RoleUrls): Promise<void> {
  const owner = loginIn('DATABASE_OWNER_URL', ownerUrl);
  const worker = loginIn('DATABASE_URL', url);
  const admin = loginIn('DATABASE_ADMIN_URL', adminUrl);
  if (new Set([owner.name, worker.name, admin.name]).size < 3)
    throw new Error(
      'DATABASE_ADMIN_URL, DATABASE_OWNER_URL and DATABASE_URL: two of them name the same role; allowed: three roles',
    );
  const { database = '' } = readConnectionString(ownerUrl);
  if (database === '' || readConnectionString(url).database !== database)
    throw new Error('DATABASE_OWNER_URL and DATABASE_URL: two databases; allowed: two roles in one database');

  await asAdmin(adminUrl, async (client) => {
    for (const login of [owner, worker]) await makeRole(client, login);
    const known = await client.query('select from pg_database where datname = $1', [database]);
    const [name, ownerName] = [client.escapeIdentifier(database), client.escapeIdentifier(owner.name)];
    await client.query(
      known.rowCount
        ? `alter database ${name} owner to ${ownerName}`
        : `create database ${name} owner ${ownerName}`,
    );
  });
  await asAdmin(adminUrl, (client) => bringOver(client, client.escapeIdentifier(owner.name)), database);
}

function loginIn(setting: string, url: string): Login {
  const { user, password = '' } = readConnectionString(url);
  if (!user) throw new Error(`${setting}: names no user; allowed: a postgres:// URL with user and password`);
  return { name: user, password };
}

const asAdmin = (
  url: string,
  work: (client: ListenedClient) => Promise<void>,
  database?: string,
): Promise<void> =>
  onConnection(
    url,
    async (client) => {
      // A statement that sets a password must not appear in the server's log.
      await client.query(`set log_statement = 'none'`);
      await client.query(`set log_min_error_statement = 'panic'`);
      // The names that the statements below get from PostgreSQL lack `public`.
      await client.query('set search_path = public');
      await work(client);
    },
    database,
  );

async function makeRole(client: ListenedClient, { name, password }: Login): Promise<void> {
  const role = client.escapeIdentifier(name);
  const known = await client.query('select from pg_roles where rolname = $1', [name]);
  await client.query(
    `${known.rowCount ? 'alter' : 'create'} role ${role} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
     password ${password ? client.escapeLiteral(password) : 'null'}`,
  );
}

/** Our relations in `public`, and the whole schema of the queue. What other products have in `public` stays theirs. */
const ownedByOthers = `
with ours as (
  select c.oid, c.relname as name, n.nspname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = '${queueSchema}' or n.nspname = 'public' and c.relname = any($1)
)
select case relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end
  || format(' %I.%I', nspname, name) as what
from ours where relkind in ('r', 'p', 'v', 'S')
  -- The sequence of a column is moved with its table.
  and not exists (select from pg_depend d where d.objid = ours.oid and d.deptype in ('a', 'i'))
union all
select 'routine ' || p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where n.nspname = '${queueSchema}' or n.nspname = 'public' and (p.proname like 'audit\\_events\\_%' or p.proname like 'override\\_requests\\_%')
union all
select format('type %I.%I', n.nspname, t.typname) from pg_type t join pg_namespace n on n.oid = t.typnamespace
where n.nspname = '${queueSchema}' and t.typtype in ('e', 'd')
union all
select format('schema %I', nspname) from pg_namespace where nspname = '${queueSchema}'`;

/** @param owner as an SQL identifier */
async function bringOver(client: ListenedClient, owner: string): Promise<void> {
  await client.query('begin');
  // Before PostgreSQL 15 everybody could create tables there.
  await client.query('revoke create on schema public from public');
  await client.query(`grant usage, create on schema public to ${owner}`);
  const { rows } = await client.query<{ what: string }>(ownedByOthers, [
    [...Object.keys(tablePrivileges), ...formerTables],
  ]);
  for (const { what } of rows) await client.query(`alter ${what} owner to ${owner}`);
  await client.query('commit');
}
