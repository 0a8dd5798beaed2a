import { spawnSync } from 'node:child_process';
import { every, type Timer } from './every.js';

/** A timer under control of the test. */
function movableTimer() {
  let waiting: { ms: number; run: () => void }[] = [];
  const timer: Timer = (ms, run) => {
    const one = { ms, run };
    waiting.push(one);
    return () => {
      waiting = waiting.filter((other) => other !== one);
    };
  };
  return {
    timer,
    /** The delay of each timer that was set. */
    set: () => waiting.map(({ ms }) => ms),
    fire() {
      for (const { run } of waiting.splice(0)) run();
    },
  };
}

/** Lets resolved promises run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The test ends these rounds one by one. */
function rounds() {
  const open: { end: () => void; fail: (fault: unknown) => void }[] = [];
  let started = 0;
  return {
    started: () => started,
    work: () => {
      started++;
      return new Promise<void>((end, fail) => open.push({ end, fail }));
    },
    end: () => open.shift()?.end(),
    fail: (fault: unknown) => open.shift()?.fail(fault),
  };
}

describe('every', () => {
  test('the first round starts after one period, and each next one a period after the end of the round', async () => {
    const { timer, set, fire } = movableTimer();
    const { work, started, end } = rounds();
    const ends: unknown[] = [];
    const periodic = every(15_000, { work, onEnd: (fault) => ends.push(fault), timer });
    expect([started(), set()]).toEqual([0, [15_000]]);
    fire();
    await settled();
    expect([started(), set(), ends]).toEqual([1, [], []]);
    end();
    await settled();
    expect([started(), set(), ends]).toEqual([1, [15_000], [undefined]]);
    fire();
    expect(started()).toBe(2);
    end();
    await periodic.stop();
  });

  test('a round that is longer than the period does not overlap with the next', async () => {
    const { timer, set, fire } = movableTimer();
    const { work, started, end } = rounds();
    const periodic = every(1_000, { work, onEnd: () => undefined, timer });
    for (let n = 0; n < 5; n++) {
      fire();
      await settled();
    }
    expect([started(), set()]).toEqual([1, []]);
    end();
    await periodic.stop();
  });

  test.each([
    ['rejects', (fault: unknown) => Promise.reject(fault)],
    [
      'throws at once',
      (fault: unknown) => {
        throw fault;
      },
    ],
  ])('a round that %s is reported, and the next one starts', async (_how, failing) => {
    const { timer, set, fire } = movableTimer();
    const ends: unknown[] = [];
    const away = new Error('away');
    const periodic = every(1_000, { work: () => failing(away), onEnd: (fault) => ends.push(fault), timer });
    for (let n = 1; n <= 3; n++) {
      fire();
      await settled();
      expect([ends, set()]).toEqual([Array(n).fill(away), [1_000]]);
    }
    await periodic.stop();
  });

  test('a round that rejects without a reason is reported as a fault', async () => {
    const { timer, fire } = movableTimer();
    const ends: unknown[] = [];
    const periodic = every(1, { work: () => Promise.reject(), onEnd: (fault) => ends.push(fault), timer });
    fire();
    await periodic.stop();
    expect(ends).toEqual([expect.objectContaining({ message: 'a round failed without a reason' })]);
  });

  test('stop waits for the running round, and no further round starts', async () => {
    const { timer, set, fire } = movableTimer();
    const { work, started, end } = rounds();
    const periodic = every(1_000, { work, onEnd: () => undefined, timer });
    fire();
    let isStopped = false;
    const stopped = periodic.stop().then(() => {
      isStopped = true;
    });
    await settled();
    expect(isStopped).toBe(false);
    end();
    await stopped;
    expect([started(), set()]).toEqual([1, []]);
  });

  test('stop between two rounds cancels the timer', async () => {
    const { timer, set } = movableTimer();
    const periodic = every(1_000, { work: async () => undefined, onEnd: () => undefined, timer });
    await periodic.stop();
    expect(set()).toEqual([]);
  });

  test('a process with nothing else to do ends although a round is due', () => {
    const script =
      "import { every } from './dist/libs/kernel/src/every.js'; every(600_000, { work: async () => {}, onEnd() {} });";
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 });
    expect([child.status, child.signal, String(child.stderr)]).toEqual([0, null, '']);
  });
});
