import { attemptingNetworks, budgets, FailuresByNetwork, sprayAlarm } from './index.js';

const now = 1_700_000_000_000;
const one = attemptingNetworks('203.0.113.7');
const other = attemptingNetworks('198.51.100.7');

/** Makes this many attempts in sequence. @returns how many were compared */
const guess = (
  line: FailuresByNetwork,
  from: typeof one,
  n: number,
  outcome: 'wrong' | 'right' | 'neither' = 'wrong',
  at = now,
): number => {
  let looked = 0;
  for (let done = 0; done < n; done++) {
    if (line.admit(from, at)) continue;
    looked++;
    line.resolve(from, outcome, at);
  }
  return looked;
};

test('a network has its own quota of wrong attempts, which is renewed after the window', () => {
  const line = new FailuresByNetwork();
  expect(guess(line, one, 150)).toBe(budgets.failedAttemptsA24.quota);
  expect(line.admit(one, now)).toEqual(budgets.failedAttemptsA24);
  expect(guess(line, attemptingNetworks('203.0.113.250'), 1)).toBe(0);
  expect(guess(line, other, 5)).toBe(5);
  expect(guess(line, one, 5, 'wrong', now + budgets.failedAttemptsA24.windowMs)).toBe(5);
});

test('a right attempt, or one that was not compared, costs nothing', () => {
  const line = new FailuresByNetwork();
  expect(guess(line, one, 500, 'right')).toBe(500);
  expect(guess(line, one, 500, 'neither')).toBe(500);
});

test('of a thousand attempts at once no more than the quota are admitted', () => {
  const line = new FailuresByNetwork();
  const admitted = Array.from({ length: 1_000 }, () => line.admit(one, now)).filter((over) => !over);
  expect(admitted).toHaveLength(budgets.failedAttemptsA24.quota);
});

test('an attacker with a /48 gets one quota for it, not 65,536', () => {
  const line = new FailuresByNetwork();
  let looked = 0;
  for (let at = 0; at < 65_536; at += 16)
    looked += guess(line, attemptingNetworks(`2001:db8:1:${at.toString(16)}::1`), 1);
  expect(looked).toBe(budgets.failedAttemptsA48.quota);
  expect(guess(line, attemptingNetworks('2001:db8:2::1'), 60)).toBe(budgets.failedAttemptsA64.quota);
});

test('a network that the database has closed stays closed here until the end of its window', () => {
  const line = new FailuresByNetwork();
  const [network] = one;
  if (network) line.close(network, new Date(now + 1_000));
  expect(guess(line, one, 1)).toBe(0);
  expect(guess(line, one, 1, 'wrong', now + 1_000)).toBe(1);
});

test('it remembers no more networks than its limit', () => {
  const line = new FailuresByNetwork(10);
  guess(line, one, 100);
  for (let at = 0; at < 10; at++) guess(line, attemptingNetworks(`10.0.${at}.1`), 1);
  expect(guess(line, one, 1)).toBe(1);
});

test('a spray of wrong attempts raises one alarm in ten minutes; among as many right ones it raises none', () => {
  const spray = (line: FailuresByNetwork, wrong: number, at = now) =>
    Array.from({ length: wrong }, (_, n) => {
      const from = attemptingNetworks(`10.${n >> 8}.${n & 255}.1`);
      line.admit(from, at);
      return line.resolve(from, 'wrong', at).spray;
    }).filter((told) => told !== undefined);
  const line = new FailuresByNetwork();
  expect(spray(line, sprayAlarm.wrong - 1)).toEqual([]);
  expect(spray(line, 100)).toEqual([{ wrong: sprayAlarm.wrong, right: 0 }]);
  expect(spray(line, sprayAlarm.wrong, now + sprayAlarm.windowMs)).toHaveLength(1);
  const busy = new FailuresByNetwork();
  guess(busy, other, 10 * sprayAlarm.wrong, 'right');
  expect(spray(busy, 5 * sprayAlarm.wrong)).toEqual([]);
});
