import type { RecoveryCause } from './error.js';
import { moment } from './waiting.js';

/** Runs one thing at a time: over all tabs (Web Locks) if it has a name, otherwise over this page. */
export type Exclusive = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** A change announced to other tabs: the current access token, or why there is none. */
export interface Change {
  token: string | undefined;
  cause: RecoveryCause | undefined;
}

/** Milliseconds. A change is announced before the lock is free, but Chromium may bring another process the lock first. */
const settlesWithin = 40;

export function exclusive(name: string | undefined): Exclusive {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (name && locks)
    return (work) =>
      new Promise((resolve, reject) => {
        const hold = async () => {
          await work().then(resolve, reject);
          await moment(settlesWithin);
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

/** Tells the other tabs that the storage has changed (BroadcastChannel); does nothing if there are none. */
export function tellTabs(
  name: string | undefined,
  onChange: (change: Change) => void,
): { tell(change: Change): void; close(): void } {
  if (!name || typeof BroadcastChannel === 'undefined')
    return { tell: () => undefined, close: () => undefined };
  let channel: BroadcastChannel | undefined = new BroadcastChannel(name);
  channel.onmessage = ({ data }: { data: unknown }) => onChange(data as Change);
  // Node keeps running for an open channel; an app should not.
  (channel as { unref?: () => void }).unref?.();
  return {
    tell: (change) => channel?.postMessage(change),
    close: () => {
      channel?.close();
      channel = undefined;
    },
  };
}
