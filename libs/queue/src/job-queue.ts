import type { Queryable, Transaction } from '@rekey/database';
import type { Redis } from 'ioredis';
import { connect, type QueueBackend, queueName } from './backend.js';
import { type JobName, type JobPayload, jobs } from './jobs.js';

export interface JobQueue {
  /**
   * Adds a job as part of the transaction. On PostgreSQL it commits with it. On Redis it is added right after the commit; if that fails,
   * the sweep finds the row without a job.
   *
   * @param jobId while a job with this id exists, a second one is not added
   */
  enqueue<Name extends JobName>(
    tx: Transaction,
    name: Name,
    jobId: string,
    payload: JobPayload<Name>,
  ): Promise<void>;
  /** Adds many at once, outside of any transaction: for the sweep. */
  enqueueAll<Name extends JobName>(
    name: Name,
    items: { jobId: string; payload: JobPayload<Name> }[],
  ): Promise<void>;
  /** @throws when the store of the queue cannot take a job. While Redis is away it may not end. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** @throws when the store of the queue cannot be reached; nothing of it stays open then */
export async function openQueue(
  backend: QueueBackend,
  log: (fault: unknown, trace?: Queryable['trace']) => void,
): Promise<JobQueue> {
  const { Queue, connection, reach, end } = connect(backend);
  const queue = new Queue(queueName, { connection });
  let running = false;
  const report = (fault: unknown, trace?: Queryable['trace']) => {
    // A failed start reports itself, and a connection that ends while we shut down is not worth a log line.
    if (running) log(fault, trace);
  };
  queue.on('error', (fault) => report(fault));
  try {
    await reach(queue.waitUntilReady());
  } catch (fault) {
    await queue.close();
    await end();
    throw fault;
  }
  running = true;
  const options = (name: JobName, jobId: string) => ({
    jobId,
    attempts: jobs[name].retryAfterMs.length + 1,
    backoff: { type: 'plan' },
    priority: jobs[name].priority,
    // The message row is the record. A finished job leaves nothing, so that the sweep can use its id again.
    removeOnComplete: true,
    removeOnFail: true,
  });
  return {
    async enqueue(tx, name, jobId, payload) {
      if (!backend.redisUrl) {
        await tx.insideTransaction(() => queue.add(name, payload, options(name, jobId)));
        return;
      }
      tx.afterCommit(() => {
        queue.add(name, payload, options(name, jobId)).catch((fault: unknown) => report(fault, tx.trace));
      });
    },
    async enqueueAll(name, items) {
      if (items.length === 0) return;
      await queue.addBulk(
        items.map(({ jobId, payload }) => ({ name, data: payload, opts: options(name, jobId) })),
      );
    },
    async ping() {
      // As a job is added: on PostgreSQL through BullMQ's functions; on Redis with a write, which a replica, a full memory and a full disk
      // refuse while they still read.
      if (!backend.redisUrl) await queue.getJobCountByTypes('wait');
      else await (connection as unknown as Redis).set(queue.toKey('ready'), '1', 'EX', 60);
    },
    async close() {
      running = false;
      await queue.close();
      await end();
    },
  };
}
