import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

interface Received {
  path: string;
  id: string;
  body: string;
  message: { id: string; channel: string; kind: string; to: string; text: string; html?: string };
}

/** Receivers of webhooks that fail, hang up, refuse and accept: a message is sent again only when none has accepted it. */
describe('delivery by webhook', () => {
  const key = Buffer.alloc(32, 5);
  const received: Received[] = [];
  let forged = 0;
  /** The responses to the next requests; when they are used up, everything is accepted. */
  const next: ((response: ServerResponse) => void)[] = [];

  const isSigned = (headers: NodeJS.Dict<string | string[]>, body: string): boolean => {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    const given = Buffer.from(String(headers['webhook-signature']));
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (!isSigned(request.headers, body)) forged += 1;
      const id = String(request.headers['webhook-id']);
      received.push({ path: request.url ?? '', id, body, message: JSON.parse(body) });
      const respond = next.shift() ?? ((accepting) => accepting.writeHead(200).end('{"id":"theirs"}'));
      respond(response);
    });
  });

  const rekey = useRekey(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    const environment = {
      MAIL: 'webhook',
      SMS: 'webhook',
      MAIL_WEBHOOK_URL: `${origin}/mail`,
      SMS_WEBHOOK_URL: `${origin}/sms`,
      WEBHOOK_SECRET: `whsec_${key.toString('base64')}`,
      LOG_LEVEL: 'fatal',
    };
    return { environment };
  });
  afterAll(async () => {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    expect(forged).toBe(0);
  });
  beforeEach(async () => {
    newHousehold();
    rekey.clock.advance(3_600_000);
    // The notifications of the test before would take the responses of this one.
    await rekey.idle();
    received.splice(0);
    next.splice(0);
  });

  const ended = (story: Story) =>
    until('the end of the message', async () => {
      const [row] = await rekey.sql(
        'select id, state, reason, attempts, provider_id from messages where recovery_id = $1',
        [story.id],
      );
      return row.state === 'queued' ? undefined : row;
    });
  const codeOf = ({ message }: Received): string =>
    /#(\d+)$/.exec(message.text)?.[1] ?? /^ {4}(\d[\d ]+)$/m.exec(message.text)?.[1] ?? '';

  test.each([
    ['ada@example.com', 'email', '/mail'],
    ['+12025550147', 'sms', '/sms'],
  ])('a recovery of %s by %s works from the code to the notification', async (identifier, channel, path) => {
    const story = new Story(rekey);
    await story.start({ identifier, channel });
    const { id } = await ended(story);
    expect(received).toHaveLength(1);
    const [code] = received as [Received];
    expect(code).toMatchObject({ path, id, message: { id, channel, kind: 'recovery_code', to: identifier } });
    expect((await story.prove(codeOf(code))).body.state).toBe('proven');
    expect((await story.complete()).status).toBe(201);
    const told = () =>
      received.some(({ message: { kind, to } }) => kind === 'recovery_completed' && to === identifier);
    await until('the notification', async () => told() || undefined);
    expect(await ended(story)).toMatchObject({ state: 'sent', provider_id: 'theirs', attempts: 1 });
  });

  test.each([
    ['a 500', (response: ServerResponse) => response.writeHead(500).end('no')],
    ['a cut connection', (response: ServerResponse) => response.destroy()],
  ])('after %s the same message comes again, and once it is accepted no more', async (_what, fail) => {
    next.push(fail);
    const story = new Story(rekey);
    await story.start({ identifier: 'mei@example.com' });
    expect(await ended(story)).toMatchObject({ state: 'sent', attempts: 2 });
    const [first, second] = received as [Received, Received];
    expect([second.id, second.body]).toEqual([first.id, first.body]);
    rekey.clock.advance(61_000);
    await rekey.idle();
    expect(received).toHaveLength(2);
    expect((await story.prove(codeOf(second))).status).toBe(200);
  });

  test('a 400 is final: the message has failed, and its money is given back', async () => {
    next.push((response) => response.writeHead(400).end('no such number'));
    const story = new Story(rekey);
    await story.start({ identifier: '+12025550123' });
    const row = await ended(story);
    expect(row).toMatchObject({ state: 'failed', reason: 'webhook 400', attempts: 1 });
    expect(received).toHaveLength(1);
    expect(await rekey.sql('select from sms_reservations where message_id = $1', [row.id])).toEqual([]);
  });
});
