import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { administer } from '../../../test/runner/postgres.js';
import {
  type JobHandlers,
  type JobQueue,
  JobReturned,
  migrateQueue,
  openQueue,
  startWorkers,
} from './index.js';

const jobCount = statement('spec_jobs', sql`select count(*)::int as n from bullmq.job where id = :id`);
const jobDelay = statement('spec_job_delay', sql`select state, delay_ms from bullmq.job where id = :id`);
const removeJob = statement('spec_job_remove', sql`delete from bullmq.job where id = :id`);
const makeUnknown = statement(
  'spec_job_old',
  sql`update bullmq.job set name = 'send_pigeon', added_at_ms = added_at_ms - :olderMs::bigint where id = :id`,
);
const note = statement('spec_note', sql`insert into spec_notes (id) values (:id)`);
const noteCount = statement('spec_notes', sql`select count(*)::int as n from spec_notes where id = :id`);

describe('the queue on PostgreSQL', () => {
  let postgres: TestDatabase;
  let database: Database;
  let queue: JobQueue;
  const faults: unknown[] = [];
  const quiet = { concurrency: 4, log: () => undefined };

  beforeAll(async () => {
    postgres = await createDatabase();
    await migrateQueue({ url: postgres.ownerUrl });
    database = await openDatabase({ url: postgres.url, name: 'spec' });
    await administer(
      postgres.adminUrl,
      'create table spec_notes (id uuid primary key); grant select, insert on spec_notes to rekey_app',
    );
    queue = await openQueue({ database }, (fault) => faults.push(fault));
  });
  afterAll(async () => {
    expect(faults).toEqual([]);
    await queue.close();
    await database.close();
    await postgres.drop();
  });

  const counts = async (id: string) => {
    const [jobRow] = await database.query<{ n: number }>(jobCount, { id });
    const [noteRow] = await database.query<{ n: number }>(noteCount, { id });
    return [noteRow?.n, jobRow?.n];
  };
  const open = (id: string, after: () => void) =>
    database.transaction(async (tx) => {
      await tx.query(note, { id });
      await queue.enqueue(tx, 'send_message', id, { messageId: id });
      after();
    });

  test('a commit stores both the row and the job', async () => {
    const id = uuidv7(1);
    await open(id, () => undefined);
    expect(await counts(id)).toEqual([1, 1]);
  });

  test('a rollback stores neither, also among 40 at once', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => uuidv7(n));
    await Promise.allSettled(
      ids.map((id, n) =>
        open(id, () => {
          if (n % 2) throw new Error('rolled back');
        }),
      ),
    );
    for (const [n, id] of ids.entries()) expect(await counts(id)).toEqual(n % 2 ? [0, 0] : [1, 1]);
  });

  test('enqueueing an id twice makes one job; a worker gets each job once, with its retry plan', async () => {
    const ids = Array.from({ length: 10 }, (_, n) => uuidv7(n));
    const items = ids.map((id) => ({ jobId: id, payload: { messageId: id } }));
    await queue.enqueueAll('send_message', items);
    await queue.enqueueAll('send_message', items);
    const seen: string[] = [];
    let done: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      done = resolve;
    });
    const workers = await startWorkers(
      { database },
      {
        async send_message({ messageId }, context) {
          expect(context).toEqual({ attempt: 1, nextAttemptIn: 5_000 });
          seen.push(messageId);
          if (ids.every((id) => seen.includes(id))) done();
        },
        async send_notices() {},
      },
      quiet,
    );
    await finished;
    await workers.close();
    for (const id of ids) {
      expect(seen.filter((other) => other === id)).toHaveLength(1);
      expect(await counts(id)).toEqual([0, 0]);
    }
  });

  /** Works until the handlers have said that it is enough. */
  const workUntil = async (handlers: (done: () => void, log: () => unknown[]) => Partial<JobHandlers>) => {
    const logged: { fault: Error; about: unknown }[] = [];
    let done: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      done = resolve;
    });
    const rest = { async send_message() {}, async send_notices() {} };
    const workers = await startWorkers(
      { database },
      {
        ...rest,
        ...handlers(
          () => done(),
          () => logged,
        ),
      },
      { concurrency: 4, log: (fault, about) => logged.push({ fault: fault as Error, about }) },
    );
    await finished;
    await workers.close();
    return logged;
  };

  test('a job that is given back comes again, and this was no attempt', async () => {
    const id = uuidv7(1);
    await queue.enqueueAll('send_message', [{ jobId: id, payload: { messageId: id } }]);
    const attempts: number[] = [];
    const logged = await workUntil((done) => ({
      async send_message(_payload, { attempt }) {
        if (attempts.push(attempt) < 8) throw new JobReturned(0);
        done();
      },
    }));
    expect(attempts).toEqual(Array(8).fill(1));
    expect(logged).toEqual([]);
    expect(await counts(id)).toEqual([0, 0]);
  });

  test.each([
    [45_000, 45_000],
    [1_000, 5_000],
    [undefined, 5_000],
  ])('a fault that asks for %s ms waits for %i', async (retryAfterMs, expected) => {
    const id = uuidv7(1);
    await queue.enqueueAll('send_message', [{ jobId: id, payload: { messageId: id } }]);
    await workUntil((done) => ({
      async send_message() {
        done();
        throw Object.assign(new Error('later'), { retryAfterMs });
      },
    }));
    const [job] = await database.query<{ delay_ms: string; state: string }>(jobDelay, { id });
    expect([job?.state, Number(job?.delay_ms)]).toEqual(['delayed', expected]);
    await database.query(removeJob, { id });
  });

  test('a job of an unknown name waits for a courier that knows it; one that is old, or of an unknown payload, is removed', async () => {
    const [young, old, odd, last] = [uuidv7(1), uuidv7(2), uuidv7(3), uuidv7(4)];
    await queue.enqueueAll('send_message', [
      { jobId: young, payload: { messageId: young } },
      { jobId: old, payload: { messageId: old } },
      { jobId: odd, payload: { pigeon: 'secret' } as never },
    ]);
    await database.query(makeUnknown, { id: young, olderMs: 0 });
    await database.query(makeUnknown, { id: old, olderMs: 600_001 });
    await queue.enqueueAll('send_notices', [{ jobId: last, payload: { messageIds: [last] } }]);
    const logged = await workUntil((done, log) => ({
      async send_notices() {
        while (log().length < 3) await new Promise((resolve) => setImmediate(resolve));
        done();
      },
    }));
    const said = logged.map(({ fault, about }) => [(about as { job: string }).job, fault.message]);
    expect(Object.fromEntries(said)).toEqual({
      [young]: 'this release knows no job of the name send_pigeon',
      [old]: 'this release knows no job of the name send_pigeon',
      [odd]: expect.stringMatching(/^a job send_message with an unknown payload: .*messageId/s),
    });
    expect(JSON.stringify(logged)).not.toContain('secret');
    expect(await Promise.all([young, old, odd].map(async (id) => (await counts(id))[1]))).toEqual([1, 0, 0]);
    await database.query(removeJob, { id: young });
  });

  test('a job name without a handler fails the start', async () => {
    await expect(startWorkers({ database }, {} as never, quiet)).rejects.toThrow(
      'jobs without a handler: [send_message,send_notices]',
    );
  });
});
