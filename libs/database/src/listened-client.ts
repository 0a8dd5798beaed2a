import type { Socket } from 'node:net';
import pg from 'pg';
import { type ConnectionTarget, connectionTarget, type Way } from './connection-target.js';
import { sessionSettings } from './session-settings.js';
import { isPasswordRefused, sqlStates } from './sql-states.js';

/** Which way led to a server, by all ways to it, so that a later connection begins with that one. */
const taken = new Map<string, number>();

/**
 * A connection that is made as libpq makes it, has the settings that our statements need, and always has an `error` listener.
 *
 * A backend that ends as it finishes a statement sends the end of the result and a FATAL in one packet. At the former, the pool removes its
 * listener and hands the connection on. The waiting caller adds its own a microtask later (TypeORM and BullMQ do). The latter arrives in
 * between, when nobody listens, and an unhandled `error` ends the process. The next statement reports what the fault means.
 */
export class ListenedClient extends pg.Client {
  private readonly read: Read;
  private readonly given: pg.ClientConfig;
  private readonly silenceMs: number | undefined;

  /**
   * @param config what it sets wins over the connection string, but for the name that PostgreSQL shows. `silenceMs`: a statement that gets no
   *   byte for so many milliseconds ends the connection, and has failed with `08006`; it waits without limit when omitted
   */
  constructor({ connectionString, silenceMs, ...config }: pg.ClientConfig & { silenceMs?: number } = {}) {
    const read = targetOf(connectionString);
    const { target } = read;
    const given = {
      ...definedOf(target?.config ?? {}),
      ...definedOf(config),
      ...(target?.config.application_name ? { application_name: target.config.application_name } : {}),
    };
    super({ ...given, ...target?.ways[0] });
    this.read = read;
    this.given = given;
    this.silenceMs = silenceMs;
    this.on('error', () => undefined);
  }

  override connect(): Promise<this>;
  override connect(callback: (fault: Error) => void): void;
  override connect(callback?: (fault: Error) => void): Promise<this> | undefined {
    const connected = this.reach();
    if (!callback) return connected;
    const done = callback as (fault: Error | null) => void;
    connected.then(() => done(null), done);
    return undefined;
  }

  private async reach(): Promise<this> {
    const { target, fault } = this.read;
    // A pool makes its clients where nobody could catch it.
    if (fault) throw fault;
    if (target && target.ways.length > 1) await this.choose(target);
    try {
      await super.connect();
    } catch (notMade) {
      if (target) taken.delete(keyOf(target));
      throw notMade;
    }
    this.endWhenSilent();
    await this.query(sessionSettings);
    return this;
  }

  /**
   * A server that is lost without a FIN or an RST (its machine, or the network) would keep a statement waiting for as long as TCP sends it again,
   * about a quarter of an hour. The connection cannot be used again then: the response to the statement may still come.
   */
  private endWhenSilent(): void {
    if (this.silenceMs === undefined) return;
    const { connection, silenceMs } = this as unknown as {
      connection: { stream: Socket };
      silenceMs: number;
    };
    connection.stream.setTimeout(silenceMs, () => {
      const { readyForQuery } = this as unknown as { readyForQuery: boolean };
      if (readyForQuery) return;
      const fault = new Error(`PostgreSQL did not respond within ${silenceMs} ms`);
      connection.stream.destroy(Object.assign(fault, { code: sqlStates.connectionLost }));
    });
  }

  /** Tries the ways on connections that are thrown away, since a client connects once. */
  private async choose(target: ConnectionTarget): Promise<void> {
    const { ways, hasSeveralHosts } = target;
    const before = hasSeveralHosts ? undefined : taken.get(keyOf(target));
    if (before !== undefined) return this.take(ways[before] ?? ways[0]);
    let last: unknown;
    for (const [at, way] of ways.entries()) {
      try {
        await this.probe(way, target);
        taken.set(keyOf(target), at);
        return this.take(way);
      } catch (fault) {
        last = fault;
        // A wrong password is wrong everywhere, and trying it again could lock the role.
        if (isPasswordRefused(fault)) break;
      }
    }
    throw last;
  }

  /** @throws when it cannot be used */
  private async probe(way: Way, { wanted, timeoutMs }: ConnectionTarget): Promise<void> {
    const probe = new pg.Client({ ...this.given, ...way, connectionTimeoutMillis: timeoutMs });
    probe.on('error', () => undefined);
    await probe.connect();
    try {
      if (wanted === 'any' || wanted === 'prefer-standby') return;
      const { rows } = await probe.query('select pg_catalog.pg_is_in_recovery() as "isStandby"');
      if (rows[0].isStandby !== (wanted === 'standby' || wanted === 'read-only'))
        throw Object.assign(new Error(`target_session_attrs: no server is ${wanted}`), {
          code: sqlStates.connectionNotMade,
        });
    } finally {
      // It may be lost by now, and then nobody would say that it has ended.
      const { stream } = (probe as unknown as { connection: { stream: Socket } }).connection;
      const timer = setTimeout(() => stream.destroy(), timeoutMs);
      await probe.end();
      clearTimeout(timer);
    }
  }

  /** node-postgres reads them when it connects. */
  private take({ host = this.host, port = this.port, ssl }: Way): void {
    const own = this as unknown as { ssl: Way['ssl']; connection: { ssl: Way['ssl'] } };
    Object.assign(this, { host, port });
    own.ssl = ssl;
    own.connection.ssl = ssl;
  }
}

interface Read {
  target?: ConnectionTarget;
  fault?: unknown;
}

function targetOf(connectionString: string | undefined): Read {
  try {
    return connectionString === undefined ? {} : { target: connectionTarget(connectionString) };
  } catch (fault) {
    return { fault };
  }
}

const keyOf = ({ ways }: ConnectionTarget): string =>
  JSON.stringify(ways.map(({ host, port, ssl }) => [host, port, ssl !== false]));

const definedOf = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;

/**
 * Runs one piece of work on a connection of its own, and closes it afterwards.
 *
 * @param database another one than the URL names
 */
export async function onConnection<T>(
  url: string,
  work: (client: ListenedClient) => Promise<T>,
  database?: string,
): Promise<T> {
  const target = { connectionString: url, ...(database === undefined ? {} : { database }) };
  const client = new ListenedClient(target);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
