import pg from 'pg';
import { cpuOfFamily, readStat } from './proc.js';

/** How often a statement was sent, and how many milliseconds the server was at it (waits for locks and disk included). */
export interface StatementCost {
  calls: number;
  ms: number;
  /** Milliseconds of planning besides. Counted only where the server tracks it. */
  planningMs: number;
  text: string;
  /** Run by a function that a client called. Counted only where the server tracks them, and never as sent. */
  nested: boolean;
}

type StatementRow = Omit<StatementCost, 'calls'> & { id: string; calls: string };

/** What was spent between two looks, for each of `runs`; the most frequent first. */
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

/** The PostgreSQL under both systems, seen from a connection to a third database, so that looking counts for neither. */
export class PostgresMeter {
  private constructor(
    private readonly client: pg.Client,
    private readonly postmaster: number,
  ) {}

  /** @param url of a database that no system under load uses; pg_stat_statements must be preloaded */
  static async open(url: string): Promise<PostgresMeter> {
    const client = new pg.Client({ connectionString: url });
    // A server that goes is told by the next question to it.
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
   * What clients have sent to a database so far, by statement: `begin` and `commit` too, and a function's call once,
   * whatever it does inside.
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
