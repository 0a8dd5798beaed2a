import { MovableClock } from '@rekey/kernel';
import { accepted, endsIdle, endsInstead, startRawHttp } from '../../../test/servers/raw-http.js';
import { breakerOpenMs } from './breaker.js';
import { DeliveryFault } from './delivery-fault.js';
import { Twilio } from './sms/twilio/twilio.js';
import { WebhookSender } from './webhook/webhook-sender.js';

const clock = new MovableClock();
let server: Awaited<ReturnType<typeof startRawHttp>>;
beforeEach(async () => {
  server = await startRawHttp();
});
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await server.close();
});
const about = { id: '0198c0de-0000-7000-8000-000000000001', kind: 'recovery_code', locale: 'en' };
const senders = {
  twilio: () => {
    const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 's3cret', from: '+15005550006' };
    const sender = new Twilio({ ...account, apiUrl: server.origin }, { clock });
    return () => sender.send({ id: about.id, to: '+14155550123', body: '123 456' });
  },
  webhook: () => {
    const secrets = [`whsec_${Buffer.alloc(32).toString('base64')}`];
    const sender = new WebhookSender({ url: server.origin, secrets }, { clock });
    ends.push(() => sender.close());
    return () => sender.post({ ...about, channel: 'sms', to: '+14155550123', text: '123 456' });
  },
};

/** @returns the provider's id, or whether another attempt may succeed */
const outcomeOf = (sending: Promise<{ providerId: string }>): Promise<string> =>
  sending.then(
    ({ providerId }) => providerId,
    (fault: unknown) => {
      expect(fault).toBeInstanceOf(DeliveryFault);
      return (fault as DeliveryFault).permanent ? 'for good' : 'for now';
    },
  );

describe.each(['twilio', 'webhook'] as const)('the connections to an HTTP API: %s', (name) => {
  test.each(endsInstead)(
    'one that ends %s is a failure for now, on a new and on a kept one',
    async (_how, end) => {
      const send = senders[name]();
      const { respond } = server;
      for (let round = 0; round < 2; round++) {
        server.respond = end;
        expect(await outcomeOf(send())).toBe('for now');
        server.respond = respond;
        expect(await outcomeOf(send())).toBe(`theirs-${server.requests}`);
      }
    },
  );

  test.each(endsIdle)('one that ends while it is idle, %s, costs no message', async (_how, end) => {
    const send = senders[name]();
    for (let round = 0; round < 5; round++) {
      expect(await outcomeOf(send())).toBe(`theirs-${server.requests}`);
      expect(await server.endIdle(end)).toBeGreaterThan(0);
    }
  });

  test('an answer that nobody asked for is not that of the next message', async () => {
    const send = senders[name]();
    server.respond = (socket, request) => socket.write(`${accepted(request)}${accepted(9_999)}`);
    for (let round = 0; round < 5; round++) {
      const before = server.requests;
      expect([`theirs-${before + 1}`, 'for now']).toContain(await outcomeOf(send()));
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(breakerOpenMs);
    }
  });

  test('an answer whose end is lost: a status that says yes is a yes, since it was sent', async () => {
    const send = senders[name]();
    server.respond = (socket) =>
      socket.end(
        'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"id":',
      );
    expect(await outcomeOf(send())).toBe(about.id);
  });
});
