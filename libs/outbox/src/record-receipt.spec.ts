import { sql, statement } from '@rekey/database';
import { MovableClock, uuidv7 } from '@rekey/kernel';
import { useDatabase } from '../../../test/flows/use-database.js';
import { type Delivery, messageLifetimes, recordDeliveries, recordReceipt, sweepReceipts } from './index.js';

const insert = statement(
  'spec_message',
  sql`insert into messages (id, account_id, kind, change, channel, state, created_at, expires_at, due_at)
   values (:id, 'ada', 'authenticators_changed', 'password_changed', 'sms', 'queued', :now, :now, :now)`,
);
const look = statement('spec_message_state', sql`select state, reason from messages where id = :id`);
const waiting = statement('spec_receipts', sql`select count(*)::int as n from sms_receipts`);
const audited = statement(
  'spec_receipt_audit',
  sql`select count(*)::int as n from audit_events where event = 'recovery_message_failed' and account_id = 'ada'`,
);
const sentUnseen = statement(
  'spec_sent_unseen',
  sql`update messages set state = 'sent', provider_id = :providerId where id = :id`,
);

describe('a receipt of a failure', () => {
  const database = useDatabase();
  const clock = new MovableClock();
  const context = () => ({ database, clock }) as never;

  const message = async () => {
    const id = uuidv7(clock.now());
    await database.query(insert, { id, now: new Date(clock.now()) });
    const providerId = `SM${id}`;
    return {
      sent: (delivery: Delivery = { state: 'sent', providerId }) =>
        recordDeliveries(context(), [{ messageId: id, delivery }]),
      receipt: () => recordReceipt(context(), { providerId, reason: '30003' }),
      sentUnseen: () => database.query(sentUnseen, { id, providerId }),
      state: async () => {
        const [row] = await database.query<{ state: string; reason: string | null }>(look, { id });
        return [row?.state, row?.reason];
      },
    };
  };
  const countOf = async (of: typeof waiting) => (await database.query<{ n: number }>(of))[0]?.n ?? 0;

  test.each<[string, string[], [string, string | null]]>([
    ['none', ['sent'], ['sent', null]],
    ['after the message', ['sent', 'receipt'], ['failed', '30003']],
    ['before it', ['receipt', 'sent'], ['failed', '30003']],
    ['twice before it', ['receipt', 'receipt', 'sent'], ['failed', '30003']],
    ['before and after it', ['receipt', 'sent', 'receipt'], ['failed', '30003']],
    ['with a late second outcome', ['receipt', 'sent', 'sent'], ['failed', '30003']],
    ['of a message that was not sent', ['receipt', 'dropped'], ['dropped', 'ended']],
    [
      'before a courier that ended right after its commit',
      ['receipt', 'sentUnseen', 'sweep'],
      ['failed', '30003'],
    ],
  ])('%s', async (_when, steps, expected) => {
    const one = await message();
    const before = await countOf(audited);
    for (const step of steps) {
      if (step === 'sweep') await sweepReceipts(context());
      else if (step === 'dropped') await one.sent({ state: 'dropped', reason: 'ended' });
      else await one[step as 'sent' | 'receipt' | 'sentUnseen']();
    }
    expect(await one.state()).toEqual(expected);
    expect((await countOf(audited)) - before).toBe(expected[0] === 'failed' ? 1 : 0);
  });

  test('at the same moment as the record of the message, in any order, is counted once', async () => {
    const before = await countOf(audited);
    for (let round = 0; round < 15; round++) {
      const all = await Promise.all(Array.from({ length: 8 }, message));
      await Promise.all(
        all.flatMap((one, at) => (at % 2 ? [one.sent(), one.receipt()] : [one.receipt(), one.sent()])),
      );
      for (const one of all) expect(await one.state()).toEqual(['failed', '30003']);
    }
    expect((await countOf(audited)) - before).toBe(120);
  });

  test('of no message is kept for a day', async () => {
    await recordReceipt(context(), { providerId: 'SM-nobody', reason: '30003' });
    expect(await countOf(waiting)).toBeGreaterThan(0);
    clock.advance(messageLifetimes.receipt);
    await sweepReceipts(context());
    expect(await countOf(waiting)).toBe(0);
  });
});
