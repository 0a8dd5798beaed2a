import { prepareSchema } from '@rekey/database';
import { migrateQueue } from '@rekey/queue';
import { createDatabase } from '../runner/database.js';
import { pgbouncerVersion, startPgBouncer } from '../servers/pgbouncer.js';
import { people } from './people.js';
import { startRekey } from './rekey.js';
import { wholeRecovery, withSweeps } from './whole-recovery.js';

const version = pgbouncerVersion();
/** Needs PgBouncer; from 1.21 on it follows prepared statements. */
const followed = ['pool_mode = transaction', 'max_prepared_statements = 200'];

const modes: [string, { least: number; settings: string[] }][] = [
  ['session mode', { least: 1.18, settings: ['pool_mode = session', 'default_pool_size = 60'] }],
  ['transaction mode, without prepared statements', { least: 1.18, settings: ['pool_mode = transaction'] }],
  ['transaction mode, with prepared statements', { least: 1.21, settings: followed }],
  [
    'transaction mode, with few connections that do not live long',
    { least: 1.21, settings: [...followed, 'default_pool_size = 3', 'server_lifetime = 1'] },
  ],
];

test.each(modes)(
  'through PgBouncer in %s, a new schema and many recoveries work',
  async (mode, { least, settings }) => {
    if (version === undefined || version < least) {
      process.stdout.write(
        `PgBouncer in ${mode} is not tried: it takes ${least}, and ${version ?? 'none'} is here\n`,
      );
      return;
    }
    const postgres = await createDatabase({ migrated: false });
    const pooler = await startPgBouncer({ url: postgres.url, settings });
    try {
      const url = pooler.through(postgres.url);
      const { rights } = await prepareSchema(
        { url, ownerUrl: pooler.through(postgres.ownerUrl) },
        migrateQueue,
      );
      expect(rights).toMatchObject({ missing: [], surplus: [] });
      const rekey = await startRekey(withSweeps(url));
      const who = people(rekey);
      try {
        await Promise.all(
          ['mira', 'noor', 'omar', 'pia', 'quin', 'rosa'].map((id) => wholeRecovery(rekey, id, who)),
        );
      } finally {
        await rekey.close();
      }
    } finally {
      await pooler.stop();
      await postgres.drop();
    }
  },
);
