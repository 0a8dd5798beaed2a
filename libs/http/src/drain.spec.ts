import { drained } from './drain.js';

describe('a process that is to end', () => {
  /** What has happened, in its order. */
  const log: string[] = [];
  let pass = () => {};
  const timer = (ms: number, call: () => void) => {
    log.push(`waits ${ms}`);
    pass = call;
    return () => void log.push('waits no longer');
  };
  const drainOf = (ms: number) => ({ ms, begin: () => void log.push('begins') });
  const end = async (ms: number, again: AbortSignal) => {
    await drained(drainOf(ms), again, timer);
    log.push('ends');
  };
  beforeEach(() => log.splice(0));

  test('says so at once, and ends after its drain', async () => {
    const ending = end(5_000, new AbortController().signal);
    expect(log).toEqual(['begins', 'waits 5000']);
    pass();
    await ending;
    expect(log).toEqual(['begins', 'waits 5000', 'ends']);
  });

  test('ends at the next signal, and at once without a drain', async () => {
    const again = new AbortController();
    const ending = end(60_000, again.signal);
    again.abort();
    await ending;
    expect(log.splice(0)).toEqual(['begins', 'waits 60000', 'waits no longer', 'ends']);
    await end(60_000, again.signal);
    await end(0, new AbortController().signal);
    expect(log).toEqual(['ends', 'ends']);
  });
});
