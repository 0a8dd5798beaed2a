import { type AddressInfo, createServer, type Server } from 'node:net';
import { MovableClock } from '@rekey/kernel';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { DeliveryFault } from '../../delivery-fault.js';
import { Smtp } from './smtp.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type Step = 'MAIL FROM' | 'RCPT TO' | 'DATA';

interface MailServer {
  url: string;
  mails: (ParsedMail & { envelopeFrom: string; envelopeTo: string[] })[];
  /** Replies for each step, in order; after the last one the server accepts. */
  says: Record<Step, number[]>;
}

/** A mail server that refuses at the steps of the test's choice. */
async function mailServer(options: { accepts?: (user: string, password: string) => boolean } = {}) {
  const box: MailServer = { url: '', mails: [], says: { 'MAIL FROM': [], 'RCPT TO': [], DATA: [] } };
  const reply = (step: Step) => {
    const code = box.says[step].shift();
    return code ? Object.assign(new Error('5.1.1 550 try later or never'), { responseCode: code }) : null;
  };
  const server = new SMTPServer({
    authOptional: !options.accepts,
    disabledCommands: ['STARTTLS'],
    // The strict check refuses "a..b"@example.com, which RFC 5321 §4.1.2 allows.
    lenientAddressParsing: true,
    onAuth: ({ username, password }, _session, callback) =>
      options.accepts?.(username ?? '', password ?? '')
        ? callback(null, { user: username })
        : callback(new Error('no such user')),
    onMailFrom: (_address, _session, callback) => callback(reply('MAIL FROM')),
    onRcptTo: (_address, _session, callback) => callback(reply('RCPT TO')),
    onData: (stream, session, callback) => {
      simpleParser(stream).then((mail) => {
        const no = reply('DATA');
        const { mailFrom, rcptTo } = session.envelope;
        const envelopeTo = rcptTo.map(({ address }) => address);
        if (!no) {
          const envelopeFrom = mailFrom ? mailFrom.address : '';
          box.mails.push(Object.assign(mail, { envelopeFrom, envelopeTo }));
        }
        callback(no);
      }, callback);
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  box.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  return box;
}

/** A listener that is no mail server: it sends this greeting and closes the connection. */
async function hangsUp(greeting: string) {
  const door = { url: '', calls: 0 };
  const server: Server = createServer((socket) => {
    door.calls += 1;
    socket.on('error', () => undefined);
    socket.end(greeting);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  door.url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return door;
}

function channelTo(smtpUrls: string[], clock = new MovableClock()): Smtp {
  const options = {
    smtpUrls,
    mailFrom: 'Rekey <no-reply@example.com>',
    messageIdHost: 'recover.example.com',
  };
  const channel = new Smtp(options, { clock });
  ends.unshift(() => channel.close());
  return channel;
}

const email = {
  channel: 'email' as const,
  kind: 'recovery_code',
  id: '0198c0de-0000-7000-8000-000000000001',
  to: 'ada@example.com',
  locale: 'en',
  subject: 'Your code to get back into Rekey',
  text: '1234 5678',
  html: '<p>1234 5678</p>',
};

const faultOf = async (sending: Promise<unknown>): Promise<DeliveryFault> => {
  const fault = await sending.then(
    () => 'sent',
    (thrown: unknown) => thrown,
  );
  expect(fault).toBeInstanceOf(DeliveryFault);
  return fault as DeliveryFault;
};

test('a mail is marked as automatic, and bounces go to its sender', async () => {
  const server = await mailServer();
  await channelTo([server.url]).send(email);
  const [mail] = server.mails;
  expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail?.headers.get('content-language')).toBe('en');
  expect(mail?.messageId).toBe(`<${email.id}@recover.example.com>`);
  expect(mail?.from?.text).toBe('"Rekey" <no-reply@example.com>');
  expect(mail?.envelopeFrom).toBe('no-reply@example.com');
  expect(mail?.text?.trim()).toBe('1234 5678');
  expect(mail?.html).toContain('<p>1234 5678</p>');
});

test('a retry sends the identical message', async () => {
  const server = await mailServer();
  server.says.DATA = [451];
  const channel = channelTo([server.url]);
  await faultOf(channel.send(email));
  await channel.send(email);
  await channel.send(email);
  expect(server.mails.map(({ messageId }) => messageId)).toEqual(
    Array(2).fill(`<${email.id}@recover.example.com>`),
  );
});

test('a line break in an address or a subject injects no header and no recipient', async () => {
  const server = await mailServer();
  const channel = channelTo([server.url]);
  await channel.send({ ...email, subject: 'Hello\r\nBcc: eve@example.com\r\n\r\nnew body' });
  const [mail] = server.mails;
  expect(mail?.headers.has('bcc')).toBe(false);
  expect(mail?.text?.trim()).toBe('1234 5678');
  const wrong = ['ada@example.com>\r\nRCPT TO:<eve@example.com', 'ada@example.com, eve@example.com', ''];
  for (const to of wrong) expect((await faultOf(channel.send({ ...email, to }))).permanent).toBe(true);
  expect(server.mails.map(({ envelopeTo }) => envelopeTo)).toEqual([['ada@example.com']]);
});

test.each(['a..b@docomo.ne.jp', 'a.@ezweb.ne.jp', '.a@softbank.ne.jp', '-a...@docomo.ne.jp'])(
  'the dots of %s go in quotes, in the envelope and in the header [RFC5321 4.1.2]',
  async (to) => {
    const server = await mailServer();
    await channelTo([server.url]).send({ ...email, to });
    const quoted = to.replace(/^(.*)@/, '"$1"@');
    const [mail] = server.mails;
    expect(mail?.envelopeTo).toEqual([quoted]);
    expect(mail?.headerLines.find(({ key }) => key === 'to')?.line).toBe(`To: <${quoted}>`);
  },
);

describe('decides by the reply code, not by the text', () => {
  test.each([
    ['RCPT TO', 421, false],
    ['RCPT TO', 450, false],
    ['RCPT TO', 451, false],
    ['RCPT TO', 550, true],
    ['RCPT TO', 552, true],
    ['DATA', 451, false],
    ['DATA', 552, true],
    ['DATA', 554, true],
    // The fault is in our configuration, not in the person's address: once it is fixed, the mail can be sent.
    ['MAIL FROM', 451, false],
    ['MAIL FROM', 530, false],
    ['MAIL FROM', 550, false],
  ] as const)('%s %i: permanent is %s', async (step, code, permanent) => {
    const server = await mailServer();
    server.says[step] = [code];
    const fault = await faultOf(channelTo([server.url]).send(email));
    expect({ permanent: fault.permanent, providerCode: fault.providerCode }).toEqual({
      permanent,
      providerCode: `smtp ${code}`,
    });
  });

  test('554 in the greeting is a temporary failure of the server, not of the address', async () => {
    const door = await hangsUp('554 no service for you\r\n');
    const fault = await faultOf(channelTo([door.url]).send(email));
    expect(fault).toMatchObject({ permanent: false, providerCode: 'smtp 554' });
  });

  test('a refused connection is a temporary failure', async () => {
    const fault = await faultOf(channelTo(['smtp://127.0.0.1:1']).send(email));
    expect(fault).toMatchObject({ permanent: false, providerCode: 'ECONNREFUSED' });
  });

  test('a wrong SMTP password is a temporary failure, and the error does not repeat it', async () => {
    const server = await mailServer({ accepts: () => false });
    const url = server.url.replace('//', '//courier:s3cret%40word@');
    const fault = await faultOf(channelTo([url]).send(email));
    expect(fault).toMatchObject({ permanent: false, providerCode: 'smtp 535' });
    expect(`${fault.stack} ${JSON.stringify(fault)}`).not.toMatch(/s3cret|courier:|ada@|1234/);
  });

  test('with STARTTLS required, a server without it never gets the password', async () => {
    let isShown = false;
    const accepts = () => {
      isShown = true;
      return true;
    };
    const url = (await mailServer({ accepts })).url.replace('//', '//courier:s3cret@');
    const fault = await faultOf(channelTo([`${url}?requireTLS=true`]).send(email));
    expect([fault.permanent, isShown]).toEqual([false, false]);
  });

  test('encoded credentials in the URL are decoded', async () => {
    const server = await mailServer({
      accepts: (user, password) => user === 'courier@example.com' && password === 's3cret@word',
    });
    const url = server.url.replace('//', '//courier%40example.com:s3cret%40word@');
    await channelTo([url]).send(email);
    expect(server.mails).toHaveLength(1);
  });
});

describe('several servers in sequence', () => {
  test.each([
    ['RCPT TO', 451],
    ['MAIL FROM', 550],
    ['DATA', 421],
  ] as const)('the second server gets what the first defers: %s %i', async (step, code) => {
    const [first, second] = [await mailServer(), await mailServer()];
    first.says[step] = [code];
    await channelTo([first.url, second.url]).send(email);
    expect([first.mails.length, second.mails.length]).toEqual([0, 1]);
  });

  test('a server that deferred one mail is the first again for the next', async () => {
    const [first, second] = [await mailServer(), await mailServer()];
    first.says['RCPT TO'] = [451];
    const channel = channelTo([first.url, second.url]);
    await channel.send(email);
    await channel.send(email);
    expect([first.mails.length, second.mails.length]).toEqual([1, 1]);
  });

  test('a server that is down is skipped for half a minute', async () => {
    const clock = new MovableClock();
    const [door, second] = [await hangsUp(''), await mailServer()];
    const channel = channelTo([door.url, second.url], clock);
    await channel.send(email);
    const calls = door.calls;
    expect(calls).toBeGreaterThan(0);
    clock.advance(29_999);
    await channel.send(email);
    expect(door.calls).toBe(calls);
    clock.advance(1);
    await channel.send(email);
    expect(door.calls).toBeGreaterThan(calls);
    expect(second.mails).toHaveLength(3);
  });

  test('a skipped server is still tried when no other accepts the mail', async () => {
    const [door, second] = [await hangsUp(''), await mailServer()];
    const channel = channelTo([door.url, second.url]);
    await channel.send(email);
    const calls = door.calls;
    second.says['RCPT TO'] = [451];
    expect((await faultOf(channel.send(email))).permanent).toBe(false);
    expect(door.calls).toBeGreaterThan(calls);
  });
});
