import type { Timer } from '@rekey/kernel';

/**
 * Milliseconds for one whole attempt to hand a message to its provider: name lookup, connection, TLS, sign-in, message and final reply, over
 * all servers. RFC 5321 §4.5.3.2 asks for minutes, but a person waits with a code that expires in ten.
 */
export const attemptMs = 10_000;

/** Milliseconds after which the next server is tried, if there is one. */
export const failoverMs = 5_000;

/** The time for an attempt is over. Nobody knows whether the provider has accepted the message. */
export class DeadlineExceeded extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('the provider did not finish in time');
  }
}

/**
 * Runs `work` for at most `ms` milliseconds, whatever it waits for: a peer that sends a byte now and then gets no more time.
 *
 * @param work must end what it has opened when the signal is aborted
 * @param outer ends it, too
 * @throws {DeadlineExceeded} and what `work` throws
 */
export async function within<Result>(
  ms: number,
  timer: Timer,
  work: (signal: AbortSignal) => Promise<Result>,
  outer?: AbortSignal,
): Promise<Result> {
  const deadline = new AbortController();
  const cancel = timer(ms, () => deadline.abort(new DeadlineExceeded()));
  const signal = outer ? AbortSignal.any([deadline.signal, outer]) : deadline.signal;
  let onAbort = () => {};
  const over = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([over, work(signal)]);
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
