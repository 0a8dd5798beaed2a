import { RunningClock } from '../deployed/app-process.js';
import { type Rekey, startRekey, until } from '../flows/rekey.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.js';
import { Load } from './load.js';

/** A network that loses every packet of the connections to PostgreSQL, and says nothing; new connections work. */
describe('database connections whose packets are lost', () => {
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let rekey: Rekey;
  let load: Load;
  beforeAll(async () => {
    database = await createDatabase();
    const { hostname, port } = new URL(database.url);
    proxy = await startCuttingProxy({ host: hostname, port: Number(port) });
    rekey = await startRekey({
      clock: new RunningClock(),
      environment: {
        DATABASE_URL: database.url,
        DATABASE_OWNER_URL: database.ownerUrl,
        LOG_LEVEL: 'silent',
      },
    });
    const through = Object.assign(new URL(database.url), { hostname: '127.0.0.1', port: String(proxy.port) });
    load = new Load(rekey, {
      beside: { recovery: 2, issuer: 1, console: 1, courier: 1 },
      callers: 24,
      persons: 8,
      environment: { DATABASE_URL: through.href },
    });
    await load.prepare();
  });
  afterAll(async () => {
    await load?.end();
    await rekey?.close();
    await proxy.close();
    // What the server has of lost connections ends with them.
    await until('its sessions', async () =>
      database.drop().then(
        () => true,
        () => undefined,
      ),
    );
  });

  test('no request hangs, each refusal says when to come again, and no lost connection is used again', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `waits-${at}`);
    await load.begin(names);
    let lost = 0;
    for (let round = 0; round < 2; round++) {
      await load.goesOn();
      lost += proxy.cut('silence');
      await load.goesOn();
    }
    // Every request ends.
    const { tally, wrong, accepted } = await load.end();
    process.stdout.write(`${lost} connections lost; answers ${JSON.stringify(tally)}\n`);
    expect(wrong).toEqual([]);
    expect(tally[503]).toBeGreaterThan(0);
    expect(lost).toBeGreaterThan(20);
    expect(await load.dead()).toEqual([]);
    await load.recovers();
    rekey.clock.advance(31_000);
    await rekey.idle();
    for (const name of accepted)
      expect([name, (await rekey.codes(`${name}@example.com`)).length > 0]).toEqual([name, true]);
  });
});
