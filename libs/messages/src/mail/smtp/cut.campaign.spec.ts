import { MovableClock } from '@rekey/kernel';
import { byLength } from '../../../../../test/runner/length.js';
import { type Step, startScriptedSmtp } from '../../../../../test/servers/scripted-smtp.js';
import { breakerOpenMs } from '../../breaker.js';
import { DeliveryFault } from '../../delivery-fault.js';
import { Smtp } from './smtp.js';

type Server = Awaited<ReturnType<typeof startScriptedSmtp>>;

const clock = new MovableClock();
let server: Server;
let channel: Smtp;
beforeEach(async () => {
  server = await startScriptedSmtp();
  const from = { mailFrom: 'Rekey <no-reply@example.com>', messageIdHost: 'recover.example.com' };
  channel = new Smtp({ smtpUrls: [server.url], ...from }, { clock });
});
afterEach(async () => {
  await channel.close();
  await server.close();
});

const emailOf = (id: string, to = 'ada@example.com') => ({
  channel: 'email' as const,
  kind: 'recovery_code',
  id,
  to,
  locale: 'en',
  subject: 'Your code',
  text: '1234 5678',
  html: '<p>1234 5678</p>',
});

/** @returns `sent`, or whether another attempt may succeed */
const send = (id: string, to?: string): Promise<string> =>
  channel.send(emailOf(id, to)).then(
    () => 'sent',
    (fault: unknown) => {
      expect(fault).toBeInstanceOf(DeliveryFault);
      return (fault as DeliveryFault).permanent ? 'for good' : 'for now';
    },
  );
const arrived = (id: string): number =>
  server.mails.filter((mail) => mail.includes(`Message-ID: <${id}@recover.example.com>`)).length;

const ways = byLength(['reset', 'half'], ['reset', 'end', 'half', 'garbage', '421']);
const steps: Step[] = ['connection', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'DOT'];

/** Each with the address that the pool sends to, and one that needs a connection of its own. */
describe.each(['ada@example.com', 'иван@example.com'])('a connection to a mail server, for %s', (to) => {
  test.each(steps.flatMap((step) => ways.map((how) => [step, how] as const)))(
    'that ends at %s (%s) is a failure for now, and the next mail is sent',
    async (step, how) => {
      // On a new connection, and on a kept one, which is past the first steps.
      for (const isKept of to.startsWith('ada') ? [false, true] : [false]) {
        server.clear();
        if (isKept) expect(await send('before', to)).toBe('sent');
        server.script[step] = how;
        const isPast = isKept && ['connection', 'EHLO', 'AUTH'].includes(step);
        expect(await send('cut', to)).toBe(isPast ? 'sent' : 'for now');
        // What the server has at its end it may have accepted: the repeat has the same Message-ID.
        if (step === 'DOT') expect(arrived('cut')).toBeGreaterThan(0);
        else if (!isPast) expect(arrived('cut')).toBe(0);
        delete server.script[step];
        clock.advance(breakerOpenMs);
        expect(await send('after', to)).toBe('sent');
        expect(arrived('after')).toBe(1);
        server.cut('reset');
      }
    },
  );
});

test.each([...new Set([...ways, '421'])].filter((how) => how !== 'garbage'))(
  'a kept connection that ends while it is idle (%s) costs no mail an attempt',
  async (how) => {
    for (let round = 0; round < 5; round++) {
      const ids = Array.from({ length: 3 }, (_, at) => `idle-${round}-${at}`);
      expect(await Promise.all(ids.map((id) => send(id)))).toEqual(ids.map(() => 'sent'));
      expect(ids.map(arrived)).toEqual([1, 1, 1]);
      expect(server.cut(how)).toBeGreaterThan(0);
    }
  },
);

test('while connections are cut again and again, each mail arrives in the end, and a repeat is recognised', async () => {
  const ids = Array.from({ length: byLength(48, 2_000) }, (_, at) => `load-${at}`);
  const waiting = [...ids];
  let cuts = 0;
  let attempts = 0;
  const isSent = async (id: string) => {
    attempts += 1;
    // At each step in turn, with the others wherever they are then.
    const at = Math.floor(attempts / 8);
    if (attempts % 8 === 0)
      void server.reached(steps[at % steps.length] as Step).then(() => {
        cuts += server.cut(ways[at % ways.length] as string);
      });
    clock.advance(breakerOpenMs);
    return (await send(id)) === 'sent';
  };
  const sending = Array.from({ length: 12 }, async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift())
      for (let isOver = false; !isOver; ) isOver = await isSent(id);
  });
  await Promise.all(sending);
  const counts = ids.map(arrived);
  process.stdout.write(
    `${ids.length} mails, ${attempts} attempts, ${cuts} connections cut, ${counts.filter((count) => count > 1).length} came more than once\n`,
  );
  expect(counts.filter((count) => count === 0)).toEqual([]);
  expect(cuts).toBeGreaterThan(ids.length / 8);
  expect(attempts).toBeGreaterThan(ids.length);
});
