import type { Socket } from 'node:net';
import { type AppProcess, RunningClock, startApp } from '../deployed/app-process.js';
import { type Answer, newHousehold, type Rekey, startRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { freePort } from '../runner/free-port.js';
import { type CuttingProxy, startCuttingProxy } from '../servers/cutting-proxy.js';
import { endsInstead } from '../servers/raw-http.js';

/** Everything that can happen to the connection of a completion to our issuer, which has done its part. */
describe('a connection to the issuer', () => {
  let proxy: CuttingProxy;
  let rekey: Rekey;
  type Passing = (chunk: Buffer, client: Socket) => void;
  const pass: Passing = (chunk, client) => void client.write(chunk);
  let recovery: AppProcess;
  let passing = pass;
  beforeAll(async () => {
    const port = await freePort();
    proxy = await startCuttingProxy({ host: 'localhost', port }, (chunk, client) => passing(chunk, client));
    const environment = { ISSUER_URL: `http://localhost:${proxy.port}`, LOG_LEVEL: 'silent' };
    rekey = await startRekey({
      clock: new RunningClock(),
      environment: { ...environment, ISSUER_PORT: String(port) },
    });
    // A process of its own reaches the issuer by its URL.
    recovery = await startApp('recovery', rekey, { environment });
  });
  afterAll(async () => {
    await rekey?.close();
    await proxy.close();
  });
  beforeEach(async () => {
    newHousehold();
    rekey.clock.advance(600_000);
    await recovery.follow();
  });

  const proven = async () => {
    const story = new Story(rekey);
    expect((await story.proveBy('ada@example.com')).body.state).toBe('proven');
    return story;
  };
  const complete = async ({ id, token }: Story): Promise<Answer> =>
    rekey.call('POST', `${recovery.url}/v1/recoveries/${id}/credentials`, { bearer: token, json: {} });
  const alive = async ({ id }: Story) => {
    const rows = await rekey.sql('select ended_at is null as alive from sessions where recovery_id = $1', [
      id,
    ]);
    // The issuer has done its part.
    expect(rows.length).toBeGreaterThan(0);
    return rows.filter((row) => row.alive).length;
  };

  test.each<[how: string, end: Passing]>([
    ...endsInstead.map(([how, end]): [string, Passing] => [how, (_chunk, client) => end(client)]),
    ['within the body', (chunk, client) => void client.end(chunk.subarray(0, -5))],
    [
      'with an RST within the body',
      (chunk, client) => client.write(chunk.subarray(0, -5), () => client.resetAndDestroy()),
    ],
  ])('that ends %s: a 503, and the next request has the one session', async (_how, end) => {
    const story = await proven();
    passing = end;
    const lost = await complete(story);
    passing = pass;
    expect([lost.status, lost.body.code]).toEqual([503, 'unavailable']);
    expect(Number(lost.headers.get('retry-after'))).toBeGreaterThan(0);
    // What nobody received has ended.
    expect(await alive(story)).toBe(0);
    const { status, body } = await complete(story);
    expect(status).toBe(201);
    expect(await alive(story)).toBe(1);
    const { refresh_token } = body;
    expect((await rekey.token({ grant_type: 'refresh_token', refresh_token })).status).toBe(200);
  });

  test.each(endsInstead.slice(0, 2))('that ends once %s costs nothing', async (_how, end) => {
    const story = await proven();
    passing = (_chunk, client) => {
      passing = pass;
      end(client);
    };
    expect((await complete(story)).status).toBe(201);
    expect(await alive(story)).toBe(1);
  });

  test.each(['reset', 'end'] as const)('that ends while it is idle, by %s, costs nothing', async (how) => {
    expect((await complete(await proven())).status).toBe(201);
    const story = await proven();
    expect(proxy.cut(how)).toBeGreaterThan(0);
    expect((await complete(story)).status).toBe(201);
  });
});
