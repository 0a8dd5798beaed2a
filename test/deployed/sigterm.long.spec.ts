import { type AddressInfo, createServer, type Socket } from 'node:net';
import { until } from '../flows/rekey.js';
import { startRedis } from '../redis/redis-server.js';
import { freePort } from '../runner/free-port.js';
import { ada, type Deployment, startDeployment } from './deployment.js';

/** A mail server that takes a mail, and never says so. */
async function hungServer() {
  const sockets = new Set<Socket>();
  let mails = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.write('220 hung.example\r\n');
    let inData = false;
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').slice(0, -1)) {
        if (inData) {
          if (line === '.') mails += 1;
          inData = line !== '.';
          continue;
        }
        inData = line === 'DATA';
        socket.write(inData ? '354 go on\r\n' : '250 ok\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails: () => mails,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** SIGTERM of a courier, as an orchestrator sends it at every update. */
describe.each(['PostgreSQL', 'Redis'])('SIGTERM with mail under way, the queue on %s', (store) => {
  const ends: (() => unknown)[] = [];
  let rekey: Deployment;
  beforeAll(async () => {
    const environment: Record<string, string> = {};
    if (store === 'Redis') {
      const port = await freePort();
      const redis = await startRedis(port);
      ends.push(() => redis.kill());
      environment.REDIS_URL = `redis://127.0.0.1:${port}`;
    }
    rekey = await startDeployment(environment);
    ends.unshift(() => rekey.close());
    await rekey.put(ada);
  });
  afterAll(async () => {
    for (const end of ends) await end();
  });

  const rows = () =>
    rekey.sql<{ state: string; attempts: number }>(
      'select state, attempts from messages order by created_at',
    );
  const charged = async () =>
    (await rekey.sql<{ n: number }>('select sum(spent)::int as n from limit_counters'))[0]?.n;

  test('it ends with 0 before the orchestrator kills it; the next sends the same codes, charged once', async () => {
    const hung = await hungServer();
    ends.push(() => hung.close());
    expect(await rekey.end('courier')).toBe(0);
    await rekey.startAgain('courier', { SMTP_URL: hung.url });
    for (let at = 0; at < 3; at++) {
      const answer = await fetch(`${rekey.urls.recovery}/v1/recoveries`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ identifier: 'ada@example.com' }),
      });
      expect(answer.status).toBe(202);
    }
    await until('the mails to hang', async () => hung.mails() === 3 || undefined);
    const before = await charged();
    // With 1 it would have left by its own limit, before the work under way was over.
    expect(await rekey.end('courier')).toBe(0);
    expect((await rows()).map(({ state }) => state)).toEqual(['queued', 'queued', 'queued']);
    await rekey.startAgain('courier');
    await until('the mails', async () =>
      (await rows()).every(({ state }) => state === 'sent') ? true : undefined,
    );
    expect((await rows()).map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
    expect(rekey.mails()).toHaveLength(3);
    expect(await charged()).toBe(before);
  });
});
