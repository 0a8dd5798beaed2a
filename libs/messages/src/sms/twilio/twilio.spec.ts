import { type HttpApi, startHttpApi } from '../../../../../test/servers/http-api.js';
import { DeliveryFault } from '../../delivery-fault.js';
import { Twilio, type TwilioOptions } from './twilio.js';

const accountSid = `AC${'0'.repeat(32)}`;

/** A fake of api.twilio.com, with a response of the test's choice. */
let api: HttpApi;
let answer: { status: number; body: unknown };
beforeAll(async () => {
  api = await startHttpApi();
  api.respond = (response) => {
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  };
});
afterAll(() => api.close());
beforeEach(() => {
  api.received.splice(0);
  answer = { status: 201, body: { sid: 'SM1', status: 'queued' } };
});
const formOf = (at = 0): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(api.received[at]?.body));

const channel = (more: Partial<TwilioOptions> = {}) =>
  new Twilio({ accountSid, authToken: 's3cret', from: '+15005550006', apiUrl: api.origin, ...more });
const sms = {
  id: '0198c0de-0000-7000-8000-000000000001',
  to: '+14155550123',
  body: '123 456 is your Rekey recovery code.\n\n@localhost #123456',
};

test("the request is Twilio's own, at the configured origin", async () => {
  expect(await channel({ apiUrl: `${api.origin}/` }).send(sms)).toEqual({ providerId: 'SM1' });
  const [request] = api.received;
  expect(`${request?.method} ${request?.path}`).toBe(`POST /2010-04-01/Accounts/${accountSid}/Messages.json`);
  expect(request?.headers.authorization).toBe(`Basic ${btoa(`${accountSid}:s3cret`)}`);
  expect(formOf()).toEqual({ To: sms.to, Body: sms.body, From: '+15005550006' });
});

test('a messaging service can replace a number', async () => {
  await channel({ from: undefined, messagingServiceSid: 'MG1' }).send(sms);
  expect(formOf()).toEqual({ To: sms.to, Body: sms.body, MessagingServiceSid: 'MG1' });
});

test.each([
  ['https://recover.example.com/webhooks/twilio/status', true],
  // Twilio could not reach it, and others could read a plain-text receipt on the way.
  ['http://localhost:3000/webhooks/twilio/status', false],
])('delivery receipts go to %s: %s', async (statusCallback, isAsked) => {
  await channel({ statusCallback }).send(sms);
  expect(formOf()['StatusCallback']).toBe(isAsked ? statusCallback : undefined);
});

test('many messages share one connection', async () => {
  const one = channel();
  await one.send(sms);
  const before = api.connections();
  for (let n = 0; n < 5; n++) await one.send(sms);
  expect(api.connections()).toBe(before);
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
  [400, 21211, true],
  [400, 21610, true],
  [400, 21614, true],
  [429, 20429, false],
  [500, 20500, false],
  [503, undefined, false],
  // The fault is in our account at Twilio, not in the person's number.
  [401, 20003, false],
  [403, 20005, false],
  [404, 20404, false],
])(
  '%i with code %s: permanent is %s, and the error repeats nothing of the message',
  async (status, code, permanent) => {
    answer = {
      status,
      body: { status, code, message: `The number ${sms.to} said: ${sms.body}`, more_info: 'https://…' },
    };
    const fault = await faultOf(channel().send(sms));
    expect(fault).toMatchObject({ permanent, providerCode: `twilio ${code ?? status}` });
    expect(`${fault.stack} ${JSON.stringify(fault)}`).not.toMatch(/4155550123|123.?456|s3cret/);
  },
);

test('a refused connection is a temporary failure', async () => {
  const fault = await faultOf(channel({ apiUrl: 'http://127.0.0.1:1' }).send(sms));
  expect(fault).toMatchObject({ permanent: false, providerCode: 'ECONNREFUSED' });
});
