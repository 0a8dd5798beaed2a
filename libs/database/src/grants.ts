import { onConnection } from './listened-client.js';
import { migrationLock } from './migrate.js';
import { type RolePrivileges, readPrivileges } from './privileges.js';
import {
  calledFunctions,
  queueLedger,
  queuePrivileges,
  queueSchema,
  type TablePrivileges,
  tablePrivileges,
} from './table-privileges.js';

/**
 * Gives the application role exactly the privileges of `tablePrivileges`, and revokes all others on our tables. Runs after the migrations, and
 * changes only what differs.
 *
 * @param ownerUrl of the role that owns the tables
 * @param url of the application role. PostgreSQL says who it is: a URL need not name it
 * @returns the privileges of the application role now; if both are one role, it keeps all privileges
 */
export async function grantPrivileges({
  ownerUrl,
  url,
}: {
  ownerUrl: string;
  url: string;
}): Promise<RolePrivileges> {
  const before = await onConnection(url, async (client) => readPrivileges((text) => client.query(text)));
  const isRight = before.missing.length === 0 && before.surplus.length === 0;
  if (isRight || before.ownsTables) return before;
  await onConnection(ownerUrl, async (client) => {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    for (const statement of grantsTo(client.escapeIdentifier(before.role))) await client.query(statement);
    await client.query('commit');
  });
  return onConnection(url, async (client) => readPrivileges((text) => client.query(text)));
}

/** @param role as an SQL identifier */
function grantsTo(role: string): string[] {
  const tables = Object.keys(tablePrivileges).map(inPublic).join(', ');
  return [
    `revoke all on table ${tables} from public, ${role}`,
    `revoke create on schema public, ${queueSchema} from ${role}`,
    `grant usage on schema public, ${queueSchema} to ${role}`,
    ...Object.entries(tablePrivileges).flatMap(([table, rights]) => grantsOn(inPublic(table), rights, role)),
    ...calledFunctions.map((name) => `grant execute on function ${inPublic(name)} to ${role}`),
    ...grantsOn(`all tables in schema ${queueSchema}`, queuePrivileges, role),
    `revoke insert, update, delete on ${queueSchema}.${queueLedger} from ${role}`,
    `grant usage on all sequences in schema ${queueSchema} to ${role}`,
  ];
}

const inPublic = (name: string): string => `public.${name}`;

const grantsOn = (
  table: string,
  { rights, insertColumns, updateColumns }: TablePrivileges,
  role: string,
): string[] => [
  `grant ${rights.join(', ')} on ${table} to ${role}`,
  ...(insertColumns ? [`grant insert (${insertColumns.join(', ')}) on ${table} to ${role}`] : []),
  ...(updateColumns ? [`grant update (${updateColumns.join(', ')}) on ${table} to ${role}`] : []),
];
