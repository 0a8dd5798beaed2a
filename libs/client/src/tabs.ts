/** Runs one thing at a time over all tabs (Web Locks); where there are none, over this page. */
export type Exclusive = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function exclusive(name: string): Exclusive {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (locks) return (work) => locks.request(name, work) as never;
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Tells the other tabs that what is stored has changed (BroadcastChannel); nothing where there are none. */
export function tellTabs(name: string, onChange: () => void): { tell(): void; close(): void } {
  if (typeof BroadcastChannel === 'undefined') return { tell: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(name);
  channel.onmessage = onChange;
  // Node keeps running for an open channel; an app should not.
  (channel as { unref?: () => void }).unref?.();
  return { tell: () => channel.postMessage(0), close: () => channel.close() };
}
