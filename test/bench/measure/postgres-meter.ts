import pg from 'pg';
import { cpuOfFamily, readStat } from './proc.js';

/** The PostgreSQL under both systems, seen from a connection to a third database, so that looking counts for neither. */
export class PostgresMeter {
  private constructor(
    private readonly client: pg.Client,
    private readonly postmaster: number,
  ) {}

  /** @param url of a database that no system under load uses; pg_stat_statements must be preloaded */
  static async open(url: string): Promise<PostgresMeter> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('create extension if not exists pg_stat_statements');
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const postmaster = readStat(rows[0]?.pid ?? 0)?.parent;
    if (postmaster === undefined)
      throw new Error('PostgreSQL does not run on this machine: its CPU cannot be read');
    return new PostgresMeter(client, postmaster);
  }

  /**
   * Statements that clients have sent to a database so far: `begin` and `commit` too, and a function's call once, whatever
   * it does inside.
   */
  async statements(database: string): Promise<number> {
    const { rows } = await this.client.query<{ calls: string }>(
      `select coalesce(sum(calls), 0) as calls from pg_stat_statements
       where toplevel and dbid = (select oid from pg_database where datname = $1)`,
      [database],
    );
    return Number(rows[0]?.calls);
  }

  /** The most frequent statements, as calls since {@link forget}. */
  async mostFrequent(database: string, limit: number): Promise<{ calls: number; text: string }[]> {
    const { rows } = await this.client.query<{ calls: string; text: string }>(
      `select calls, left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as text from pg_stat_statements
       where toplevel and dbid = (select oid from pg_database where datname = $1) order by calls desc limit $2`,
      [database, limit],
    );
    return rows.map(({ calls, text }) => ({ calls: Number(calls), text }));
  }

  async forget(): Promise<void> {
    await this.client.query('select pg_stat_statements_reset()');
  }

  /** CPU milliseconds so far of the whole server: its backends, its writers, its autovacuum. */
  cpu(): number {
    return cpuOfFamily(this.postmaster);
  }

  /** Runs something on the server outside of any measured slice. */
  async administer(statement: string): Promise<void> {
    await this.client.query(statement);
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
