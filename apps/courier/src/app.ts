import { openDatabase } from '@rekey/database';
import { asked, createLog, type RunningServer, warnOfSurplus } from '@rekey/http';
import { type Clock, systemClock, uuidv7, withDefaults } from '@rekey/kernel';
import { countSmsProven, forgetSms } from '@rekey/limits';
import { createChannels } from '@rekey/messages';
import { openQueue, startWorkers } from '@rekey/queue';
import {
  type MessageContext,
  messagesWaiting,
  policyFrom,
  sweepMessages,
  sweepRecoveries,
} from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { openWatch, type Place, type Watch } from '@rekey/watch';
import { courierServer } from './probes.js';
import { messageHandlers } from './send-message.js';
import { smsPolicyOf } from './sms-policy.js';
import { every, type SweepPeriods, sweepPeriods } from './sweeps.js';

export type { SweepPeriods } from './sweeps.js';

/** Messages under way at once in one process. */
const concurrency = 24;

/**
 * The courier: takes messages up, writes and sends them, and looks after those that nobody looks after.
 *
 * @param options.port where its probes listen; none when left out
 * @param options.periods of the sweeps, where they are not the usual ones
 */
export async function startCourier(
  settings: Settings,
  options: { clock?: Clock; port?: number; watch?: Watch; periods?: Partial<SweepPeriods> | undefined } = {},
): Promise<Pick<RunningServer, 'close'>> {
  const clock = options.clock ?? systemClock;
  const log = createLog({ name: 'courier', level: settings.logLevel });
  const warn =
    (about: string) =>
    (fault: unknown, more: object = {}) =>
      log.warn({ err: fault, ...more }, about);
  const warnOf = (about: string) => (fault: unknown, place?: Place) => warn(about)(fault, asked(place));
  const smsPolicy = smsPolicyOf(settings);
  const { odds } = policyFrom(settings);
  const watch = options.watch ?? (await openWatch({ app: 'courier', tracing: settings.tracing }));
  const { note } = watch;
  const database = await openDatabase({
    url: settings.databaseUrl ?? '',
    name: 'courier',
    poolSize: 16,
    noteAt: watch.noteAt,
    surplusRights: warnOfSurplus(log),
  });
  const backend = { database, redisUrl: settings.redisUrl };
  const queue = await openQueue(backend, warnOf('queue'));
  const channels = createChannels(settings);
  const context: MessageContext = {
    database,
    keyring: settings.keyring,
    clock,
    sendQuotas: settings.sendQuotas,
    odds,
  };
  const handlers = messageHandlers({
    context,
    channels,
    settings,
    smsPolicy,
    watch,
    log,
    smsBreakerOpened: (opened, place) => log.warn({ ...opened, ...asked(place) }, 'SMS breaker opened'),
  });
  const workers = await startWorkers(backend, handlers, { concurrency, log: warn('job failed') });
  const periods = withDefaults(sweepPeriods, options.periods ?? {});
  const sweepBy = (sweep: keyof SweepPeriods, work: () => Promise<void>) =>
    every(
      periods[sweep],
      (fault) => {
        note('sweeps', { sweep, outcome: fault === undefined ? 'done' : 'failed' });
        if (fault !== undefined) log.warn({ err: fault, sweep }, 'sweep failed');
      },
      work,
    );
  const sweeps = [
    sweepBy('messages', async () => {
      const { codes, notices } = await sweepMessages(context);
      await queue.enqueueAll(
        'send_message',
        codes.map((messageId) => ({ jobId: messageId, payload: { messageId } })),
      );
      await queue.enqueueAll(
        'send_notices',
        bunches(notices).map((messageIds) => ({ jobId: uuidv7(clock.now()), payload: { messageIds } })),
      );
    }),
    sweepBy('recoveries', () => sweepRecoveries(context)),
    sweepBy('sms_proven', async () => {
      const closed = await countSmsProven(database, clock.now());
      for (const prefix of closed) log.info({ prefix }, 'SMS breaker closed');
    }),
    sweepBy('sms_cost', () => forgetSms(database, clock.now())),
  ];
  watchQueue(watch, context);
  const probes =
    options.port === undefined
      ? undefined
      : await courierServer(settings, watch, options.port, async () => {
          await Promise.all([database.ready(), queue.ping()]);
        });
  return {
    async close() {
      await probes?.close();
      await Promise.all(sweeps.map((sweep) => sweep.stop()));
      await workers.close();
      await queue.close();
      await channels.close();
      await database.close();
      await watch.close();
    },
  };
}

/** Asked at each scrape, whichever of the two comes first, by one cheap query. */
function watchQueue(watch: Watch, context: MessageContext): void {
  let answer: ReturnType<typeof messagesWaiting> | undefined;
  const ask = () => {
    answer ??= messagesWaiting(context).finally(() => {
      answer = undefined;
    });
    return answer;
  };
  watch.gauge('outbox_messages', async () => [{ labels: {}, value: (await ask()).count }]);
  watch.gauge('oldest_message_age_seconds', async () => [
    { labels: {}, value: (await ask()).oldestMs / 1000 },
  ]);
}

const bunchSize = 25;

const bunches = (ids: string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / bunchSize) }, (_, at) =>
    ids.slice(at * bunchSize, (at + 1) * bunchSize),
  );
