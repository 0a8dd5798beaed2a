import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { type JobHandlers, jobs, openQueue, startWorkers } from '@rekey/queue';
import { freePort } from '../runner/free-port.js';
import { startRedis } from './redis-server.js';

/** A process can end while Redis is away: what is in flight finishes, and nothing waits for Redis to come back. */
describe('an end while Redis is away', () => {
  let server: ChildProcess;
  afterEach(async () => {
    server.kill('SIGCONT');
    server.kill('SIGKILL');
  });

  const killed = async (noticed: Promise<unknown> | undefined) => {
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
    const steps = new EventEmitter();
    const [begun, mayFinish, noticed] = ['begun', 'finish', 'fault'].map((step) => once(steps, step));
    const told: string[] = [];
    const handlers = Object.fromEntries(Object.keys(jobs).map((name) => [name, async () => undefined]));
    const workers = await startWorkers(
      backend,
      {
        ...handlers,
        async send_message() {
          steps.emit('begun');
          await mayFinish;
          told.push('delivered');
        },
      } as unknown as JobHandlers,
      { concurrency: 4, log: () => steps.emit('fault') },
    );
    if (inFlight) {
      await queue.enqueueAll('send_message', [
        { jobId: 'one', payload: { messageId: '019d2f3a-0000-7000-8000-000000000001' } as never },
      ]);
      await begun;
    }
    await away(noticed);
    const closed = workers.close().then(() => told.push('closed'));
    steps.emit('finish');
    await closed;
    await queue.close();
    expect(told).toEqual([...(inFlight ? ['delivered'] : []), 'closed']);
  });
});
