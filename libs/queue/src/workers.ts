import { setTimeout } from 'node:timers/promises';
import { systemClock } from '@rekey/kernel';
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { z } from 'zod';
import { connect, type QueueBackend, queueName } from './backend.js';
import {
  type JobContext,
  type JobHandlers,
  type JobName,
  type JobPayload,
  JobReturned,
  jobs,
} from './jobs.js';

export interface Workers {
  /** Accepts no new jobs and lets running ones finish. It does not wait for a Redis that is away: their ends are then not recorded there. */
  close(): Promise<void>;
}

/**
 * Starts to work on the queue.
 *
 * @param options.concurrency jobs at once in this process
 * @throws {Error} when a job name has no handler, or a handler no job name; and when the store of the queue cannot be reached: nothing
 *   of it stays open then
 */
export async function startWorkers(
  backend: QueueBackend,
  handlers: JobHandlers,
  options: { concurrency: number; log: (fault: unknown, about?: object) => void },
): Promise<Workers> {
  assertComplete(handlers);
  const { Worker, connection, reach, end } = connect(backend);
  const inFlight = new Set<Promise<void>>();
  const work = (job: Job, token?: string): Promise<void> => {
    const done = handle(handlers, job, token, options.log).finally(() => inFlight.delete(done));
    inFlight.add(done);
    return done;
  };
  const worker = new Worker(queueName, work, {
    connection,
    concurrency: options.concurrency,
    // Seconds between two looks at an empty queue. PostgreSQL notifies of a job at once, but not through a pooler in transaction mode.
    drainDelay: 1,
    // How long a job stays locked when its courier dies; then another one claims it. The code it carries is the same.
    lockDuration: 30_000,
    stalledInterval: 15_000,
    // After a lost connection. By default a worker waits 15 s, in which nothing is sent and it cannot be closed.
    runRetryDelay: 1_000,
    settings: {
      backoffStrategy: (attemptsMade, _type, fault, job) => {
        const planned = planOf(job?.name).at(attemptsMade - 1);
        return planned === undefined ? -1 : Math.max(planned, waitAskedBy(fault));
      },
    },
  });
  let running = false;
  worker.on('error', (fault) => {
    if (running) options.log(fault);
  });
  worker.on('failed', (job, fault) =>
    options.log(fault, { job: job?.id, name: job?.name, attempt: job?.attemptsMade }),
  );
  try {
    await reach(worker.waitUntilReady());
  } catch (fault) {
    // By force: it has a blocking connection of its own, which would wait for its store for ever.
    await worker.close(true);
    await end();
    throw fault;
  }
  running = true;
  return {
    async close() {
      const closed = worker.close();
      await Promise.allSettled(inFlight);
      const enough = new AbortController();
      await Promise.race([
        closed,
        setTimeout(recordWithinMs, undefined, { signal: enough.signal, ref: false }),
      ]);
      enough.abort();
      running = false;
      await end();
      await closed;
    },
  };
}

/**
 * How long a close waits for the queue to record the ends of its last jobs. A job without one is taken again once its lock has expired, and its
 * row says that it is done.
 */
const recordWithinMs = 2_000;

function assertComplete(handlers: JobHandlers): void {
  const missing = Object.keys(jobs).filter((name) => !(name in handlers));
  const unknown = Object.keys(handlers).filter((name) => !(name in jobs));
  if (missing.length + unknown.length > 0) {
    throw new Error(`jobs without a handler: [${missing}]; handlers without a job: [${unknown}]`);
  }
}

/** Milliseconds that a job of an unknown name waits for the courier of a newer release, and between two looks at it. */
const unknownFor = { ms: 600_000, lookMs: 15_000 };

/**
 * @throws {DelayedError} when the job went back to the queue
 * @throws {UnrecoverableError} when this release cannot read it. Then it is removed: the sweep makes another one of the message's row
 */
async function handle(
  handlers: JobHandlers,
  job: Job,
  token: string | undefined,
  log: (fault: unknown, about?: object) => void,
): Promise<void> {
  try {
    if (!(job.name in jobs)) throw unknownJob(job, log);
    const name = job.name as JobName;
    const context = {
      attempt: job.attemptsMade + 1,
      nextAttemptIn: planOf(name).at(job.attemptsMade),
    };
    await run(handlers, name, job.data, context);
  } catch (fault) {
    if (!(fault instanceof JobReturned)) throw fault;
    await job.moveToDelayed(systemClock.now() + fault.delayMs, token);
    throw new DelayedError();
  }
}

/** During an update, the courier of a newer release takes it. */
function unknownJob(job: Job, log: (fault: unknown, about?: object) => void): Error {
  const fault = new UnrecoverableError(`this release knows no job of the name ${job.name}`);
  if (systemClock.now() - job.timestamp >= unknownFor.ms) return fault;
  log(fault, { job: job.id, name: job.name, isReturned: true });
  return new JobReturned(unknownFor.lookMs);
}

/** Payload and handler belong to the same name, which the compiler cannot see for all of them at once. */
async function run<Name extends JobName>(
  handlers: JobHandlers,
  name: Name,
  data: unknown,
  context: JobContext,
): Promise<void> {
  const payload = jobs[name].payload.safeParse(data);
  if (!payload.success)
    throw new UnrecoverableError(`a job ${name} with an unknown payload: ${z.prettifyError(payload.error)}`);
  await handlers[name](payload.data as JobPayload<Name>, context);
}

const waitAskedBy = (fault: unknown): number => {
  const { retryAfterMs } = Object(fault) as { retryAfterMs?: unknown };
  return typeof retryAfterMs === 'number' ? retryAfterMs : 0;
};

const planOf = (name: string | undefined): readonly number[] =>
  name !== undefined && name in jobs ? jobs[name as JobName].retryAfterMs : [];
