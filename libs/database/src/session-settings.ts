/**
 * What a connection needs, whatever the role, the database or the server have as defaults. Other settings are left as the operator wants
 * them, such as `statement_timeout`.
 *
 * The name, the value, and a pattern (SQL `like`) of the values that do.
 */
const needed: readonly [name: string, value: string, fits?: string][] = [
  // The transactions are written for it: they lock a row and then read it.
  ['default_transaction_isolation', 'read committed'],
  ['default_transaction_read_only', 'off'],
  ['default_transaction_deferrable', 'off'],
  // In these forms node-postgres reads values.
  ['datestyle', 'ISO, MDY', 'ISO%'],
  ['intervalstyle', 'postgres'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '1'],
  ['timezone', 'UTC'],
  // Statements are written in this dialect.
  ['standard_conforming_strings', 'on'],
  ['array_nulls', 'on'],
  ['transform_null_equals', 'off'],
];

const rows = needed.map(([name, value, fits = value]) => `('${name}', '${value}', '${fits}')`);

/**
 * A transaction whose client the network has lost would keep its locks until the server's TCP notices, two hours later by default. A limit of
 * the operator's stays. No transaction waits for its client for that long.
 */
const abandonedAfter = '30s';

/**
 * Sets what differs, after connecting: a pooler refuses such settings while connecting. Nothing relies on `search_path`; a pooler in
 * transaction mode gives each transaction another session, and of these settings only those that PostgreSQL reports follow the client there.
 */
export const sessionSettings = `select set_config(needed.name, needed.value, false)
from (values ${rows.join(', ')}) as needed (name, value, fits)
where not pg_catalog.current_setting(needed.name) like needed.fits
union all select set_config('idle_in_transaction_session_timeout', '${abandonedAfter}', false)
where pg_catalog.current_setting('idle_in_transaction_session_timeout') = '0'`;

/** For migrations: in a transaction, which a limit for requests must not end, and on the tables in `public`. */
export const migrationSettings = `select set_config(needed.name, needed.value, true)
from (values ('search_path', 'public'), ('statement_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
  ('transaction_timeout', '0')) as needed (name, value)
where exists (select from pg_catalog.pg_settings s where s.name = needed.name)`;
