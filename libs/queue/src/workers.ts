import type { Job } from 'bullmq';
import { connect, type QueueBackend, queueName } from './backend.js';
import { type JobContext, type JobHandlers, type JobName, type JobPayload, jobs } from './jobs.js';

export interface Workers {
  /** Accepts no new jobs and lets running ones finish. */
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
  const worker = new Worker(queueName, (job) => handle(handlers, job), {
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
      backoffStrategy: (attemptsMade, _type, _fault, job) => planOf(job?.name).at(attemptsMade - 1) ?? -1,
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
      await worker.close();
      running = false;
      await end();
    },
  };
}

function assertComplete(handlers: JobHandlers): void {
  const missing = Object.keys(jobs).filter((name) => !(name in handlers));
  const unknown = Object.keys(handlers).filter((name) => !(name in jobs));
  if (missing.length + unknown.length > 0) {
    throw new Error(`jobs without a handler: [${missing}]; handlers without a job: [${unknown}]`);
  }
}

async function handle(handlers: JobHandlers, job: Job): Promise<void> {
  if (!(job.name in jobs)) throw new Error(`a job of an unknown name: ${job.name}`);
  const name = job.name as JobName;
  const context = {
    attempt: job.attemptsMade + 1,
    nextAttemptIn: planOf(name).at(job.attemptsMade),
  };
  await run(handlers, name, job.data, context);
}

/** Payload and handler belong to the same name, which the compiler cannot see for all of them at once. */
async function run<Name extends JobName>(
  handlers: JobHandlers,
  name: Name,
  data: unknown,
  context: JobContext,
): Promise<void> {
  const payload = jobs[name].payload.parse(data) as JobPayload<Name>;
  await handlers[name](payload, context);
}

const planOf = (name: string | undefined): readonly number[] =>
  name !== undefined && name in jobs ? jobs[name as JobName].retryAfterMs : [];
