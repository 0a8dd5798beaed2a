import { newHousehold, until, useRekey } from '../flows/rekey.js';

/** Readiness says no where a request would fail, and names what is away; each row is an operator's mistake. */
describe('what a process needs is gone', () => {
  const rekey = useRekey({ environment: { LOG_LEVEL: 'silent' } });
  const ask = async (app: 'recovery' | 'issuer' | 'console', path: string) => {
    const { status, headers, body } = await rekey.call('GET', `${rekey.settings.urls[app]}${path}`);
    return { status, retryAfter: headers.get('retry-after'), ...body };
  };
  const ready = (app: 'recovery' | 'issuer' | 'console') => ask(app, '/health/ready');
  const no = (...failing: string[]) => ({ status: 'unavailable', retryAfter: '5', failing });
  const start = () =>
    rekey.call('POST', `${rekey.settings.urls.recovery}/v1/recoveries`, {
      json: { identifier: 'a@example.com' },
    });

  test.each([
    [
      'the schema of the queue',
      'alter schema bullmq rename to elsewhere',
      'alter schema elsewhere rename to bullmq',
      { recovery: ['queue'], issuer: [], console: [] },
      503,
    ],
    [
      'the right to the functions of the queue',
      'revoke usage on schema bullmq from rekey_app',
      'grant usage on schema bullmq to rekey_app',
      { recovery: ['database', 'queue'], issuer: ['database'], console: ['database'] },
      503,
    ],
    [
      'a migration',
      `update schema_migrations set name = 'Another' where name = (select max(name) from schema_migrations)`,
      `update schema_migrations set name = (select current_setting('rekey.removed')) where name = 'Another'`,
      { recovery: ['schema'], issuer: ['schema'], console: ['schema'] },
      202,
    ],
    [
      'a table',
      'alter table recoveries rename to elsewhere',
      'alter table elsewhere rename to recoveries',
      { recovery: ['schema'], issuer: ['schema'], console: ['schema'] },
      503,
    ],
    [
      'a column, as of a later release',
      'alter table accounts rename column status to elsewhere',
      'alter table accounts rename column elsewhere to status',
      { recovery: ['schema'], issuer: ['schema'], console: ['schema'] },
      202,
    ],
    [
      'the table of the signing keys',
      'alter table signing_keys rename to elsewhere',
      'alter table elsewhere rename to signing_keys',
      { recovery: ['schema', 'signing_keys'], issuer: ['schema', 'signing_keys'], console: ['schema'] },
      202,
    ],
  ])('%s: each process says so, and a start is never 500', async (_what, take, putBack, failing, started) => {
    newHousehold();
    const [{ name }] = await rekey.sql('select max(name) as name from schema_migrations');
    await rekey.sql(take);
    // What a process has read of its signing keys is used for ten minutes.
    rekey.clock.advance(600_001);
    for (const app of ['recovery', 'issuer', 'console'] as const) {
      const names = failing[app];
      expect([app, await ready(app)]).toEqual([
        app,
        names.length > 0 ? expect.objectContaining(no(...names)) : expect.objectContaining({ status: 'ok' }),
      ]);
      expect(await ask(app, '/health/live')).toMatchObject({ status: 'ok' });
    }
    const { status, headers } = await start();
    expect([status, headers.get('retry-after')]).toEqual([started, started === 503 ? '5' : null]);
    await rekey.sql(putBack.replace(`(select current_setting('rekey.removed'))`, `'${name}'`));
    await until('the process to be ready', async () => {
      for (const app of ['recovery', 'issuer', 'console'] as const)
        if ((await ready(app)).status !== 'ok') return undefined;
      return true;
    });
    expect((await start()).status).toBe(202);
  });
});
