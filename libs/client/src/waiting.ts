/** A promise that is settled from outside. */
export interface Deferred {
  done: Promise<void>;
  resolve(): void;
  reject(fault: unknown): void;
}

export function deferred(): Deferred {
  let parts: Pick<Deferred, 'resolve' | 'reject'> | undefined;
  const done = new Promise<void>((resolve, reject) => {
    parts = { resolve, reject };
  });
  // All callers who waited may have left.
  done.catch(() => undefined);
  return { done, ...(parts as NonNullable<typeof parts>) };
}

/** Returns the result of the work, unless the signal comes first. The work continues: others may wait for it too. */
export async function orAborted<Result>(
  signal: AbortSignal | null | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!signal) return work();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    // React Native's signals have no reason.
    stop = () => reject(signal.reason ?? Object.assign(new Error('aborted'), { name: 'AbortError' }));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await (signal.aborted ? aborted : Promise.race([work(), aborted]));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export const moment = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits, but ends early when the network comes back, if the platform reports that. */
export function nap(ms: number): Promise<void> {
  const { addEventListener, removeEventListener } = globalThis as Partial<EventTarget>;
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      removeEventListener?.call(globalThis, 'online', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    addEventListener?.call(globalThis, 'online', wake);
  });
}

/** Encodes a form by hand: React Native's URLSearchParams does not encode on every platform. */
export const formOf = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&'),
  redirect: 'manual',
  credentials: 'omit',
});
