import type { Timer } from '@rekey/kernel';
import { JobReturned } from '@rekey/queue';
import { Slots, slotWaitMs } from './slots.js';

function slotsOf(email: number, sms = 1) {
  let set: (() => void)[] = [];
  const timer: Timer = (ms, run) => {
    expect(ms).toBe(slotWaitMs);
    set.push(run);
    return () => {
      set = set.filter((other) => other !== run);
    };
  };
  const pass = () => {
    for (const run of set) run();
  };
  return { slots: new Slots({ email, sms }, timer), pass, waiting: () => set.length };
}

const held = () => {
  let release: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { work: () => until, release };
};

describe('the slots of a channel', () => {
  test('mail that hangs holds no SMS, and a mail without a slot goes back to the queue', async () => {
    const { slots, pass } = slotsOf(1);
    const hung = held();
    const first = slots.run('email', hung.work);
    const second = slots.run('email', async () => 'sent');
    expect(await slots.run('sms', async () => 'sent')).toBe('sent');
    pass();
    await expect(second).rejects.toThrow(JobReturned);
    hung.release();
    await first;
    expect(await slots.run('email', async () => 'sent')).toBe('sent');
  });

  test('a slot that becomes free goes to the one that waits longest, also after a fault', async () => {
    const { slots, waiting } = slotsOf(1);
    const hung = held();
    const first = slots.run('email', () => hung.work().then(() => Promise.reject(new Error('no'))));
    const order: string[] = [];
    const later = ['a', 'b', 'c'].map((name) => slots.run('email', async () => order.push(name)));
    hung.release();
    await expect(first).rejects.toThrow('no');
    await Promise.all(later);
    expect([order, waiting()]).toEqual([['a', 'b', 'c'], 0]);
  });

  test('at the end those that wait go back at once, and those under way finish', async () => {
    const { slots } = slotsOf(1);
    const hung = held();
    const first = slots.run('email', hung.work);
    const second = slots.run('email', async () => 'sent');
    slots.close();
    await expect(second).rejects.toMatchObject({ delayMs: 0 });
    await expect(slots.run('sms', async () => 'sent')).rejects.toMatchObject({ delayMs: 0 });
    hung.release();
    await first;
  });
});
