import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { until } from '../flows/rekey.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { type AppProcess, RunningClock, startApp } from './app-process.js';
import { ada, type Deployment, startDeployment } from './deployment.js';

/** Forwards `/inside/…` to `/…` of another server of this machine, as an ingress does. */
async function startPrefix() {
  let target = '';
  const server = createServer((incoming, response) => {
    const { method, headers, url = '' } = incoming;
    const path = /^\/inside(\/.*)$/.exec(url)?.[1];
    if (!path || !target) return void response.writeHead(502).end();
    const forwarded = request(`${target}${path}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.writeHead(502).end());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/inside`,
    leadTo: (url: string) => {
      target = url;
    },
    close: () => void server.close(),
  };
}

/** Nobody can reach it: a name that never resolves (RFC 6761). */
const publicIssuer = 'https://id.rekey.invalid';

describe('a deployment whose public URL of the issuer leads nowhere from inside', () => {
  let prefix: Awaited<ReturnType<typeof startPrefix>>;
  let rekey: Deployment;
  beforeAll(async () => {
    prefix = await startPrefix();
    rekey = await startDeployment({
      ISSUER_URL: publicIssuer,
      ISSUER_INTERNAL_URL: prefix.url,
      DRAIN_SECONDS: '60',
      METRICS_TOKEN: 'a token of metrics',
    });
    prefix.leadTo(rekey.urls.issuer);
    await rekey.put(ada);
  });
  afterAll(async () => {
    prefix.close();
    await rekey.close();
  });

  const ready = async (name: 'recovery' | 'courier' | 'issuer') => {
    const response = await fetch(`${rekey.urls[name]}/health/ready`);
    return { http: response.status, ...((await response.json()) as object) };
  };
  const post = (path: string, json: object, token = '') =>
    fetch(`${rekey.urls.recovery}/v1/recoveries${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(json),
    });
  const start = () => post('', { identifier: 'ada@example.com' });
  const reachable = async () => {
    const headers = { authorization: 'Bearer a token of metrics' };
    const text = await (await fetch(`${rekey.urls.recovery}/metrics`, { headers })).text();
    return /^rekey_issuer_reachable (\d)$/m.exec(text)?.[1];
  };
  /** What the log says of the issuer, once there are so many lines. */
  const said = async (atLeast: number) =>
    (await rekey.log('recovery', ({ msg }) => /^the issuer /.test(String(msg)), atLeast)).map(
      ({ msg }) => msg,
    );

  test('a recovery ends with credentials, in which everything is public', async () => {
    await until('the issuer', async () => (await ready('recovery')).http === 200 || undefined);
    const { id, token } = (await (await start()).json()) as { id: string; token: string };
    const code = await until(
      'the code',
      async () => /^ {4}(\d{4} \d{4})/m.exec(rekey.mails().join('\n'))?.[1],
    );
    expect((await post(`/${id}/proofs`, { kind: 'code', value: code }, token)).status).toBe(200);
    const ended = await post(`/${id}/credentials`, {}, token);
    expect(ended.status).toBe(201);
    const { access_token } = (await ended.json()) as { access_token: string };
    expect(decodeJwt(access_token)).toMatchObject({ iss: publicIssuer, aud: publicIssuer });
  });

  test('readiness, the log and a metric say when the issuer is away, and the process still serves', async () => {
    const is = (status: string) =>
      until(`it to be ${status}`, async () => {
        const told = await ready('recovery');
        return 'status' in told && told.status === status ? told : undefined;
      });
    expect(await is('ok')).toEqual({ http: 200, status: 'ok' });
    expect(await reachable()).toBe('1');
    // Both may have been said at the start, before the test told the ingress where to lead.
    const before = await until('the log', async () => {
      const { length } = await said(0);
      return length % 2 === 0 ? length : undefined;
    });
    const ended = rekey.end('issuer');
    await until('its drain', async () => (await ready('issuer')).http === 503 || undefined);
    expect([await rekey.end('issuer'), await ended]).toEqual([0, 0]);
    expect(await is('degraded')).toEqual({ http: 200, status: 'degraded', degraded: ['issuer'] });
    expect([await reachable(), (await start()).status]).toEqual(['0', 202]);
    await rekey.startAgain('issuer');
    expect(await is('ok')).toEqual({ http: 200, status: 'ok' });
    expect((await said(before + 2)).slice(before)).toEqual([
      `the issuer does not respond at ${prefix.url}: no recovery ends with credentials until it does (ISSUER_INTERNAL_URL)`,
      `the issuer responds again at ${prefix.url}`,
    ]);
  });

  test('after SIGTERM a process says that it is not ready, and serves until its drain is over', async () => {
    const no = { http: 503, status: 'unavailable', failing: ['process'] };
    const ended = rekey.end('recovery');
    expect(
      await until('readiness', async () =>
        (await ready('recovery')).http === 503 ? ready('recovery') : undefined,
      ),
    ).toEqual(no);
    const response = await start();
    expect([response.status, response.headers.get('connection')]).toEqual([202, 'close']);
    // The second signal ends the drain: a minute is not waited for.
    expect([await rekey.end('recovery'), await ended]).toEqual([0, 0]);
    await rekey.startAgain('recovery');
  });

  test('after SIGTERM a courier takes no new jobs', async () => {
    const ended = rekey.end('courier');
    await until('readiness', async () => (await ready('courier')).http === 503 || undefined);
    const { id } = (await (await start()).json()) as { id: string };
    const stateOf = async () =>
      (await rekey.sql<{ state: string }>(`select state from messages where recovery_id = '${id}'`))[0]
        ?.state;
    for (let times = 0; times < 20; times++) expect((await ready('courier')).http).toBe(503);
    expect([await rekey.end('courier'), await ended, await stateOf()]).toEqual([0, 0, 'queued']);
    await rekey.startAgain('courier');
    await until('the message', async () => (await stateOf()) === 'sent' || undefined);
  });
});

describe('in production, each process starts with what it needs and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-least-'));
  const started: AppProcess[] = [];
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(async () => {
    for (const one of started) await one.kill();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const key = randomBytes(32).toString('base64url');
  const secrets = (): Record<string, string> => ({
    DATABASE_URL: database.url,
    REKEY_KEYRING: JSON.stringify([{ id: 'a', key }]),
    MANAGEMENT_CLIENT_SECRET: 'a secret of 20 chars',
    SMTP_URL: 'smtp://mail.example',
    TWILIO_AUTH_TOKEN: 'token',
  });
  const RECOVERY_URL = 'https://recover.example.com';
  const ISSUER_URL = 'https://id.example.com';
  const twilio = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_FROM: '+15005550006' };
  const shared = ['DATABASE_URL', 'REKEY_KEYRING'];

  test.each([
    ['recovery', shared, { RECOVERY_URL, ISSUER_URL }],
    [
      'issuer',
      [...shared, 'MANAGEMENT_CLIENT_SECRET'],
      { RECOVERY_URL, ISSUER_URL, MANAGEMENT_CLIENT_ID: 'm' },
    ],
    ['console', shared, { ISSUER_URL, CONSOLE_URL: 'https://console.example.com' }],
    [
      'courier',
      [...shared, 'SMTP_URL', 'TWILIO_AUTH_TOKEN'],
      { RECOVERY_URL, MAIL_FROM: 'no-reply@example.com', ...twilio },
    ],
  ] as const)('%s, with %j in files', async (name, inFiles, given: Record<string, string>) => {
    const files = inFiles.map((secret) => {
      const path = join(folder, `${name}-${secret}`);
      writeFileSync(path, `${secrets()[secret]}\n`);
      return [`${secret}_FILE`, path];
    });
    const unset = {
      DATABASE_URL: '',
      REKEY_DATA_DIR: folder,
      RECOVERY_URL: '',
      ISSUER_URL: '',
      CONSOLE_URL: '',
    };
    const environment = {
      ...unset,
      TRUST_PROXY: '',
      NODE_ENV: 'production',
      ...given,
      ...Object.fromEntries(files),
    };
    const rekey = { clock: new RunningClock(), settings: { dataDir: folder, urls: {} } };
    // It resolves when the process is ready.
    const app = await startApp(name, rekey, { environment });
    started.push(app);
    expect(await app.end()).toBe(0);
  });
});
