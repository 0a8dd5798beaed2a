import { randomInt } from 'node:crypto';
import { type Channel, processTimer, type Timer } from '@rekey/kernel';
import { JobReturned } from '@rekey/queue';

/** Milliseconds that a message waits in this process for a slot of its channel. */
export const slotWaitMs = 1_000;

/**
 * Messages under way, limited for each channel: a mail server that hangs takes no slot of SMS. A message without a slot waits for a moment
 * and then goes back to the queue, so that it does not hold the worker that another channel needs.
 */
export class Slots {
  private readonly waiting: Record<Channel, Set<() => void>> = { email: new Set(), sms: new Set() };
  private readonly free: Record<Channel, number>;
  private closed = false;

  constructor(
    atOnce: Record<Channel, number>,
    private readonly timer: Timer = processTimer,
  ) {
    this.free = { ...atOnce };
  }

  /** @throws {JobReturned} without a slot; and what `work` throws */
  async run<Result>(channel: Channel, work: () => Promise<Result>): Promise<Result> {
    await this.take(channel);
    try {
      return await work();
    } finally {
      this.free[channel] += 1;
      this.callNext(channel);
    }
  }

  /** Messages that wait go back to the queue at once, for another courier. Those under way finish. */
  close(): void {
    this.closed = true;
    for (const line of Object.values(this.waiting)) for (const call of [...line]) call();
  }

  private async take(channel: Channel): Promise<void> {
    if (this.free[channel] <= 0 && !this.closed) await this.wait(channel);
    if (this.closed) throw new JobReturned(0);
    // Random, so that those that wait together do not return together.
    if (this.free[channel] <= 0) throw new JobReturned(slotWaitMs + randomInt(slotWaitMs));
    this.free[channel] -= 1;
  }

  private wait(channel: Channel): Promise<void> {
    return new Promise((resolve) => {
      const line = this.waiting[channel];
      const call = () => {
        cancel();
        line.delete(call);
        resolve();
      };
      const cancel = this.timer(slotWaitMs, call);
      line.add(call);
    });
  }

  private callNext(channel: Channel): void {
    const [first] = this.waiting[channel];
    first?.();
  }
}
