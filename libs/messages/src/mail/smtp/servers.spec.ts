import { MovableClock, type Timer } from '@rekey/kernel';
import { type Script, type Step, startScriptedSmtp } from '../../../../../test/servers/scripted-smtp.js';
import { breakerFailures, breakerOpenMs } from '../../breaker.js';
import { attemptMs, failoverMs } from '../../deadline.js';
import { DeliveryFault } from '../../delivery-fault.js';
import { Smtp } from './smtp.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function scripted(script: Script = {}) {
  const server = await startScriptedSmtp(script);
  ends.push(() => server.close());
  return server;
}

/** Deadlines that the test ends. */
function movableTimer() {
  let set: { ms: number; run: () => void }[] = [];
  const timer: Timer = (ms, run) => {
    const one = { ms, run };
    set.push(one);
    return () => {
      set = set.filter((other) => other !== one);
    };
  };
  /** All that are over within so many milliseconds. */
  const pass = (within: number) => {
    for (const { run } of set.filter(({ ms }) => ms <= within)) run();
  };
  return { timer, pass, pending: () => set.length };
}

function channelTo(servers: { url: string }[], at: { clock?: MovableClock; timer?: Timer } = {}) {
  const changes: string[] = [];
  const channel = new Smtp(
    {
      smtpUrls: servers.map(({ url }) => url),
      mailFrom: 'Rekey <no-reply@example.com>',
      messageIdHost: 'recover.example.com',
      onBreaker: (server, to) => changes.push(`${server} ${to}`),
    },
    { clock: new MovableClock(), ...at },
  );
  ends.unshift(() => channel.close());
  return Object.assign(channel, { changes });
}

const email = {
  channel: 'email' as const,
  kind: 'recovery_code',
  id: '0198c0de-0000-7000-8000-000000000001',
  to: 'ada@example.com',
  locale: 'en',
  subject: 'Your code',
  text: '1234 5678',
  html: '<p>1234 5678</p>',
};

const outcomeOf = (sending: Promise<unknown>): Promise<string> =>
  sending.then(
    () => 'sent',
    (fault: unknown) => {
      expect(fault).toBeInstanceOf(DeliveryFault);
      const { permanent, providerCode } = fault as DeliveryFault;
      return `${providerCode} ${permanent ? 'for good' : 'for now'}`;
    },
  );

