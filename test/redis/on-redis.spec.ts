import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openQueue } from '@rekey/queue';
import { Redis } from 'ioredis';
import { codeIn, newHousehold, type Rekey, startRekey, until } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { freePort } from '../runner/free-port.js';
import { startRedis } from './redis-server.js';

/** The same queue on Redis: the jobs are there, the row is still the truth. Needs redis-server. */
describe('the queue on Redis', () => {
  let server: ChildProcess;
  let port: number;
  let rekey: Rekey;
  beforeAll(async () => {
    port = await freePort();
    server = await startRedis(port);
    rekey = await startRekey({ environment: { REDIS_URL: `redis://127.0.0.1:${port}`, LOG_LEVEL: 'fatal' } });
  });
  afterAll(async () => {
    await rekey?.close();
    server.kill();
  });

  test('a recovery works from its start to its notification', async () => {
    newHousehold();
    const story = new Story(rekey);
    expect((await story.proveBy('ada@example.com')).status).toBe(200);
    expect((await story.complete()).status).toBe(201);
    expect((await rekey.message('ada@example.com', 2)).subject).toContain('recovered');
    const [row] = await rekey.sql('select count(*)::int as n from bullmq.job');
    expect(row.n).toBe(0);
  });

  test('rate limits are counted in Redis; attempts and codes are not, because they must survive an empty Redis', async () => {
    newHousehold();
    rekey.clock.advance(600_000);
    const statuses: number[] = [];
    for (let n = 0; n < 33; n++)
      statuses.push((await new Story(rekey).start({ identifier: `person${n}@example.com` })).status);
    expect(statuses.slice(0, 30).every((status) => status === 202)).toBe(true);
    expect(statuses.slice(30)).toEqual([429, 429, 429]);
    const sessions = `${rekey.settings.urls.issuer}/v1/sessions`;
    for (let n = 0; n < 33; n++)
      await rekey.call('POST', sessions, {
        json: { identifier: `person${n}@example.com`, password: 'wrong' },
      });
    const exceeded = await rekey.sql(
      `select detail->>'policy' as policy from audit_events where event = 'excess_rate_limit_exceeded' order by 1`,
    );
    expect(exceeded).toEqual([{ policy: 'sign-ins' }, { policy: 'starts' }]);
    const redis = new Redis(port);
    const counted = await redis.keys('rekey:*');
    expect(counted.some((key) => key.startsWith('rekey:starts:'))).toBe(true);
    expect(counted.join()).not.toContain('rekey:codes');
    expect(counted.join()).not.toMatch(/@|example|198\.51|10\./);
    newHousehold();
    const story = new Story(rekey);
    await story.start({ identifier: 'ada@example.com' });
    await rekey.idle();
    for (let guess = 0; guess < 5; guess++) expect((await story.prove('00000000')).status).toBe(422);
    await redis.flushall();
    await redis.quit();
    expect((await story.prove('00000000')).status).toBe(429);
    for (let at = 0; at < 5; at++) {
      newHousehold();
      await new Story(rekey).start({ identifier: 'ada@example.com' });
    }
    await rekey.idle();
    const [limited] = await rekey.sql(`select count(*)::int as n from messages where reason = 'limited'`);
    expect(limited.n).toBe(1);
    const [paid] = await rekey.sql('select count(*)::int as parties from guess_odds where odds > 0');
    expect(paid.parties).toBeGreaterThanOrEqual(2);
  });

  test('a Redis that refuses our password is reported at once', async () => {
    const locked = await freePort();
    const other = await startRedis(locked, ['--save', '', '--requirepass', 'right']);
    const open = (userinfo: string) =>
      openQueue(
        { database: {} as never, redisUrl: `redis://${userinfo}127.0.0.1:${locked}` },
        () => undefined,
      );
    for (const userinfo of [':wrong@', ''])
      await expect(open(userinfo)).rejects.toThrow('REDIS_URL: Redis refuses this user or password');
    await (await open(':right@')).close();
    other.kill();
  });

  test.each<[title: string, away: (redis: Redis) => unknown, back: (redis: Redis) => unknown]>([
    ['stopped', () => server.kill('SIGSTOP'), () => server.kill('SIGCONT')],
    ['a replica', (redis) => redis.replicaof('127.0.0.1', 1), (redis) => redis.replicaof('NO', 'ONE')],
    [
      'full',
      (redis) => redis.config('SET', 'maxmemory', '1'),
      (redis) => redis.config('SET', 'maxmemory', '0'),
    ],
  ])('while Redis is %s, readiness says so and a start is accepted', async (_title, away, back) => {
    newHousehold();
    rekey.clock.advance(600_000);
    const redis = new Redis(port);
    const ask = (path: string) => rekey.call('GET', `${rekey.settings.urls.recovery}${path}`);
    await away(redis);
    try {
      const { status, headers, body } = await ask('/health/ready');
      expect([status, headers.get('retry-after'), body]).toEqual([
        503,
        '5',
        { status: 'unavailable', failing: ['queue'] },
      ]);
      expect((await ask('/health/live')).status).toBe(200);
      expect((await new Story(rekey).start({ identifier: 'nobody@example.com' })).status).toBe(202);
    } finally {
      await back(redis);
    }
    await until('Redis to be back', async () => (await ask('/health/ready')).status === 200 || undefined);
    redis.disconnect();
  });

  test('without Redis a start is still accepted; after an empty Redis returns, the message goes out once', async () => {
    newHousehold();
    rekey.clock.advance(600_000);
    server.kill('SIGKILL');
    await once(server, 'exit');
    const story = new Story(rekey);
    expect((await story.start({ identifier: 'mei@example.com' })).status).toBe(202);
    expect(await rekey.codes('mei@example.com')).toEqual([]);
    server = await startRedis(port);
    rekey.clock.advance(31_000);
    const message = await until('the message', async () => (await rekey.codes('mei@example.com'))[0]);
    expect((await story.prove(codeIn(message))).status).toBe(200);
    expect(await rekey.codes('mei@example.com')).toHaveLength(1);
  });
});
