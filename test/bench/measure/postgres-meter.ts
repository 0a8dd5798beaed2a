import pg from 'pg';
import { cpuOfFamily, readStat } from './proc.js';

/** The number of times a statement was sent, and its milliseconds on the server (with waits for locks and disk). */
export interface StatementCost {
  calls: number;
  ms: number;
  /** Milliseconds of planning in addition. Counted only when the server tracks it. */
  planningMs: number;
  text: string;
  /** A statement inside a function that a client called. Counted only when the server tracks it, and never as sent. */
  nested: boolean;
}

type StatementRow = Omit<StatementCost, 'calls'> & { id: string; calls: string };

/** The difference between two readings, for each of `runs`; the most frequent first. */
export function costOfEach(
  before: Map<string, StatementCost>,
  after: Map<string, StatementCost>,
  runs: number,
): StatementCost[] {
  return [...after]
    .map(([id, { calls, ms, planningMs, text, nested }]) => {
      const earlier = before.get(id);
      return {
        calls: (calls - (earlier?.calls ?? 0)) / runs,
        ms: (ms - (earlier?.ms ?? 0)) / runs,
        planningMs: (planningMs - (earlier?.planningMs ?? 0)) / runs,
        text,
        nested,
      };
    })
    .filter(({ calls }) => calls > 0)
    .sort((one, other) => other.calls - one.calls);
}

/** The PostgreSQL of both systems, read through a third database, so that the readings count for neither system. */
export class PostgresMeter {
  private constructor(
    private readonly client: pg.Client,
    private readonly postmaster: number,
  ) {}

  /** @param url of a database that no system under load uses; pg_stat_statements must be preloaded */
  static async open(url: string): Promise<PostgresMeter> {
    const client = new pg.Client({ connectionString: url });
    // The next query reports a server that has stopped.
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create extension if not exists pg_stat_statements');
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const postmaster = readStat(rows[0]?.pid ?? 0)?.parent;
    if (postmaster === undefined)
      throw new Error('PostgreSQL does not run on this machine: its CPU cannot be read');
    return new PostgresMeter(client, postmaster);
  }

  /**
   * The statements that clients have sent to a database so far, also `begin` and `commit`, and a function's call once, whatever
   * it does inside.
   */
  async statements(database: string): Promise<Map<string, StatementCost>> {
    const { rows } = await this.client.query<StatementRow>(
      `select queryid || ' ' || userid || toplevel as id, not toplevel as nested, calls, total_exec_time as ms, total_plan_time as "planningMs",
         left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as text
       from pg_stat_statements where dbid = (select oid from pg_database where datname = $1)`,
      [database],
    );
    return new Map(rows.map(({ id, calls, ...rest }) => [id, { ...rest, calls: Number(calls) }]));
  }

  /** CPU milliseconds so far of the whole server: backends, writers, autovacuum. */
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
