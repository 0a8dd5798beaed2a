import { createHash } from 'node:crypto';
import type { Database } from '@rekey/database';

/**
 * Stands in for a pg.Pool. BullMQ's statements go to the transaction that they join, so that a job commits with its cause. They are named,
 * so that PostgreSQL plans each once per connection.
 */
export function poolFor(database: Database) {
  const { pool } = database;
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const known = names.get(text);
    if (known) return known;
    const name = `bullmq_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
    return name;
  };
  return {
    options: pool.options,
    query: (text: string, values?: unknown[]) =>
      database.queryInBoundTransaction(values ? { name: nameOf(text), text, values } : { text }),
    connect: () => database.connect(),
    on: (event: 'error' | 'connect', listener: (...args: never[]) => void) => {
      pool.on(event as 'error', listener as (fault: Error) => void);
    },
    // BullMQ would end the pool or remove TypeORM's listeners, but the pool is not BullMQ's.
    removeAllListeners: () => undefined,
    end: async () => undefined,
  };
}
