import type { TraceContext } from '@rekey/telemetry';
import type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { namingConnectionFault } from './connection-fault.js';
import { retried } from './retried.js';
import { isTransient, isUnprepared } from './sql-states.js';
import { hasOrigin, type Statement, valuesOf } from './statement.js';

/** Pools whose connections lead through a pooler that does not follow prepared statements. */
const unprepared = new WeakSet<Pool>();

/** Sends the statements of one pool: prepared under their names, or as text where a pooler cannot do that. */
export class Sender {
  constructor(private readonly pool: Pool) {}

  /** Sends to the pool, which is a transaction of its own, so that it can be tried again. */
  alone<Row extends QueryResultRow>(config: QueryConfig): Promise<QueryResult<Row>> {
    return this.again(() => this.send<Row>(this.pool, config));
  }

  /** Sends on the connection of a transaction. */
  inside<Row extends QueryResultRow>(client: PoolClient, config: QueryConfig): Promise<QueryResult<Row>> {
    return this.send(client, config);
  }

  /** Runs a transaction again that gave way to another one, or that met the pooler. Its only effects are in the database. */
  again<T>(work: () => Promise<T>): Promise<T> {
    return retried(work, (fault) => isTransient(fault) || this.isUnprepared(fault));
  }

  private async send<Row extends QueryResultRow>(
    on: Pool | PoolClient,
    { name, ...config }: QueryConfig,
  ): Promise<QueryResult<Row>> {
    try {
      return await on.query<Row>(name && !unprepared.has(this.pool) ? { name, ...config } : config);
    } catch (fault) {
      throw namingConnectionFault(fault);
    }
  }

  private isUnprepared(fault: unknown): boolean {
    if (!isUnprepared(fault)) return false;
    // PgBouncer follows them from 1.21 on. Names differ by text, so an earlier one can only miss them.
    unprepared.add(this.pool);
    return true;
  }
}

/** @param trace what caused the work, for a statement that writes that down */
export const configOf = (
  statement: Statement,
  values: Record<string, unknown>,
  trace: TraceContext | undefined,
): QueryConfig => ({
  name: statement.preparedName,
  text: statement.text,
  values: valuesOf(statement, hasOrigin(statement) ? { ...values, ...originOf(trace) } : values),
});

const originOf = (trace: TraceContext | undefined) => ({
  originRequestId: trace?.requestId ?? null,
  originSource: trace?.source?.pseudonym() ?? null,
});
