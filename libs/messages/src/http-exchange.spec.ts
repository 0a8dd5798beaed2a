import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { MovableClock, type Timer } from '@rekey/kernel';
import { type HttpApi, startHttpApi } from '../../../test/servers/http-api.js';
import { breakerFailures, breakerOpenMs } from './breaker.js';
import { attemptMs } from './deadline.js';
import { DeliveryFault } from './delivery-fault.js';
import { retryAfterMs } from './retry-after.js';
import { Twilio } from './sms/twilio/twilio.js';
import { WebhookSender } from './webhook/webhook-sender.js';

let api: HttpApi;
const drips: NodeJS.Timeout[] = [];
beforeAll(async () => {
  api = await startHttpApi();
});
afterAll(() => api.close());
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const drip of drips.splice(0)) clearInterval(drip);
  for (const end of ends.splice(0)) await end();
});

let clock: MovableClock;
beforeEach(() => {
  clock = new MovableClock(Date.parse('2027-03-01T12:00:00Z'));
});
const about = { id: '0198c0de-0000-7000-8000-000000000001', kind: 'recovery_code', locale: 'en' };
let expire: () => void = () => undefined;
const timer: Timer = (ms, run) => {
  expect(ms).toBe(attemptMs);
  expire = run;
  return () => undefined;
};

const senders = {
  twilio: (changes: string[] = []) => {
    const from = { accountSid: `AC${'0'.repeat(32)}`, authToken: 's3cret', from: '+15005550006' };
    const onBreaker = (_server: string, to: string) => changes.push(to);
    const sender = new Twilio({ ...from, apiUrl: api.origin, onBreaker }, { clock, timer });
    return () => sender.send({ id: about.id, to: '+14155550123', body: '123 456' });
  },
  webhook: (changes: string[] = []) => {
    const onBreaker = (_server: string, to: string) => changes.push(to);
    const secrets = [`whsec_${Buffer.alloc(32).toString('base64')}`];
    const sender = new WebhookSender({ url: api.origin, secrets, onBreaker }, { clock, timer });
    ends.push(() => sender.close());
    return () => sender.post({ ...about, channel: 'sms', to: '+14155550123', text: '123 456' });
  },
};
const names = ['twilio', 'webhook'] as const;

const faultOf = async (sending: Promise<unknown>): Promise<DeliveryFault> => {
  const fault = await sending.then(
    () => 'sent',
    (thrown: unknown) => thrown,
  );
  expect(fault).toBeInstanceOf(DeliveryFault);
  return fault as DeliveryFault;
};
const accept = (response: ServerResponse) =>
  response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"theirs","sid":"SM1"}');

describe.each(names)('%s', (name) => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['is silent', () => undefined],
    [
      'sends a byte of its headers now and then',
      ({ socket }) => {
        socket?.on('error', () => undefined);
        socket?.write('HTTP/1.1 200 OK\r\nx-slow: ');
        drips.push(setInterval(() => socket?.write('a'), 5));
      },
    ],
  ])('an API that %s has ten seconds, and its connection is ended', async (_how, hang) => {
    const hung = new Promise<Socket>((resolve) => {
      api.respond = (response) => {
        hang(response);
        resolve(response.socket as Socket);
      };
    });
    const sending = faultOf(senders[name]()());
    const socket = await hung;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    expire();
    expect(await sending).toMatchObject({ permanent: false, providerCode: 'ETIMEDOUT' });
    await closed;
  });

  test.each([
    [429, '45', 45_000],
    [503, '7', 7_000],
    [429, 'Mon, 01 Mar 2027 12:01:30 GMT', 90_000],
    [429, undefined, undefined],
  ])('%i with Retry-After %s: the next attempt waits %s ms', async (status, header, expected) => {
    api.respond = (response) => response.writeHead(status, header ? { 'retry-after': header } : {}).end('{}');
    expect(await faultOf(senders[name]()())).toMatchObject({ permanent: false, retryAfterMs: expected });
  });

  test('the breaker opens after failures in a row, not after refusals, and one message probes', async () => {
    const changes: string[] = [];
    const send = senders[name](changes);
    api.respond = (response) => response.writeHead(429).end('{}');
    for (let at = 0; at <= breakerFailures; at++) await faultOf(send());
    expect(changes).toEqual([]);
    api.respond = (response) => response.writeHead(500).end('{}');
    for (let at = 0; at < breakerFailures; at++) await faultOf(send());
    expect(changes).toEqual(['open']);
    api.received.splice(0);
    expect(await faultOf(send())).toMatchObject({ permanent: false, providerCode: 'circuit breaker open' });
    expect(api.received).toEqual([]);
    clock.advance(breakerOpenMs);
    api.respond = accept;
    await send();
    expect(changes).toEqual(['open', 'closed']);
  });
});

test.each([
  ['0', 0],
  ['120', 120_000],
  ['Mon, 01 Mar 2027 12:00:10 GMT', 10_000],
  ['Monday, 01-Mar-27 12:00:10 GMT', 10_000],
  ['Mon Mar  1 12:00:10 2027', 10_000],
  ['Mon, 01 Mar 2027 11:00:00 GMT', 0],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After: %s is %s ms', (header, expected) => {
  expect(retryAfterMs(header, Date.parse('2027-03-01T12:00:00Z'))).toBe(expected);
});
