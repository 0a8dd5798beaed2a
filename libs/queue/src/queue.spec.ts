import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { administer } from '../../../test/runner/postgres.js';
import { type JobQueue, migrateQueue, openQueue, startWorkers } from './index.js';

const jobCount = statement('spec_jobs', sql`select count(*)::int as n from bullmq.job where id = :id`);
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

  test('a job name without a handler fails the start', async () => {
    await expect(startWorkers({ database }, {} as never, quiet)).rejects.toThrow(
      'jobs without a handler: [send_message,send_notices]',
    );
  });
});
