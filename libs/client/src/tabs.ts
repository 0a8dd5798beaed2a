import type { RecoveryCause } from './fault.js';

/** Runs one thing at a time: over all tabs (Web Locks) where it has a name, else over this page. */
export type Exclusive = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Chromium tells another process of a change in localStorage a few milliseconds after it gives it the lock. */
const settlesWithinMs = 40;

export function exclusive(name: string | undefined): Exclusive {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (name && locks)
    return (work) =>
      new Promise((resolve, reject) => {
        const hold = async () => {
          await work().then(resolve, reject);
          await new Promise((settled) => setTimeout(settled, settlesWithinMs));
        };
        locks.request(name, hold).catch(reject);
      });
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Tells the other tabs that what is stored has changed, and why it ended (BroadcastChannel); nothing where there are none. */
export function tellTabs(
  name: string | undefined,
  onChange: (cause: RecoveryCause | undefined) => void,
): { tell(cause: RecoveryCause | undefined): void; close(): void } {
  if (!name || typeof BroadcastChannel === 'undefined')
    return { tell: () => undefined, close: () => undefined };
  let channel: BroadcastChannel | undefined = new BroadcastChannel(name);
  channel.onmessage = ({ data }: { data: unknown }) => onChange(data as RecoveryCause | undefined);
  // Node keeps running for an open channel; an app should not.
  (channel as { unref?: () => void }).unref?.();
  return {
    tell: (cause) => channel?.postMessage(cause),
    close: () => {
      channel?.close();
      channel = undefined;
    },
  };
}
