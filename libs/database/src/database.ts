import { AsyncLocalStorage } from 'node:async_hooks';
import { isAnyRefused } from '@rekey/kernel';
import { inSpan, type Note, type Place } from '@rekey/watch';
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import pg from 'pg';
import { DataSource, type EntityManager, type EntitySchema, type MixedList } from 'typeorm';
import { namingConnectionFault } from './connection-fault.js';
import { HeardClient } from './heard-client.js';
import { pendingMigrations } from './migrate.js';
import { type RoleRights, readRights, some } from './rights.js';
import { type Statement, valuesOf } from './statement.js';

/** Whatever a hand-written statement can be put to: the database, or a transaction on it. */
export interface Sql {
  /** @returns the rows; a fault of the database is thrown with its SQLSTATE in `code`, `08001` for a connection that could not be made, `08006` for one that was lost */
  query<Row extends object>(statement: Statement, values?: Record<string, unknown>): Promise<Row[]>;
  /** Counts what was done here: whoever writes it says it, and on a transaction it counts when that commits. */
  readonly note: Note;
  /** What is done here was caused by. */
  readonly place: Place | undefined;
}

export interface Transaction extends Sql {
  /** TypeORM's manager on the connection of this transaction. */
  readonly manager: EntityManager;
  /** What the library asks {@link Database.queryWhereverWeAre} meanwhile is part of this transaction. */
  joining<T>(library: () => Promise<T>): Promise<T>;
  /** Runs once the transaction has committed, never when it has not: neither after a fault nor after a refusal. Its fault is the caller's to handle. */
  afterCommit(work: () => void): void;
}

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/name` */
  url: string;
  /** The entities of the rooms that this process uses. */
  entities?: MixedList<string | EntitySchema | (new () => object)>;
  /** Connections at most; 10 when left out. */
  poolSize?: number;
  /** Shown by PostgreSQL in `pg_stat_activity`. */
  name: string;
  /** Take the database as it is; otherwise one that lacks a migration is refused. */
  anySchema?: boolean;
  /** Where it is counted what happens; nowhere when left out. */
  noteAt?: NoteAt;
  /** Gets what the role of the URL may do and should not, when that is something. */
  surplusRights?: (rights: string[]) => void;
}

type NoteAt = (place: Place | undefined) => Note;

type Runner = Pool | PoolClient;

/** A transaction's connection, as long as it has it. */
interface Seat {
  client: PoolClient | undefined;
}

/**
 * One PostgreSQL. TypeORM has the schema, the migrations and everything that is not hot; on the path of a recovery the
 * rooms put few, named, prepared statements to TypeORM's own pool (in a trial at concurrency 32: 633 flows/s against 286
 * through repositories).
 */
export class Database implements Sql {
  constructor(
    readonly dataSource: DataSource,
    private readonly noteAt: NoteAt = () => () => undefined,
    readonly place: Place | undefined = undefined,
    private readonly inside = new AsyncLocalStorage<Seat>(),
  ) {}

  private asking: Promise<RoleRights> | undefined;

  /** The same database for one piece of work: what is done on it was caused by that, and is noted there. */
  at(place: Place | undefined): Database {
    return new Database(this.dataSource, this.noteAt, place, this.inside);
  }

  get note(): Note {
    return this.noteAt(this.place);
  }

  /** node-postgres' pool underneath, which TypeORM made. */
  get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }

  query<Row extends object>(statement: Statement, values: Record<string, unknown> = {}): Promise<Row[]> {
    return run<Row>(this.pool, statement, values);
  }

  /**
   * Commits what `work` does when it returns, rolls back when it throws, and when it returns a refusal: who is told no has
   * changed nothing. What is to stay all the same, as the charge for a request that is one too many, is returned as a plain
   * value and refused outside.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const attributes = { 'db.system.name': 'postgresql' };
    return inSpan(this.place, 'database transaction', 'client', attributes, (place) =>
      this.at(place).commit(work),
    );
  }

  private async commit<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const seat: Seat = { client: undefined };
    const afterwards: (() => void)[] = [];
    let result: T;
    try {
      const client = (await runner.connect()) as PoolClient;
      await runner.startTransaction();
      seat.client = client;
      const tx: Transaction = {
        manager: runner.manager,
        query: (statement, values = {}) => run(client, statement, values),
        joining: (library) => this.inside.run(seat, library),
        afterCommit: (later) => afterwards.push(later),
        place: this.place,
        note: (...noted: Parameters<Note>) => afterwards.push(() => this.note(...noted)),
      };
      result = await work(tx);
      if (isAnyRefused(result)) {
        afterwards.length = 0;
        // Where the connection is lost meanwhile, PostgreSQL rolls back by itself.
        await runner.rollbackTransaction().catch(() => undefined);
      } else await runner.commitTransaction();
    } catch (fault) {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw namingConnectionFault(fault);
    } finally {
      // What was started inside and still runs must not meet the connection in somebody else's hands.
      seat.client = undefined;
      await runner.release();
    }
    for (const later of afterwards) later();
    return result;
  }

  /**
   * A query on the transaction that is being joined, else on the pool. For libraries that bring their own SQL
   * and their own idea of a pool: the queue commits with what caused the job.
   */
  queryWhereverWeAre(config: QueryConfig): Promise<QueryResult> {
    const on: Runner = this.inside.getStore()?.client ?? this.pool;
    return on.query(config).catch(rethrowNamed);
  }

  /** A connection of the pool, for libraries that ask for one; whoever takes it releases it. */
  connect(): Promise<PoolClient> {
    return this.pool.connect().catch(rethrowNamed);
  }

  /**
   * @returns what the role of this connection may do
   * @throws when PostgreSQL does not answer
   */
  rights(): Promise<RoleRights> {
    return readRights((text) => this.pool.query({ name: 'database_rights', text }).catch(rethrowNamed));
  }

  /**
   * Asked by anybody: one question at a time, whose answer goes to all who wait for it.
   *
   * @throws when PostgreSQL does not answer, or the role lacks a right that its work takes
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
    // Else every promise of the process goes on asking a database that is gone which transaction it is in.
    this.inside.disable();
  }
}

/** What an act needs, with what it does there caused by what stands at the place. */
export const standing = <Context extends { database: Database }>(
  context: Context,
  place: Place | undefined,
): Context => ({ ...context, database: context.database.at(place) });

async function run<Row extends object>(
  on: Runner,
  statement: Statement,
  values: Record<string, unknown>,
): Promise<Row[]> {
  const config = { name: statement.name, text: statement.text, values: valuesOf(statement, values) };
  return (await on.query<Row>(config).catch(rethrowNamed)).rows;
}

function rethrowNamed(fault: unknown): never {
  throw namingConnectionFault(fault);
}

/**
 * @throws when the database cannot be reached, with the driver's code (`ECONNREFUSED`, `28P01`, …), or lacks a migration of
 *   this release
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const dataSource = new DataSource({
    type: 'postgres',
    driver: pg,
    url: options.url,
    entities: options.entities ?? [],
    poolSize: options.poolSize ?? 10,
    applicationName: `rekey ${options.name}`,
    connectTimeoutMS: 5_000,
    synchronize: false,
    logging: false,
    // BullMQ's functions live in a schema of their own and are called by their bare names.
    extra: { Client: HeardClient, options: '-c search_path=public,bullmq -c TimeZone=UTC', keepAlive: true },
  });
  await dataSource.initialize();
  const database = new Database(dataSource, options.noteAt);
  if (options.anySchema) return database;
  try {
    await assertUsable(database, options.surplusRights);
    return database;
  } catch (fault) {
    await database.close();
    throw fault;
  }
}

async function assertUsable(
  database: Database,
  surplusRights: DatabaseOptions['surplusRights'],
): Promise<void> {
  const { role, missing, surplus } = await database.rights();
  // Without the right to read it, nobody can say what was migrated.
  if (missing.includes(readsLedger)) throw new Error(lacks(role, missing));
  const pending = await pendingMigrations(database.dataSource);
  if (pending.length > 0)
    throw new Error(`the database lacks ${pending.join(', ')}; run "npm run migrate" first`);
  if (missing.length > 0) throw new Error(lacks(role, missing));
  if (surplus.length > 0) surplusRights?.(surplus);
}

const readsLedger = 'select on schema_migrations';

const lacks = (role: string, missing: string[]): string =>
  `DATABASE_URL: its role ${role} lacks ${some(missing)}; run "npm run migrate" with DATABASE_OWNER_URL`;
