import type { Provider } from '@nestjs/common';
import { Database } from '@rekey/database';
import {
  CLOCK,
  databaseProvider,
  Leaving,
  LOG,
  type Log,
  logFields,
  Readiness,
  Resources,
  SETTINGS,
  warnOf,
} from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { SmsPolicy } from '@rekey/limits';
import { type BreakerChange, type Channels, createChannels } from '@rekey/messages';
import { type MessageContext } from '@rekey/outbox';
import { type JobHandlers, type JobQueue, openQueue, startWorkers, type Workers } from '@rekey/queue';
import { policyFrom } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { Telemetry } from '@rekey/telemetry';
import { type Courier, messageHandlers } from './send-message.js';
import { Slots } from './slots.js';
import { smsPolicyOf } from './sms-policy.js';

export const CONTEXT = Symbol('MessageContext');
export const QUEUE = Symbol('JobQueue');
const COURIER = Symbol('Courier');
const CHANNELS = Symbol('Channels');
const SMS_POLICY = Symbol('SmsPolicy');
const WORKERS = Symbol('Workers');

/** Messages that wait in this process for a slot of their channel. */
const waitingAtOnce = 64;

/** What the courier works with; its workers start with it. */
export const courierProviders: Provider[] = [
  databaseProvider({ poolSize: 16 }),
  { provide: SMS_POLICY, inject: [SETTINGS], useFactory: smsPolicyOf },
  {
    provide: QUEUE,
    inject: [Resources, Readiness, Database, SETTINGS, LOG],
    useFactory: async (
      resources: Resources,
      readiness: Readiness,
      database: Database,
      { redisUrl }: Settings,
      log: Log,
    ): Promise<JobQueue> => {
      const queue = await resources.open(
        () => openQueue({ database, redisUrl }, warnOf(log, 'queue')),
        (opened) => opened.close(),
      );
      readiness.needs('queue', () => queue.ping());
      return queue;
    },
  },
  {
    provide: CHANNELS,
    inject: [Resources, SETTINGS, Telemetry, LOG],
    useFactory: (
      resources: Resources,
      settings: Settings,
      telemetry: Telemetry,
      log: Log,
    ): Promise<Channels> => {
      const onBreaker = (change: BreakerChange) => {
        const { channel, to } = change;
        telemetry.record('provider_circuit_breaker_transitions', { channel, to });
        log.warn(change, `circuit breaker of a provider: ${to}`);
      };
      return resources.open(
        () => createChannels(settings, onBreaker),
        (channels) => channels.close(),
      );
    },
  },
  {
    provide: CONTEXT,
    inject: [Database, SETTINGS, CLOCK],
    useFactory: (database: Database, settings: Settings, clock: Clock): MessageContext => ({
      database,
      keyring: settings.keyring,
      clock,
      sendQuotas: settings.sendQuotas,
      withoutSms: settings.sms === 'off',
      odds: policyFrom(settings).odds,
    }),
  },
  {
    provide: COURIER,
    inject: [CONTEXT, CHANNELS, SETTINGS, SMS_POLICY, Telemetry, LOG],
    useFactory: (
      context: MessageContext,
      channels: Channels,
      settings: Settings,
      smsPolicy: SmsPolicy,
      telemetry: Telemetry,
      log: Log,
    ): Courier => ({
      context,
      channels,
      slots: new Slots(channels.slots),
      settings,
      smsPolicy,
      telemetry,
      log,
      smsBreakerOpened: (opened, trace) => log.warn({ ...opened, ...logFields(trace) }, 'SMS breaker opened'),
    }),
  },
  {
    provide: WORKERS,
    // The queue is opened first: where its store is away, one start says so.
    inject: [Resources, QUEUE, COURIER, SETTINGS, Leaving],
    useFactory: async (
      resources: Resources,
      _queue: JobQueue,
      courier: Courier,
      { redisUrl }: Settings,
      leaving: Leaving,
    ) => {
      const handlers: JobHandlers = messageHandlers(courier);
      const { log, context, slots, channels } = courier;
      const concurrency = channels.slots.email + channels.slots.sms + waitingAtOnce;
      let closed: Promise<void> | undefined;
      const close = (workers: Workers): Promise<void> => {
        slots.close();
        closed ??= workers.close();
        return closed;
      };
      const opened = await resources.open(
        () =>
          startWorkers({ database: context.database, redisUrl }, handlers, {
            concurrency,
            log: (fault, more = {}) => log.warn({ err: fault, ...more }, 'job failed'),
          }),
        close,
      );
      // Other couriers take the jobs that come from then on. A fault of it is thrown at the end, to the caller that closes.
      leaving.onBegin(() => void close(opened).catch(() => undefined));
      return opened;
    },
  },
];
