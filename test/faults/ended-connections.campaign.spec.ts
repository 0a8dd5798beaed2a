import { RunningClock } from '../deployed/app-process.js';
import { type Rekey, startRekey } from '../flows/rekey.js';
import { byLength } from '../runner/length.js';
import { startPostgres, type TestPostgres } from '../runner/postgres.js';
import { app } from '../runner/template.js';
import type { App } from './ask.js';
import { Load } from './load.js';

const beside = byLength<Record<App, number>>(
  { recovery: 2, issuer: 1, console: 0, courier: 0 },
  { recovery: 2, issuer: 2, console: 2, courier: 2 },
);
const isShort = byLength(true, false);
/** People in each round whose codes have to arrive. */
const waiting = byLength(4, 12);

/** One way in which all connections to PostgreSQL end, as processes see it. */
interface Way {
  rounds: number;
  /** @returns how many connections it has ended, as far as it knows */
  end(): Promise<number>;
}

describe('database connections that end under load', () => {
  let postgres: TestPostgres;
  let rekey: Rekey;
  let load: Load;
  beforeAll(async () => {
    postgres = await startPostgres({ flags: ['-c', 'max_connections=400'] });
    rekey = await startRekey({
      clock: new RunningClock(),
      environment: {
        DATABASE_URL: postgres.url,
        DATABASE_OWNER_URL: postgres.ownerUrl,
        LOG_LEVEL: 'silent',
      },
    });
    load = new Load(rekey, { beside, callers: 24, persons: byLength(8, 24) });
    await load.prepare();
  });
  afterAll(async () => {
    await load?.end();
    await rekey?.close();
    await postgres.stop();
  });

  // Connections of the test itself have no name.
  const open = `from pg_stat_activity where datname = current_database() and application_name <> ''`;
  const terminate = async () => {
    const [row] = await rekey.sql(`select count(pg_terminate_backend(pid))::int as n ${open}`);
    return row.n as number;
  };
  const idle = ['idle_session_timeout', 'idle_in_transaction_session_timeout'];
  /** For the connections of the product, which are made anew. */
  const setForProduct = async (setting: (name: string) => string) => {
    for (const name of idle) await rekey.sql(`alter role ${app} ${setting(name)}`);
    return terminate();
  };
  const ways: Record<string, Way> = {
    'are terminated': { rounds: byLength(6, 12), end: terminate },
    'end when they are idle for a moment': {
      rounds: byLength(1, 2),
      async end() {
        await setForProduct((name) => `set ${name} = '100ms'`);
        for (let time = 0; time < 3; time++) await load.goesOn();
        return setForProduct((name) => `reset ${name}`);
      },
    },
    ...Object.fromEntries(
      (
        [
          ['fast', 'SIGINT'],
          ['immediate', 'SIGQUIT'],
          ['crash', 'SIGKILL'],
        ] as const
      ).map(([mode, signal]): [string, Way] => [
        `end in a restart: ${mode}`,
        {
          rounds: byLength(1, 2),
          async end() {
            const [row] = await rekey.sql(`select count(*)::int as n ${open}`);
            await postgres.kill(signal);
            await load.goesOn();
            await postgres.restart();
            return row.n;
          },
        },
      ]),
    ),
  };

  test.each(Object.entries(ways))(
    'that %s cause 503 with Retry-After and nothing else, end no process, and the service recovers',
    async (title, { rounds, end }) => {
      const names = Array.from(
        { length: rounds * waiting },
        (_, at) => `waits-${Object.keys(ways).indexOf(title)}-${at}`,
      );
      await load.begin(names);
      let ended = 0;
      for (let round = 0; round < rounds; round++) {
        await load.goesOn();
        ended += await end();
      }
      await load.goesOn();
      const { tally, wrong, accepted } = await load.end();
      expect(wrong).toEqual([]);
      expect(await load.dead()).toEqual([]);
      await load.recovers();
      // What was accepted arrives, also where the job was lost: the sweep finds it. A job that a courier could not finish is locked for half a
      // minute of real time, for which only the long form waits.
      if (isShort) await rekey.sql('delete from bullmq.job');
      rekey.clock.advance(31_000);
      await rekey.idle();
      const mails = await Promise.all(
        accepted.map(async (name) => (await rekey.codes(`${name}@example.com`)).length),
      );
      process.stdout.write(
        `${title}: ${ended} connections ended in ${rounds} rounds; answers ${JSON.stringify(tally)}; mails for ${accepted.length} accepted: ${mails}\n`,
      );
      expect(mails.filter((count) => count === 0)).toEqual([]);
      expect(accepted.length).toBeGreaterThan(0);
      if (!title.includes('idle')) {
        expect(ended).toBeGreaterThan(5 * rounds);
        expect(tally[503]).toBeGreaterThan(0);
      }
    },
  );

  /** The last test: it ends the processes. */
  test('while processes shut down, also without a database, each answer is whole, and each refusal says when to come again', async () => {
    await load.begin([], 'kept');
    await load.goesOn();
    await postgres.kill();
    await load.goesOn();
    const codes = await load.close();
    const { tally, wrong } = await load.end();
    await postgres.restart();
    expect(wrong).toEqual([]);
    expect(codes).toEqual(codes.map(() => 0));
    expect(tally[503]).toBeGreaterThan(0);
  });
});
