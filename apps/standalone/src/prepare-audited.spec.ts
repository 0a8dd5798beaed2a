import { systemClock } from '@rekey/kernel';
import pg from 'pg';
import { createDatabase } from '../../../test/runner/database.js';
import { prepareAudited } from './prepare-audited.js';

test('migrations are audited once, by the process that ran them', async () => {
  const database = await createDatabase({ migrated: false });
  const admin = new pg.Client({ connectionString: database.adminUrl });
  try {
    await admin.connect();
    const urls = { url: database.url, ownerUrl: database.ownerUrl };
    const all = await Promise.all([1, 2].map(() => prepareAudited(urls, systemClock)));
    await prepareAudited(urls, systemClock);
    const { rows } = await admin.query('select event, actor, detail from audit_events');
    const migrations = all.flatMap(({ done }) => done);
    expect(migrations.length).toBeGreaterThan(1);
    expect(rows).toEqual([{ event: 'schema_migrated', actor: 'system', detail: { migrations } }]);
  } finally {
    await admin.end();
    await database.drop();
  }
});
