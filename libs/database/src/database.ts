import { AsyncLocalStorage } from 'node:async_hooks';
import { asTyped, isAnyRefused } from '@rekey/kernel';
import { inSpan, type RecordMetric, type TraceContext } from '@rekey/telemetry';
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { assertSchema } from './assert-schema.js';
import { namingConnectionFault } from './connection-fault.js';
import { connectionTimeoutMs } from './connection-target.js';
import { type ColdRepository, type EntityClass, inRepository } from './in-repository.js';
import { ListenedClient } from './listened-client.js';
import { loadedEntities, uuidsOfPostgres } from './loaded-entities.js';
import { listedInPart, type RolePrivileges, readPrivileges } from './privileges.js';
import { retried } from './retried.js';
import { configOf, Sender } from './sender.js';
import type { Statement } from './statement.js';

/** Anything that runs a hand-written statement: the database, or a transaction on it. */
export interface Queryable {
  /**
   * @returns the rows
   * @throws a fault of the database with its SQLSTATE in `code`, `08001` for a connection that could not be made, `08006` for one that was
   * lost
   */
  query<Row extends object>(statement: Statement, values?: Record<string, unknown>): Promise<Row[]>;
  /**
   * What is not on the path of a recovery or a token, through TypeORM's repository of an entity, on the same connection as `query`. A
   * condition that guards a change is part of the change's own criteria, and `affected` says whether it held.
   *
   * @throws as `query` does
   */
  inRepository<Entity extends object, T>(
    entity: EntityClass<Entity>,
    work: (repository: ColdRepository<Entity>) => Promise<T>,
  ): Promise<T>;
  /** Records a metric. On a transaction it counts once that commits. */
  readonly record: RecordMetric;
  /** The trace context of the work: what caused it. Statements with `requestOrigin` write it down. */
  readonly trace: TraceContext | undefined;
}

export interface Transaction extends Queryable {
  /** TypeORM's manager on the connection of this transaction. */
  readonly manager: EntityManager;
  /** Runs a library inside of this transaction: the queries that it sends through {@link Database.queryInBoundTransaction} become part of it. */
  insideTransaction<T>(library: () => Promise<T>): Promise<T>;
  /** Runs once the transaction has committed, and not after a fault or a refusal. Its faults are the caller's to handle. */
  afterCommit(work: () => void): void;
}

export interface DatabaseOptions {
  /** A connection string, as libpq reads it: `postgres://user:password@host:port/name` */
  url: string;
  /** The maximum number of connections; 10 when omitted. */
  poolSize?: number;
  /** Shown by PostgreSQL in `pg_stat_activity`. */
  name: string;
  /** Accept any schema; otherwise a database that lacks a migration is refused. */
  anySchema?: boolean;
  /**
   * Milliseconds without a byte of a response after which a connection counts as lost, with the statement on it; no limit when omitted. No
   * statement of a request or a sweep takes that long.
   */
  silenceMs?: number;
  /** Where metrics are recorded; nowhere when omitted. */
  recordWithin?: RecordWithin;
  /** Called with the privileges that the role of the URL has and should not have, if any. */
  onExcessPrivileges?: (rights: string[]) => void;
}

type RecordWithin = (trace: TraceContext | undefined) => RecordMetric;

/** The connection of a transaction, for as long as the transaction has it. */
interface BoundConnection {
  client: PoolClient | undefined;
}

/**
 * One PostgreSQL. TypeORM runs the schema, the migrations and everything that is not hot. On the path of a recovery a few named, prepared
 * statements go to TypeORM's own pool (in a trial at concurrency 32: 633 flows/s against 286 through repositories).
 */
export class Database implements Queryable {
  constructor(
    readonly dataSource: DataSource,
    private readonly recordWithin: RecordWithin = () => () => undefined,
    readonly trace: TraceContext | undefined = undefined,
    private readonly inside = new AsyncLocalStorage<BoundConnection>(),
  ) {}

  private asking: Promise<RolePrivileges> | undefined;

  /** The same database for one piece of work, with the trace context for its queries and metrics. */
  within(trace: TraceContext | undefined): Database {
    return new Database(this.dataSource, this.recordWithin, trace, this.inside);
  }

  get record(): RecordMetric {
    return this.recordWithin(this.trace);
  }

  /** The pool of node-postgres that TypeORM made. */
  get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  query<Row extends object>(statement: Statement, values: Record<string, unknown> = {}): Promise<Row[]> {
    return this.rowsOf(this.sender.alone<Row>(configOf(statement, values, this.trace)));
  }

  private get sender(): Sender {
    return new Sender(this.pool);
  }

  private async rowsOf<Row>(result: Promise<{ rows: Row[] }>): Promise<Row[]> {
    return (await result).rows;
  }

  inRepository<Entity extends object, T>(
    entity: EntityClass<Entity>,
    work: (repository: ColdRepository<Entity>) => Promise<T>,
  ): Promise<T> {
    return retried(() => inRepository(this.dataSource.manager, entity, work));
  }

