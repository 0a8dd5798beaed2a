import type { Database } from '@rekey/database';
import { createPostgresBackend, Queue, type QueueOptions, Worker, withBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import { poolFor } from './postgres-pool.js';
import { QueueRedis } from './queue-redis.js';

/**
 * Milliseconds without a byte after which a connection counts as lost, with a command on it: its packets may vanish without a FIN or an RST. A
 * worker waits for a job for at most ten seconds. Commands are sent again on the next connection.
 */
const silenceMs = 15_000;

/** A deployment has one queue; the job's name selects the handler. */
export const queueName = 'rekey';

export interface QueueBackend {
  database: Database;
  /** Unset: the queue is in PostgreSQL. */
  redisUrl?: string | undefined;
}

/** BullMQ's own classes for one store, and how they reach it. */
export interface Connection {
  Queue: typeof Queue;
  Worker: typeof Worker;
  connection: QueueOptions['connection'];
  /**
   * Waits at start-up until BullMQ is ready.
   *
   * @throws {Error} when Redis cannot be reached or refuses us, with what to do
   */
  reach(ready: Promise<unknown>): Promise<void>;
  /** What waits for Redis fails. */
  end(): Promise<void>;
}

/**
 * The classes are bound to their store here. BullMQ can also be told of a store for the whole process (`setDefaultBackendFactory`), and
 * then no second queue of the process can be in another one: that is used nowhere.
 */
export function connect({ database, redisUrl }: QueueBackend): Connection {
  if (!redisUrl) {
    const bound = withBackend(createPostgresBackend);
    return {
      ...(bound as unknown as Pick<Connection, 'Queue' | 'Worker'>),
      connection: poolFor(database) as unknown as QueueOptions['connection'],
      reach: async (ready) => void (await ready),
      end: async () => undefined,
    };
  }
  // A worker's blocking read must wait for Redis to come back, however long that takes.
  const redis = new QueueRedis(redisUrl, {
    maxRetriesPerRequest: null,
    connectTimeout: 5_000,
    socketTimeout: silenceMs,
    // A server that is silent does not end its side.
    disconnectTimeout: 500,
  });
  redis.on('error', () => undefined);
  return {
    Queue,
    Worker,
    connection: redis as unknown as QueueOptions['connection'],
    reach: (ready) => reach(redis, ready),
    end: async () => redis.endForGood(),
  };
}

/** How long a start waits for Redis. A running process waits for it without limit. */
const reachWithinMs = 10_000;

async function reach(redis: Redis, ready: Promise<unknown>): Promise<void> {
  let giveUp = () => {};
  const unreachable = new Promise<never>((_resolve, reject) => {
    let last = '';
    redis.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      if (code) last = ` (${code})`;
      else if (/^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password)/.test(message))
        reject(new Error('REDIS_URL: Redis refuses this user or password'));
    });
    const timer = setTimeout(
      () =>
        reject(
          new Error(
            `REDIS_URL: no Redis is ready there after 10 s${last}; start it or correct the host and the port`,
          ),
        ),
      reachWithinMs,
    );
    giveUp = () => clearTimeout(timer);
  });
  try {
    await Promise.race([ready, unreachable]);
  } finally {
    giveUp();
  }
}
