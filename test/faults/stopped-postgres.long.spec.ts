import { newHousehold, startRekey, until } from '../flows/rekey.js';
import { startPostgres } from '../runner/postgres.js';

/** A PostgreSQL that is there and says nothing: SIGSTOP, or a network that loses every packet. */
test('while PostgreSQL is stopped, readiness says so, the process is alive, and afterwards all is well', async () => {
  const postgres = await startPostgres();
  const { url, ownerUrl, adminUrl } = postgres;
  const rekey = await startRekey({
    environment: { DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl, LOG_LEVEL: 'silent' },
  });
  const bases = Object.values(rekey.settings.urls);
  const ask = async (path: string) => {
    const answers = bases.map(async (base) => {
      const response = await fetch(`${base}${path}`);
      return { status: response.status, ...JSON.parse(await response.text()) };
    });
    return Promise.all(answers);
  };
  const rows = await rekey.sql(
    `select pid from pg_stat_activity union select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int`,
  );
  const pids: number[] = rows.map(({ pid }) => pid);
  const signal = (name: NodeJS.Signals) => {
    for (const pid of pids)
      try {
        process.kill(pid, name);
      } catch {
        // A background process may have ended.
      }
  };
  expect(adminUrl).not.toBe(url);
  try {
    signal('SIGSTOP');
    const away = await ask('/health/ready');
    for (const answer of away) {
      expect(answer).toMatchObject({ status: 'unavailable' });
      expect(answer.failing).toEqual(expect.arrayContaining(['database', 'schema']));
    }
    expect(away[0].failing).toContain('queue');
    expect(await ask('/health/live')).toEqual(bases.map(() => ({ status: 'ok' })));
  } finally {
    signal('SIGCONT');
  }
  await until('every process to be ready', async () => {
    const answers = await ask('/health/ready');
    return answers.every(({ status }) => status === 'ok') || undefined;
  });
  newHousehold();
  const started = await rekey.call('POST', `${rekey.settings.urls.recovery}/v1/recoveries`, {
    json: { identifier: 'ada@example.com' },
  });
  expect(started.status).toBe(202);
  await rekey.close();
  await postgres.stop();
});