describe('which refusals are about the recipient', () => {
  test.each<[Step, string, 'for good' | 'for now']>([
    ['connection', '554 no service', 'for now'],
    ['connection', '421 busy', 'for now'],
    ['EHLO', '421 5.1.1 who are you', 'for now'],
    ['AUTH', '535 5.7.8 bad credentials', 'for now'],
    ['AUTH', '530 5.7.0 needs TLS', 'for now'],
    ['MAIL', '550 5.1.8 sender refused', 'for now'],
    ['MAIL', '550 5.1.1 sender unknown', 'for now'],
    ['MAIL', '552 5.2.2 over quota', 'for now'],
    ['MAIL', '530 5.7.0 authenticate first', 'for now'],
    ['RCPT', '550 no such user', 'for good'],
    ['RCPT', '501 no such syntax', 'for good'],
    ['RCPT', '551 not here', 'for good'],
    ['RCPT', '553 no such name', 'for good'],
    ['RCPT', '556 takes no mail', 'for good'],
    ['RCPT', '550 5.1.1 no such user', 'for good'],
    ['RCPT', '550-5.1.1 no such\r\n550 5.1.1 user', 'for good'],
    ['RCPT', '554 5.1.2 no such domain', 'for good'],
    ['RCPT', '550 5.2.1 disabled', 'for good'],
    ['RCPT', '556 5.1.10 null MX', 'for good'],
    ['RCPT', '550 5.1.7 bad sender', 'for now'],
    ['RCPT', '550 5.1.8 bad sender domain', 'for now'],
    ['RCPT', '552 5.2.2 mailbox full', 'for now'],
    ['RCPT', '552 mailbox full', 'for now'],
    ['RCPT', '452 4.2.2 mailbox full', 'for now'],
    ['RCPT', '450 4.1.1 greylisted', 'for now'],
    ['RCPT', '450 5.1.1 the classes differ', 'for now'],
    ['RCPT', '550 4.1.1 the classes differ', 'for now'],
    ['RCPT', '550 5.3.0 system', 'for now'],
    ['RCPT', '550 5.4.1 no route', 'for now'],
    ['RCPT', '550 5.7.1 relaying denied', 'for now'],
    ['RCPT', '554 relay access denied', 'for now'],
    ['RCPT', '530 authenticate first', 'for now'],
    ['RCPT', '421 5.1.1 shutting down', 'for now'],
    ['DATA', '554 no valid recipients', 'for now'],
    ['DOT', '554 the sandbox sends only to verified addresses', 'for now'],
    ['DOT', '550 looks like spam', 'for now'],
    ['DOT', '550 5.7.1 policy', 'for now'],
    ['DOT', '552 5.3.4 too big', 'for now'],
    ['DOT', '554 5.6.0 content', 'for now'],
    ['DOT', '550 5.1.1 no such user', 'for good'],
    ['DOT', '451 try later', 'for now'],
    ['DOT', '421 shutting down', 'for now'],
  ])('%s: %s', async (step, reply, how) => {
    const [first, second] = [await scripted({ [step]: reply }), await scripted()];
    expect(await outcomeOf(channelTo([first]).send(email))).toBe(`smtp ${reply.slice(0, 3)} ${how}`);
    // Whatever the first says, only the last word is final.
    expect(await outcomeOf(channelTo([first, second]).send(email))).toBe('sent');
    expect(second.mails).toHaveLength(1);
  });
});

describe('a server that hangs', () => {
  test.each<[Step, string]>([
    ['connection', 'hang'],
    ['connection', 'drip'],
    ['EHLO', 'hang'],
    ['EHLO', 'drip'],
    ['AUTH', 'hang'],
    ['MAIL', 'hang'],
    ['RCPT', 'hang'],
    ['DATA', 'hang'],
    ['DOT', 'hang'],
    ['DOT', 'drip'],
  ])(
    'after %s (%s): the next has the mail within 5 s, and a single one gives up after 10 s',
    async (step, how) => {
      const [first, second] = [await scripted({ [step]: how }), await scripted()];
      const { timer, pass, pending } = movableTimer();
      let hung = first.reached(step);
      const sending = outcomeOf(channelTo([first, second], { timer }).send(email));
      await hung;
      expect(second.seen).toEqual([]);
      pass(failoverMs);
      expect(await sending).toBe('sent');
      // A server that hung after the end of the message may have it: the repeat can be recognised.
      for (const mail of [...first.mails, ...second.mails])
        expect(mail).toContain(`Message-ID: <${email.id}@recover.example.com>`);

      hung = first.reached(step);
      const alone = outcomeOf(channelTo([first], { timer }).send(email));
      await hung;
      pass(attemptMs - 1);
      await expect(Promise.race([alone, Promise.resolve('waits')])).resolves.toBe('waits');
      pass(attemptMs);
      expect(await alone).toBe('ETIMEDOUT for now');
      expect(pending()).toBe(0);
    },
  );

  test('in the TLS handshake: the next has the mail', async () => {
    const [first, second] = [await scripted({ connection: 'hang' }), await scripted()];
    const { timer, pass } = movableTimer();
    const hung = first.reached('connection');
    const secure = { url: first.url.replace('smtp:', 'smtps:') };
    const sending = outcomeOf(channelTo([secure, second], { timer }).send(email));
    await hung;
    pass(failoverMs);
    expect(await sending).toBe('sent');
  });

  test('on QUIT: the end does not wait for it', async () => {
    const server = await scripted({ QUIT: 'hang' });
    const channel = channelTo([server]);
    expect(await outcomeOf(channel.send({ ...email, to: 'иван@example.com' }))).toBe('sent');
    expect(await outcomeOf(channel.send(email))).toBe('sent');
    await channel.close();
  });

  test('its connections are ended, so that later mails do not queue behind them', async () => {
    const server = await scripted({ DOT: 'hang' });
    const { timer, pass } = movableTimer();
    const channel = channelTo([server], { timer });
    const all = Array.from({ length: breakerFailures - 1 }, async (_, at) => {
      const sending = channel.send({ ...email, id: `hung-${at}` });
      return outcomeOf(sending);
    });
    while (server.mails.length < all.length) await server.reached('DOT');
    pass(attemptMs);
    expect(new Set(await Promise.all(all))).toEqual(new Set(['ETIMEDOUT for now']));
    delete server.script.DOT;
    expect(await outcomeOf(channel.send(email))).toBe('sent');
  });

  test('its breaker opens: mails fail at once, one probes it later, and a success closes it', async () => {
    const server = await scripted({ connection: '421 no' });
    const clock = new MovableClock();
    const { timer, pass } = movableTimer();
    const channel = channelTo([server], { clock, timer });
    for (let at = 0; at < breakerFailures; at++) await outcomeOf(channel.send(email));
    const host = new URL(server.url).host;
    expect(channel.changes).toEqual([`${host} open`]);
    server.clear();
    expect(await outcomeOf(channel.send(email))).toBe('circuit breaker open for now');
    clock.advance(breakerOpenMs - 1);
    expect(await outcomeOf(channel.send(email))).toBe('circuit breaker open for now');
    expect(server.seen).toEqual([]);
    clock.advance(1);
    server.script.connection = 'hang';
    const hung = server.reached('connection');
    const probe = outcomeOf(channel.send(email));
    await hung;
    expect(await outcomeOf(channel.send(email))).toBe('circuit breaker open for now');
    pass(attemptMs);
    expect(await probe).toBe('ETIMEDOUT for now');
    clock.advance(breakerOpenMs);
    delete server.script.connection;
    expect(await outcomeOf(channel.send(email))).toBe('sent');
    expect(channel.changes).toEqual([`${host} open`, `${host} closed`]);
  });
});

