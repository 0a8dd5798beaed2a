import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { MovableClock } from '@rekey/kernel';
import { breakerOpenMs } from './breaker.js';
import { DeliveryFault } from './delivery-fault.js';
import { Twilio } from './sms/twilio/twilio.js';
import { WebhookSender } from './webhook/webhook-sender.js';

/** What a server does with one request, whose number it has. */
type Respond = (socket: Socket, request: number) => void;

const bodyOf = (request: number) => JSON.stringify({ id: `theirs-${request}`, sid: `theirs-${request}` });
const answer = (request: number, more = '') => {
  const body = bodyOf(request);
  return `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`;
};
const accept: Respond = (socket, request) => socket.write(answer(request));

/** A server below HTTP: it ends its connections wherever the test says. */
let server: Server;
let origin = '';
let respond: Respond = accept;
let requests = 0;
const sockets = new Set<Socket>();
beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('end', () => socket.end());
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      for (;;) {
        const [, head = '', length = '0'] = /^(.*?content-length: (\d+).*?\r\n\r\n)/is.exec(text) ?? [];
        if (head === '' || text.length < head.length + Number(length)) return;
        text = text.slice(head.length + Number(length));
        requests += 1;
        respond(socket, requests);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const clock = new MovableClock();
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
const about = { id: '0198c0de-0000-7000-8000-000000000001', kind: 'recovery_code', locale: 'en' };
const senders = {
  twilio: () => {
    const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 's3cret', from: '+15005550006' };
    const sender = new Twilio({ ...account, apiUrl: origin }, { clock });
    return () => sender.send({ id: about.id, to: '+14155550123', body: '123 456' });
  },
  webhook: () => {
    const secrets = [`whsec_${Buffer.alloc(32).toString('base64')}`];
    const sender = new WebhookSender({ url: origin, secrets }, { clock });
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
  beforeEach(() => {
    respond = accept;
    clock.advance(breakerOpenMs);
  });
  /** The end of whatever the client has not read yet. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  test.each<[string, Respond]>([
    ['with an RST instead of an answer', (socket) => socket.resetAndDestroy()],
    ['with a FIN instead of an answer', (socket) => socket.end()],
    ['within the status line', (socket) => socket.end('HTTP/1.1 20')],
    ['within the headers', (socket) => socket.end('HTTP/1.1 201 Created\r\ncontent-len')],
    ['after what is not HTTP', (socket) => socket.end('\0\x01 no protocol\r\n\r\n')],
    ['after a header that is none', (socket) => socket.end('HTTP/1.1 201 Created\r\nno header\r\n\r\n')],
  ])('one that ends %s is a failure for now, on a new and on a kept one', async (_how, end) => {
    const send = senders[name]();
    for (let round = 0; round < 2; round++) {
      respond = end;
      expect(await outcomeOf(send())).toBe('for now');
      respond = accept;
      clock.advance(breakerOpenMs);
      expect(await outcomeOf(send())).toBe(`theirs-${requests}`);
    }
  });

  test.each<[string, (socket: Socket) => void]>([
    ['with a FIN', (socket) => socket.end()],
    ['with an RST', (socket) => socket.resetAndDestroy()],
    [
      'with a 408 that nobody asked for',
      (socket) => socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n'),
    ],
    ['with bytes of no protocol', (socket) => socket.end('\0\x01\r\n\r\n')],
  ])('one that ends while it is idle, %s, costs no message', async (_how, end) => {
    const send = senders[name]();
    for (let round = 0; round < 5; round++) {
      expect(await outcomeOf(send())).toBe(`theirs-${requests}`);
      const kept = [...sockets];
      expect(kept.length).toBeGreaterThan(0);
      const gone = kept.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of kept) end(socket);
      await Promise.all(gone);
      await settled();
    }
  });

  test('an answer that nobody asked for is not that of the next message', async () => {
    const send = senders[name]();
    respond = (socket, request) => socket.write(`${answer(request)}${answer(9_999)}`);
    for (let round = 0; round < 5; round++) {
      const before = requests;
      const outcome = await outcomeOf(send());
      expect([`theirs-${before + 1}`, 'for now']).toContain(outcome);
      await settled();
      clock.advance(breakerOpenMs);
    }
  });

  test('an answer whose end is lost: a status that says yes is a yes, since it may have been sent', async () => {
    const send = senders[name]();
    respond = (socket) =>
      socket.end(
        'HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"id":',
      );
    expect(await outcomeOf(send())).toBe(about.id);
  });
});
