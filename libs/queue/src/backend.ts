import type { Database } from '@rekey/database';
import { createPostgresBackend, type QueueOptions, runMigrations, setDefaultBackendFactory } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { poolFor } from './postgres-pool.js';

export interface QueueBackend {
  database: Database;
  /** Unset: the queue is in PostgreSQL. */
  redisUrl?: string;
}

/** How BullMQ reaches its store, and how to let go of it. */
export interface Connection {
  connection: QueueOptions['connection'];
  end(): Promise<void>;
}

export function connect({ database, redisUrl }: QueueBackend): Connection {
  if (!redisUrl) {
    setDefaultBackendFactory(createPostgresBackend);
    return {
      connection: poolFor(database) as unknown as QueueOptions['connection'],
      end: async () => undefined,
    };
  }
  // A worker's blocking read must wait for Redis to come back for as long as that takes.
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null, connectTimeout: 5_000 });
  redis.on('error', () => undefined);
  return {
    connection: redis as unknown as QueueOptions['connection'],
    end: async () => redis.disconnect(),
  };
}

/** Brings BullMQ's own schema (`bullmq`) up to date; it takes a lock of its own. */
export async function migrateQueue(options: { url: string }): Promise<void> {
  const pool = new pg.Pool({ connectionString: options.url, max: 1 });
  // A server that leaves in the moment between the last query and the end is no fault of ours; a query says its own.
  pool.on('error', () => undefined);
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client as never);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}