describe('an address that needs SMTPUTF8', () => {
  const international = { ...email, to: 'иван@xn--e1aybc.example' };
  const plain: Script = { EHLO: '250-mx.example\r\n250 8BITMIME' };

  test('asks for it where it is offered, with the address as it is', async () => {
    const server = await scripted();
    expect(await outcomeOf(channelTo([server]).send(international))).toBe('sent');
    expect(server.seen).toContain('MAIL FROM:<no-reply@example.com> SMTPUTF8');
    expect(server.seen).toContain(`RCPT TO:<${Buffer.from('иван@тест.example').toString()}>`);
    expect(server.mails[0]).toContain('To: иван@тест.example');
  });

  test('is not sent where it is not offered: the next server gets it', async () => {
    const [first, second] = [await scripted(plain), await scripted()];
    expect(await outcomeOf(channelTo([first, second]).send(international))).toBe('sent');
    expect(first.seen).not.toContain('MAIL');
    expect(second.mails).toHaveLength(1);
  });

  test.each<[string, Script[], string]>([
    ['no server offers it', [plain, plain], 'smtp 5.6.7 for good'],
    ['one does not, and another is away', [{ connection: '421 later' }, plain], 'smtp 5.6.7 for now'],
    ['the last refuses the recipient', [plain, { RCPT: '550 5.1.1 no' }], 'smtp 550 for good'],
  ])('%s', async (_what, scripts, outcome) => {
    const servers = await Promise.all(scripts.map(scripted));
    expect(await outcomeOf(channelTo(servers).send(international))).toBe(outcome);
    expect(servers.flatMap(({ mails }) => mails)).toEqual([]);
  });

  test('an ASCII address does not ask for it', async () => {
    const server = await scripted();
    expect(await outcomeOf(channelTo([server]).send(email))).toBe('sent');
    expect(server.seen).toContain('MAIL FROM:<no-reply@example.com>');
  });
});
