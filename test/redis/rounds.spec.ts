import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { RunningClock } from '../deployed/app-process.js';
import { Load } from '../faults/load.js';
import { newHousehold, type Rekey, startRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { freePort } from '../runner/free-port.js';
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.js';
import { startRedis } from './redis-server.js';

const rounds = 3;
/** People in each round whose codes have to arrive. */
const waiting = 4;

/** Everything that can happen to the connections to Redis, under load. */
describe('Redis connections that end under load', () => {
  let port: number;
  let server: ChildProcess;
  let proxy: CuttingProxy;
  let rekey: Rekey;
  let load: Load;
  beforeAll(async () => {
    port = await freePort();
    server = await startRedis(port);
    proxy = await startCuttingProxy({ host: '127.0.0.1', port });
    const environment = { REDIS_URL: `redis://127.0.0.1:${proxy.port}`, LOG_LEVEL: 'silent' };
    rekey = await startRekey({ clock: new RunningClock(), environment });
    load = new Load(rekey, {
      beside: { recovery: 2, issuer: 1, console: 0, courier: 1 },
      callers: 16,
      persons: 8,
      environment: { REDIS_URL: environment.REDIS_URL },
    });
    await load.prepare();
  });
  afterAll(async () => {
    server.kill('SIGCONT');
    await load?.end();
    await rekey?.close();
    await proxy.close();
    server.kill('SIGKILL');
  });

  /** Talks to Redis beside the proxy. */
  const tell = async (work: (redis: Redis) => Promise<unknown>) => {
    const redis = new Redis(port);
    await work(redis);
    redis.disconnect();
  };
  /** While it lasts, callers go on. */
  const during = async (begin: () => unknown, end: () => unknown) => {
    await begin();
    for (let time = 0; time < 2; time++) await load.goesOn();
    await end();
  };
  const killed = async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  const startedAgain = async () => {
    server = await startRedis(port);
  };
  const set = (name: string, value: string) => () => tell((redis) => redis.config('SET', name, value));

  test.each<[string, () => Promise<unknown>]>([
    ['are killed', () => tell((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))],
    ['are reset', async () => proxy.cut('reset')],
    ['end with bytes of no protocol', async () => proxy.cut('garbage')],
    ['end when they are idle for a second', () => during(set('timeout', '1'), set('timeout', '0'))],
    ['end with Redis, which comes back empty', () => during(killed, startedAgain)],
    [
      'get no answer for a while',
      () =>
        during(
          () => server.kill('SIGSTOP'),
          () => server.kill('SIGCONT'),
        ),
    ],
    ['lose every packet', async () => proxy.cut('silence')],
    ['lead to a Redis that is full', () => during(set('maxmemory', '1'), set('maxmemory', '0'))],
    [
      'lead to a replica',
      () =>
        during(
          () => tell((redis) => redis.replicaof('127.0.0.1', 1)),
          () => tell((redis) => redis.replicaof('NO', 'ONE')),
        ),
    ],
  ])('that %s end no process, a start is 202 or 503, and what is accepted arrives', async (title, end) => {
    const names = Array.from(
      { length: rounds * waiting },
      (_, at) => `waits-${title.replaceAll(/[^a-z]/g, '')}-${at}`,
    );
    await load.begin(names);
    for (let round = 0; round < rounds; round++) {
      await load.goesOn();
      await end();
    }
    await load.goesOn();
    const { tally, wrong, accepted } = await load.end();
    expect(wrong).toEqual([]);
    expect(await load.dead()).toEqual([]);
    await load.recovers();
    rekey.clock.advance(31_000);
    await rekey.idle();
    const mails = await Promise.all(
      accepted.map(async (name) => (await rekey.codes(`${name}@example.com`)).length),
    );
    process.stdout.write(
      `${title}: answers ${JSON.stringify(tally)}; mails for ${accepted.length} accepted: ${mails}\n`,
    );
    expect(accepted.length).toBeGreaterThan(0);
    expect(mails.filter((count) => count === 0)).toEqual([]);
  });

  test('limits that Redis counts are counted elsewhere while it is away, and none is skipped', async () => {
    await killed();
    newHousehold();
    const statuses: number[] = [];
    for (let at = 0; at < 31; at++)
      statuses.push((await new Story(rekey).start({ identifier: `flood-${at}@example.com` })).status);
    expect(statuses).toEqual([...Array(30).fill(202), 429]);
    await startedAgain();
  });
});
