import { prepareSchema } from '@rekey/database';
import { migrateQueue } from '@rekey/queue';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { administer } from '../runner/postgres.js';
import { app, owner, superuser } from '../runner/template.js';
import { startRekey } from './rekey.js';
import { wholeRecovery, withSweeps } from './whole-recovery.js';

/** Defaults that operators give a role or a database, each with a value that breaks programs. */
const defaults = {
  search_path: 'elsewhere',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  datestyle: `'SQL, DMY'`,
  intervalstyle: 'sql_standard',
  timezone: `'America/St_Johns'`,
  bytea_output: 'escape',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  row_security: 'off',
  client_encoding: `'LATIN1'`,
  quote_all_identifiers: 'on',
  idle_in_transaction_session_timeout: `'5min'`,
  statement_timeout: `'5min'`,
  lock_timeout: `'5min'`,
  plan_cache_mode: 'force_custom_plan',
};

/** Tables of the same names where a statement that trusts `search_path` would look. */
const decoys = ['accounts', 'addresses', 'recoveries', 'messages', 'sessions', 'schema_migrations', 'job'];

test.each([
  ['database', (name: string) => `alter database ${name}`],
  [
    'roles',
    (name: string) => `alter role ${app} in database ${name}; alter role ${owner} in database ${name}`,
  ],
])(
  'on a database whose %s have other defaults, a new schema and a whole recovery work',
  async (_whose, alter) => {
    const postgres: TestDatabase = await createDatabase({ migrated: false });
    try {
      const { pathname } = new URL(postgres.url);
      // Where the defaults do not apply to us.
      const server = Object.assign(new URL(postgres.adminUrl), { pathname: '/postgres' }).href;
      await administer(
        postgres.adminUrl,
        `create schema elsewhere; grant usage on schema elsewhere to public;
       ${decoys.map((name) => `create table elsewhere.${name} (id text, name text); grant all on elsewhere.${name} to public;`).join('\n')}`,
      );
      for (const [name, value] of Object.entries(defaults))
        await administer(
          server,
          alter(pathname.slice(1))
            .split(';')
            .map((target) => `${target} set ${name} = ${value}`)
            .join(';'),
        );
      await administer(
        server,
        `alter role ${superuser} in database ${pathname.slice(1)} set search_path = public;
         alter role ${superuser} in database ${pathname.slice(1)} set default_transaction_read_only = off`,
      );
      const { rights } = await prepareSchema(postgres, migrateQueue);
      expect(rights).toMatchObject({ missing: [], surplus: [] });
      const rekey = await startRekey(withSweeps(postgres.url));
      try {
        await wholeRecovery(rekey, 'mira');
      } finally {
        await rekey.close();
      }
    } finally {
      await postgres.drop();
    }
  },
);
