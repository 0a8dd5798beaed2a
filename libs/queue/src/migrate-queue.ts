import { ListenedClient } from '@rekey/database';
import {
  assertSchemaCompatibility,
  LATEST_SCHEMA_VERSION,
  runMigrations,
  SchemaMigrationRequiredError,
} from 'bullmq';
import pg from 'pg';
import { queueName } from './backend.js';

/**
 * Brings BullMQ's own schema (`bullmq`) up to date, as its owner and under BullMQ's lock. If nothing is pending, the application role can
 * start as well.
 */
export async function migrateQueue(options: { url: string }): Promise<void> {
  const pool = new pg.Pool({ connectionString: options.url, max: 1, Client: ListenedClient });
  // A server that stops between the last query and the end is not our fault to report; a failed query reports itself.
  pool.on('error', () => undefined);
  try {
    const client = await pool.connect();
    try {
      if ((await versionOf(client)) < LATEST_SCHEMA_VERSION) await runMigrations(client as never);
      await makeIds(client);
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}

/** 0 when there is none. */
const versionOf = (client: pg.PoolClient): Promise<number> =>
  assertSchemaCompatibility(client as never).catch((fault: unknown) => {
    if (fault instanceof SchemaMigrationRequiredError) return 0;
    throw fault;
  });

/** BullMQ would create the sequence of a queue's ids with its first jobs, which the application role may not do. */
async function makeIds(client: pg.PoolClient): Promise<void> {
  const sequence = `to_regclass('bullmq.' || bullmq.job_id_seq_name($1))`;
  const { rows } = await client.query(`select ${sequence} is not null as made`, [queueName]);
  if (!rows[0].made) await client.query('select bullmq.next_job_id($1)', [queueName]);
}