  /**
   * Commits when `work` returns, and rolls back when it throws or returns a refusal: a refused caller has changed nothing. A change that
   * must stay after a refusal, such as the charge for one request too many, is returned as a plain value and refused outside.
   *
   * Runs `work` again after a deadlock, so it must have no effect but through the transaction. "Locks" in docs/develop/schema.md has the order
   * of locks that makes deadlocks rare.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const attributes = { 'db.system.name': 'postgresql' };
    return inSpan(this.trace, 'database transaction', 'client', attributes, (trace) =>
      this.sender.again(() => this.within(trace).commit(work)),
    );
  }

  private async commit<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const { sender } = this;
    const seat: BoundConnection = { client: undefined };
    let isOpen = false;
    const afterwards: (() => void)[] = [];
    let result: T;
    try {
      const client = (await runner.connect()) as PoolClient;
      // In words, not by a default: those of the role and the database may be others.
      await client.query('start transaction isolation level read committed, read write');
      isOpen = true;
      seat.client = client;
      const tx: Transaction = {
        manager: runner.manager,
        query: <Row extends object>(statement: Statement, values = {}) =>
          this.rowsOf(sender.inside<Row>(client, configOf(statement, values, this.trace))),
        inRepository: (entity, work) => inRepository(runner.manager, entity, work),
        insideTransaction: (library) => this.inside.run(seat, library),
        afterCommit: (later) => afterwards.push(later),
        trace: this.trace,
        record: (...noted: Parameters<RecordMetric>) => afterwards.push(() => this.record(...noted)),
      };
      result = await work(tx);
      if (isAnyRefused(result)) {
        afterwards.length = 0;
        // If the connection is lost meanwhile, PostgreSQL rolls back by itself.
        await client.query('rollback').catch(() => undefined);
      } else await client.query('commit');
    } catch (fault) {
      if (isOpen) await seat.client?.query('rollback').catch(() => undefined);
      throw namingConnectionFault(fault);
    } finally {
      // Work that was started inside and still runs must not reach the connection after it is back in the pool.
      seat.client = undefined;
      await runner.release();
    }
    for (const later of afterwards) later();
    return result;
  }

  /**
   * Runs a query on the transaction that is being joined, otherwise on the pool. For libraries with SQL and a pool of their own: the queue
   * commits with the change that caused the job.
   */
  queryInBoundTransaction(config: QueryConfig): Promise<QueryResult> {
    const client = this.inside.getStore()?.client;
    return client ? this.sender.inside(client, config) : this.sender.alone(config);
  }

  /** A connection of the pool, for libraries that ask for one and release it themselves. */
  connect(): Promise<PoolClient> {
    return this.pool.connect().catch(rethrowNamed);
  }

  /**
   * @returns the privileges of the role of this connection
   * @throws when PostgreSQL does not respond
   */
  rights(): Promise<RolePrivileges> {
    return readPrivileges((text) => this.sender.alone({ name: 'database_rights', text }));
  }

  /**
   * Checks readiness. Anybody may ask, so one check at a time runs and its result goes to all who wait.
   *
   * @throws when PostgreSQL does not respond, or the role lacks a privilege that it needs
   */
  async ready(): Promise<void> {
    this.asking ??= this.rights().finally(() => {
      this.asking = undefined;
    });
    const { role, missing } = await this.asking;
    if (missing.length > 0) throw new Error(lacks(role, missing));
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    // Otherwise every promise of the process would keep asking a closed database for its transaction.
    this.inside.disable();
  }
}

/** Returns the context of an act with the trace context of its caller. */
export const withTrace = <Context extends { database: Database }>(
  context: Context,
  trace: TraceContext | undefined,
): Context => ({ ...context, database: context.database.within(trace) });

function rethrowNamed(fault: unknown): never {
  throw namingConnectionFault(fault);
}

/**
 * @throws when the database cannot be reached, with the driver's code (`ECONNREFUSED`, `28P01`, …), or its schema is not that of this release
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const dataSource = new DataSource({
    type: 'postgres',
    driver: pg,
    schema: 'public',
    entities: loadedEntities(),
    poolSize: options.poolSize ?? 10,
    applicationName: `rekey ${options.name}`,
    connectTimeoutMS: connectionTimeoutMs(options.url),
    synchronize: false,
    logging: false,
    ...uuidsOfPostgres,
    // Not as TypeORM's `url`, which it would read otherwise.
    extra: {
      Client: ListenedClient,
      connectionString: options.url,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      silenceMs: options.silenceMs,
    },
  });
  await dataSource.initialize();
  const database = new Database(dataSource, options.recordWithin);
  if (options.anySchema) return database;
  try {
    await assertUsable(database, options.onExcessPrivileges);
    return database;
  } catch (fault) {
    await database.close();
    throw fault;
  }
}

async function assertUsable(
  database: Database,
  onExcessPrivileges: DatabaseOptions['onExcessPrivileges'],
): Promise<void> {
  const { role, missing, surplus } = await database.rights();
  // Without the privilege to read the ledger, nobody can say which migrations have run.
  if (missing.includes(readsLedger)) throw new Error(lacks(role, missing));
  await assertSchema(database.dataSource);
  if (missing.length > 0) throw new Error(lacks(role, missing));
  if (surplus.length > 0) onExcessPrivileges?.(surplus);
}

const readsLedger = 'select on schema_migrations';

const lacks = (role: string, missing: string[]): string =>
  `DATABASE_URL: its role ${role} lacks ${listedInPart(missing)}; run "${asTyped('migrate')}" with DATABASE_OWNER_URL`;
