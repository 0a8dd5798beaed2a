import { openDatabase } from '@rekey/database';
import { createLog, type RunningServer } from '@rekey/http';
import { type Clock, systemClock } from '@rekey/kernel';
import { createChannels } from '@rekey/messages';
import { openQueue, startWorkers } from '@rekey/queue';
import { type MessageContext, sweepMessages, sweepRecoveries } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { courierServer } from './probes.js';
import { sendMessage } from './send-message.js';
import { every } from './sweeps.js';

/** Messages under way at once in one process. */
const concurrency = 24;

/**
 * The courier: takes messages up, writes and sends them, and looks after those that nobody looks after.
 *
 * @param options.port where its probes listen; none when left out
 */
export async function startCourier(
  settings: Settings,
  options: { clock?: Clock; port?: number } = {},
): Promise<Pick<RunningServer, 'close'>> {
  const clock = options.clock ?? systemClock;
  const log = createLog({ name: 'courier', level: settings.logLevel });
  const warn =
    (about: string) =>
    (fault: unknown, more: object = {}) =>
      log.warn({ err: fault, ...more }, about);
  const database = await openDatabase({ url: settings.databaseUrl ?? '', name: 'courier', poolSize: 16 });
  const backend = { database, redisUrl: settings.redisUrl };
  const queue = await openQueue(backend, warn('queue'));
  const channels = createChannels(settings);
  const context: MessageContext = { database, keyring: settings.keyring, clock };
  const send = sendMessage({ context, channels, settings });
  const workers = await startWorkers(
    backend,
    { send_message: send },
    { concurrency, log: warn('job failed') },
  );
  const sweeps = [
    every(1_000, warn('sweep of messages failed'), async () => {
      const due = await sweepMessages(context);
      if (due.length === 0) return;
      await queue.enqueueAll(
        'send_message',
        due.map((messageId) => ({ jobId: messageId, payload: { messageId } })),
      );
    }),
    every(15_000, warn('sweep of recoveries failed'), () => sweepRecoveries(context)),
  ];
  const probes =
    options.port === undefined
      ? undefined
      : await courierServer(settings, options.port, async () => {
          await Promise.all([database.ping(), queue.ping()]);
        });
  return {
    async close() {
      await probes?.close();
      await Promise.all(sweeps.map((sweep) => sweep.stop()));
      await workers.close();
      await queue.close();
      await channels.close();
      await database.close();
    },
  };
}
