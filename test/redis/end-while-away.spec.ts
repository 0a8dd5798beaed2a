import { type ChildProcess } from 'node:child_process';
import { type JobHandlers, jobs, openQueue, startWorkers } from '@rekey/queue';
import { freePort } from '../runner/free-port.js';
import { startRedis } from './redis-server.js';

const signal = (): [Promise<void>, () => void] => {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return [given, give];
};

/** A process can end while Redis is away: what is in flight finishes, and nothing waits for Redis to come back. */
describe('an end while Redis is away', () => {
  let server: ChildProcess;
  afterEach(async () => {
    server.kill('SIGCONT');
    server.kill('SIGKILL');
  });

  const killed = async (noticed: Promise<void>) => {
    server.kill('SIGKILL');
    await noticed;
  };
  const stopped = async () => void server.kill('SIGSTOP');

  test.each([
    ['ended, and nothing in flight', killed, false],
    ['ended, and a delivery in flight', killed, true],
    ['silent, and nothing in flight', stopped, false],
    ['silent, and a delivery in flight', stopped, true],
  ])('%s', async (_title, away, inFlight) => {
    const port = await freePort();
    server = await startRedis(port);
    const backend = { database: {} as never, redisUrl: `redis://127.0.0.1:${port}` };
    const queue = await openQueue(backend, () => undefined);
    const [begun, begin] = signal();
    const [mayFinish, finish] = signal();
    const [noticed, notice] = signal();
    const told: string[] = [];
    const handlers = Object.fromEntries(Object.keys(jobs).map((name) => [name, async () => undefined]));
    const workers = await startWorkers(
      backend,
      {
        ...handlers,
        async send_message() {
          begin();
          await mayFinish;
          told.push('delivered');
        },
      } as unknown as JobHandlers,
      { concurrency: 4, log: notice },
    );
    if (inFlight) {
      await queue.enqueueAll('send_message', [
        { jobId: 'one', payload: { messageId: '019d2f3a-0000-7000-8000-000000000001' } as never },
      ]);
      await begun;
    }
    await away(noticed);
    const closed = workers.close().then(() => told.push('closed'));
    finish();
    await closed;
    await queue.close();
    expect(told).toEqual([...(inFlight ? ['delivered'] : []), 'closed']);
  });
});
