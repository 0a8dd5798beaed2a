import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { administer } from '../../../test/runner/postgres.js';
import { type CuttingProxy, startCuttingProxy } from '../../../test/servers/cutting-proxy.js';
import { namingConnectionFault } from './connection-fault.js';
import { type Database, openDatabase, statement } from './index.js';
import { sql } from './sql-text.js';

/** PostgreSQL sends this as it ends a connection: an ErrorResponse (protocol 3.0, message format `E`). */
const fatal = (() => {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to administrator command'].map(
    (field) => `${field}\0`,
  );
  const body = Buffer.from(`${fields.join('')}\0`);
  const head = Buffer.from('E....');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
})();

const one = statement('spec_one', sql`select 1 as one`);
const slow = statement('spec_slow', sql`select 1 as one from pg_sleep(0.05)`);

/** All functions that send a query. */
const ways: Record<string, (database: Database) => Promise<unknown>> = {
  query: (database) => database.query(one),
  transaction: (database) => database.transaction((tx) => tx.query(one)),
  ready: (database) => database.ready(),
  queryWhereverWeAre: (database) => database.queryInBoundTransaction({ text: 'select 1' }),
  connect: async (database) => {
    const client = await database.connect();
    try {
      await client.query('select 1');
    } finally {
      client.release();
    }
  },
};

const named = { code: expect.stringMatching(/^(08006|57P01)$/) };
/** A library uses its connection directly. */
const bare = { message: expect.stringContaining('not queryable') };

describe('connections that PostgreSQL ends', () => {
  let postgres: TestDatabase;
  let proxy: CuttingProxy;
  /** The connection ends in the same packet that ends its next result. */
  let endsNext = false;
  let url: URL;
  beforeAll(async () => {
    postgres = await createDatabase({ migrated: false });
    url = new URL(postgres.url);
    const to = { host: url.hostname, port: Number(url.port) };
    proxy = await startCuttingProxy(to, (chunk, client) => {
      // ReadyForQuery: `Z`, its length, and the state of the transaction.
      const isWhole = chunk.subarray(-6, -1).equals(Buffer.from([0x5a, 0, 0, 0, 5]));
      if (!endsNext || !isWhole) return void client.write(chunk);
      endsNext = false;
      client.end(Buffer.concat([chunk, fatal]));
    });
    url.port = String(proxy.port);
    url.hostname = '127.0.0.1';
  });
  afterAll(async () => {
    await proxy.close();
    await postgres.drop();
  });
  const open = (more: { silenceMs?: number } = {}) =>
    openDatabase({ url: url.href, name: 'spec', anySchema: true, poolSize: 1, ...more });

  test.each(Object.keys(ways))(
    'a connection that ends as a waiting %s gets it ends no process, and the pool keeps serving',
    async (way) => {
      const database = await open();
      try {
        const before = database.query(slow);
        // Both wait for the only connection: the first gets the ended one, the second gets a new one.
        const waiting = [ways[way], ways.transaction].map((enter) => enter?.(database));
        endsNext = true;
        expect(await before).toEqual([{ one: 1 }]);
        const outcomes = await Promise.allSettled(waiting);
        expect(outcomes).toMatchObject([
          { status: 'rejected', reason: way === 'connect' ? bare : named },
          { status: 'fulfilled', value: [{ one: 1 }] },
        ]);
        for (const enter of Object.values(ways)) await enter(database);
        expect(database.pool.totalCount).toBe(1);
      } finally {
        await database.close();
      }
    },
  );

  test('a statement whose packets are lost fails in time, and its connection is not used again', async () => {
    // Whether it has committed is not known, so it is not said to have.
    const commit = (database: Database) =>
      database.transaction(async (tx) => {
        await tx.query(one);
        proxy.cut('silence');
      });
    for (const entered of [Object.values(ways), [commit]]) {
      const databases = await Promise.all(entered.map(() => open({ silenceMs: 500 })));
      if (entered[0] !== commit) expect(proxy.cut('silence')).toBe(databases.length);
      const outcomes = await Promise.allSettled(databases.map((database, at) => entered[at]?.(database)));
      expect(outcomes).toMatchObject(outcomes.map(() => ({ status: 'rejected', reason: { code: '08006' } })));
      for (const database of databases) {
        expect(await database.query(one)).toEqual([{ one: 1 }]);
        expect(database.pool.totalCount).toBe(1);
        await database.close();
      }
    }
  });

  test.each([
    ['0', '30s'],
    ['5s', '5s'],
  ])(
    "a transaction of a lost client ends by itself: the operator's limit of %s makes %s",
    async (set, found) => {
      const name = url.pathname.slice(1);
      await administer(
        postgres.adminUrl,
        `alter database ${name} set idle_in_transaction_session_timeout = '${set}'`,
      );
      const database = await open();
      const limit = statement(
        'spec_limit',
        sql`select current_setting('idle_in_transaction_session_timeout') as found`,
      );
      expect(await database.query(limit)).toEqual([{ found }]);
      await database.close();
    },
  );

  test('a connection that is idle for longer stays', async () => {
    const database = await open({ silenceMs: 100 });
    const client = await database.connect();
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    await once(stream, 'timeout');
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    client.release();
    await database.close();
  });

  test('each kind of query names a connection that could not be had', async () => {
    const database = await open();
    await database.pool.end();
    for (const enter of Object.values(ways))
      await expect(enter(database)).rejects.toMatchObject({ code: '08001' });
  });
});

test.each<[code: string | undefined, message: string, more?: object]>([
  ['08001', 'timeout exceeded when trying to connect'],
  ['08001', 'timeout expired'],
  ['08001', 'Connection terminated due to connection timeout'],
  ['08006', 'Connection terminated unexpectedly'],
  ['08006', 'Connection terminated'],
  ['08006', 'Client has encountered a connection error and is not queryable'],
  ['08006', 'Client was closed and is not queryable'],
  ['ENOENT', 'no such file', { code: 'ENOENT', syscall: 'open' }],
  ['08001', 'no such file', { code: 'ENOENT', syscall: 'connect' }],
  ['57P01', 'terminating connection due to administrator command', { code: '57P01' }],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' }],
  [undefined, 'timeout of something else'],
])('%s is the code of: %s', (code, message, more = {}) => {
  expect((namingConnectionFault(Object.assign(new Error(message), more)) as { code?: string }).code).toBe(
    code,
  );
});
