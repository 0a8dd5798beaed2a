import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { MovableClock } from '@rekey/kernel';
import type { SenderSettings } from '@rekey/settings';
import { type HttpApi, type Received, startHttpApi } from '../../../../test/servers/http-api.js';
import { createChannels, DeliveryFault, type Outgoing } from '../index.js';
import { signedHeaders } from './signature.js';
import { WebhookSender } from './webhook-sender.js';

let api: HttpApi;
beforeAll(async () => {
  api = await startHttpApi();
});
afterAll(() => api.close());
beforeEach(() => {
  api.received.splice(0);
  api.respond = (response) => response.writeHead(204).end();
});

const keys = [Buffer.alloc(32, 7), Buffer.alloc(24, 9)];
const secrets = keys.map((key) => `whsec_${key.toString('base64')}`);
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const settings = (): SenderSettings & { urls: { recovery: string } } => ({
  mail: 'webhook',
  sms: 'webhook',
  smtpUrls: [],
  mailFrom: 'Rekey <no-reply@example.com>',
  webhooks: { smsUrl: `${api.origin}/sms?key=q`, mailUrl: `${api.origin}/mail`, secrets },
  urls: { recovery: 'https://recover.example.com' },
});
const send = (message: Outgoing) => {
  const channels = createChannels(settings());
  ends.push(() => channels.close());
  return channels.send(message);
};

const about = { id: '0198c0de-0000-7000-8000-000000000001', kind: 'recovery_code', locale: 'zh-Hans' };
const sms = { ...about, channel: 'sms' as const, to: '+14155550123', body: '123 456 您的验证码' };
const mail = {
  ...about,
  channel: 'email' as const,
  to: 'ada@example.com',
  subject: 'Your code',
  text: '1234 5678',
  html: '<p>1234 5678</p>',
};

test('an SMS has its recipient, kind, language and text', async () => {
  await send(sms);
  expect(api.received.map(({ path }) => path)).toEqual(['/sms?key=q']);
  expect(api.received[0]?.headers['content-type']).toBe('application/json');
  const { body: text, ...rest } = sms;
  expect(JSON.parse(api.received[0]?.body ?? '')).toEqual({ ...rest, text });
});

test('a mail also has its sender, subject and HTML', async () => {
  await send(mail);
  expect(api.received.map(({ path }) => path)).toEqual(['/mail']);
  expect(JSON.parse(api.received[0]?.body ?? '')).toEqual({ ...mail, from: 'Rekey <no-reply@example.com>' });
});

test('every secret signs id, timestamp and body, as Standard Webhooks says', async () => {
  const clock = new MovableClock(1_760_000_000_999);
  const sender = new WebhookSender({ url: api.origin, secrets }, { clock });
  ends.push(() => sender.close());
  await sender.post({ ...about, channel: 'sms', to: sms.to, text: sms.body });
  const [{ headers, body }] = api.received as [Received];
  expect([headers['webhook-id'], headers['webhook-timestamp']]).toEqual([about.id, '1760000000']);
  const expected = keys.map((key) => {
    const hmac = createHmac('sha256', key);
    hmac.update(`${about.id}.1760000000.`);
    hmac.update(body);
    return `v1,${hmac.digest('base64')}`;
  });
  expect(headers['webhook-signature']).toBe(expected.join(' '));
});

test('the signature is that of the test vector of Standard Webhooks', () => {
  const vector = createHmac('sha256', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'));
  const body = '{"test": 2432232314}';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const headers = signedHeaders({ id, at: 1_614_265_330_000, body }, [
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ]);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  expect(vector.update(`${id}.1614265330.${body}`).digest('base64')).toBe(
    headers['webhook-signature']?.slice(3),
  );
});

const json = (response: ServerResponse, body: string) =>
  response.writeHead(202, { 'content-type': 'application/json' }).end(body);

test.each([
  ['{"id":"SM42","more":1}', 'SM42'],
  ['{"id":7}', about.id],
  [`{"id":${JSON.stringify('x'.repeat(201))}}`, about.id],
  ['not JSON', about.id],
  ['', about.id],
  [`{"id":"SM42","pad":"${'x'.repeat(100_000)}"}`, about.id],
])('accepted with the body %.30s: the provider id is %s', async (body, providerId) => {
  api.respond = (response) => json(response, body);
  expect(await send(sms)).toEqual({ providerId });
});

test('a connection that is cut after a 200 is an acceptance', async () => {
  api.respond = (response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"id":', () => response.destroy());
  };
  expect(await send(sms)).toEqual({ providerId: about.id });
  expect(api.received).toHaveLength(1);
});

const faultOf = async (sending: Promise<unknown>): Promise<DeliveryFault> => {
  const fault = await sending.then(
    () => 'sent',
    (thrown: unknown) => thrown,
  );
  expect(fault).toBeInstanceOf(DeliveryFault);
  return fault as DeliveryFault;
};

test.each([
  [400, true],
  [410, true],
  [422, true],
  [408, false],
  [425, false],
  [429, false],
  // The settings here and there do not match.
  [401, false],
  [403, false],
  [404, false],
  [500, false],
  [503, false],
])(
  '%i: permanent is %s, and the error repeats nothing of message, URL or response',
  async (status, permanent) => {
    api.respond = (response) => response.writeHead(status).end(`no ${sms.to} ${sms.body}`);
    const fault = await faultOf(send(sms));
    expect(fault).toMatchObject({ permanent, providerCode: `webhook ${status}` });
    expect(`${fault.stack} ${JSON.stringify(fault)}`).not.toMatch(/4155550123|123.?456|whsec|key=q/);
    expect(api.received).toHaveLength(1);
  },
);

test('a redirect is not followed', async () => {
  api.respond = (response) => response.writeHead(307, { location: `${api.origin}/elsewhere` }).end();
  expect(await faultOf(send(mail))).toMatchObject({ permanent: false, providerCode: 'webhook 307' });
  expect(api.received.map(({ path }) => path)).toEqual(['/mail']);
});

test('a connection that is cut before a response is a temporary failure', async () => {
  api.respond = (response) => response.destroy();
  expect(await faultOf(send(sms))).toMatchObject({ permanent: false, providerCode: 'UND_ERR_SOCKET' });
});

test('a refused connection is a temporary failure', async () => {
  const sender = new WebhookSender({ url: 'http://127.0.0.1:1', secrets });
  ends.push(() => sender.close());
  const fault = await faultOf(sender.post({ ...about, channel: 'sms', to: sms.to, text: '1' }));
  expect(fault).toMatchObject({ permanent: false, providerCode: 'ECONNREFUSED' });
});

test('close ends a request that is under way', async () => {
  const sender = new WebhookSender({ url: api.origin, secrets });
  const arrived = new Promise<void>((resolve) => {
    api.respond = () => resolve();
  });
  const sending = faultOf(sender.post({ ...about, channel: 'sms', to: sms.to, text: '1' }));
  await arrived;
  await sender.close();
  expect((await sending).permanent).toBe(false);
});
