import type { ChildProcess } from 'node:child_process';
import { until } from '../flows/rekey.js';
import { startRedis } from '../redis/redis-server.js';
import { freePort } from '../runner/free-port.js';
import { type HttpApi, startHttpApi } from '../servers/http-api.js';
import { type AppProcess, RunningClock, startApp } from './app-process.js';
import { ada, type Collector, type Deployment, startCollector, startDeployment } from './deployment.js';

/**
 * What a process loads only when it needs it is there. `.ci/run` sets `REKEY_TREE` to a tree with the packages of the image, which
 * `docker/slim.js` has taken files out of: Twilio's and BullMQ's clients, exporters, native parts, the assets of the docs. Needs
 * redis-server.
 */
describe('a deployment on the packages of the image', () => {
  let redis: ChildProcess;
  let twilio: HttpApi;
  let collector: Collector;
  let deployment: Deployment;
  let managing: AppProcess;
  beforeAll(async () => {
    const port = await freePort();
    redis = await startRedis(port);
    twilio = await startHttpApi();
    twilio.respond = (response) => {
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ sid: `SM${'0'.repeat(32)}`, status: 'queued' }));
    };
    collector = await startCollector();
    const environment = {
      REDIS_URL: `redis://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: '0'.repeat(32),
      TWILIO_FROM: '+12025550100',
      TWILIO_API_URL: twilio.origin,
    };
    deployment = await startDeployment(environment);
    const { settings } = deployment;
    managing = await startApp('console', { settings, clock: new RunningClock() }, { environment });
    await deployment.put({
      ...ada,
      addresses: [...ada.addresses, { kind: 'phone', value: '+447400123456', verified: true }],
    });
  });
  afterAll(async () => {
    await managing?.kill();
    await deployment?.close();
    await collector.close();
    await twilio.close();
    redis.kill();
  });

  const post = async (path: string, json: object, bearer = '') => {
    const answer = await fetch(`${deployment.urls.recovery}/v1/recoveries${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      },
      body: JSON.stringify(json),
    });
    return { status: answer.status, body: await answer.json() };
  };

  test('a recovery by SMS, through Redis, to a new password, the notice by mail and the traces', async () => {
    const started = await post('', { identifier: '07400 123456', country: 'GB' });
    expect(started.status).toBe(202);
    const { id, token } = started.body;
    const sms = await until('the SMS', async () => twilio.received[0]);
    expect(sms.path).toContain('/Messages.json');
    const [code = ''] =
      /\b\d{6}\b|\b\d{3} \d{3}\b/.exec(new URLSearchParams(sms.body).get('Body') ?? '') ?? [];
    expect((await post(`/${id}/proofs`, { kind: 'code', value: code }, token)).status).toBe(200);
    const password = 'one that nobody else has, 1';
    expect((await post(`/${id}/credentials`, { password }, token)).status).toBe(201);
    expect(await until('the notice', async () => deployment.mails()[0])).toContain('ada@example.com');
    const services = ['rekey-courier', 'rekey-issuer', 'rekey-recovery'];
    await until('a trace of each process', async () => {
      const traced = new Set(collector.spans().map(({ service }) => service));
      return services.every((service) => traced.has(service)) || undefined;
    });
  });

  test.each(['recovery', 'issuer', 'console'] as const)(
    '%s describes its API, on pages that get all they load',
    async (name) => {
      const url = name === 'console' ? managing.url : deployment.urls[name];
      const get = async (path: string) => {
        const answer = await fetch(new URL(path, `${url}/`));
        return { status: answer.status, text: await answer.text() };
      };
      expect(JSON.parse((await get('openapi.json')).text).openapi).toBe('3.1.0');
      expect((await get('openapi.yaml')).text).toMatch(/^openapi: 3\.1\.0$/m);
      const page = await get('docs');
      const loaded = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path = '']) => path);
      expect(loaded.filter((path) => /swagger-ui-bundle\.js|swagger-ui\.css/.test(path))).toHaveLength(2);
      for (const path of loaded) {
        const { status, text } = await get(path);
        expect([path, status, text.length > 0]).toEqual([path, 200, true]);
      }
    },
  );

  test('every process is ready', async () => {
    for (const url of [...Object.values(deployment.urls), managing.url])
      expect([url, (await fetch(`${url}/health/ready`)).status]).toEqual([url, 200]);
  });
});
