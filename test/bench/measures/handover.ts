import { setTimeout as pause } from 'node:timers/promises';
import { RecoveryClient } from '../contests/recovery-client.js';
import { atMost } from '../goal.js';
import { Faults } from '../measure/faults.js';
import { ascending, quantile } from '../measure/statistics.js';
import { table } from '../report.js';
import type { Measure } from './measure.js';

const startsPerSecond = 50;
/** So that a percentile of 99 has something behind it. */
const leastSeconds = 20;

/**
 * How long a person looks at the page before their code has left: milliseconds from the response to a start until the mail server has the
 * mail, while 50 people a second start (an open loop). The random pause before a courier looks an account up is part of it.
 */
export const handover: Measure = async ({ bench: { arrivals }, system, options }) => {
  const seconds = Math.max(leastSeconds, options.seconds);
  const client = new RecoveryClient(system.url, 64, arrivals);
  const faults = new Faults();
  const times: number[] = [];
  const once = async () => {
    try {
      times.push(await client.arrival(system.nextAddress()));
    } catch (fault) {
      faults.note(fault);
    }
  };
  const underWay: Promise<void>[] = [];
  const begun = performance.now();
  try {
    for (let n = 0; n < seconds * startsPerSecond; n++) {
      await pause(Math.max(0, begun + (n * 1000) / startsPerSecond - performance.now()));
      underWay.push(once());
    }
    await Promise.all(underWay);
  } finally {
    await client.close();
  }
  const sorted = ascending(times);
  const at = (share: number) => quantile(sorted, share);
  const row = [0.5, 0.95, 0.99, 1].map((share) => at(share).toFixed(0));
  const where = `from an accepted start to the mail server, ${startsPerSecond} starts/s`;
  return {
    lines: [
      ...table(
        ['handover, ms', 'p50', 'p95', 'p99', 'highest', 'mails'],
        [[where, ...row, `${times.length}`]],
      ),
      ...faults.lines().map((line) => `  fault: ${line}`),
    ],
    goals: [
      atMost(`handover p50, ${startsPerSecond} starts/s`, at(0.5), {
        decimals: 0,
        must: 80,
        stretch: 50,
        unit: ' ms',
      }),
      atMost(`handover p99, ${startsPerSecond} starts/s`, at(0.99), {
        decimals: 0,
        must: 300,
        stretch: 200,
        unit: ' ms',
      }),
    ],
    faults,
  };
};
