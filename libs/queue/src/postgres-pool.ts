import { createHash } from 'node:crypto';
import type { Database } from '@rekey/database';
import { QueueSchema } from './queue-schema.js';

/**
 * Stands in for a pg.Pool. BullMQ's statements go to the transaction that they join, so that a job commits with its cause. They are named,
 * so that PostgreSQL plans each once per connection. Other than BullMQ expects, they do not depend on `search_path`, which a pooler in
 * transaction mode does not keep.
 */
export function poolFor(database: Database) {
  const { pool } = database;
  const schema = new QueueSchema(() => database.connect());
  const known = new Map<string, { name: string; text: string }>();
  const prepared = async (given: string) => {
    const before = known.get(given);
    if (before) return before;
    const text = await schema.qualified(given);
    const made = { name: `bullmq_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`, text };
    known.set(given, made);
    return made;
  };
  return {
    options: pool.options,
    query: async (given: string, values?: unknown[]) => {
      const { name, text } = await prepared(given);
      return database.queryInBoundTransaction(values ? { name, text, values } : { text });
    },
    connect: async () => {
      const client = await database.connect();
      // BullMQ connects before it sends anything else.
      await schema.learn(client).catch((fault: unknown) => {
        client.release();
        throw fault;
      });
      return client;
    },
    on: (event: 'error' | 'connect', listener: (...args: never[]) => void) => {
      pool.on(event as 'error', listener as (fault: Error) => void);
    },
    // BullMQ would end the pool or remove TypeORM's listeners, but the pool is not BullMQ's.
    removeAllListeners: () => undefined,
    end: async () => undefined,
  };
}
