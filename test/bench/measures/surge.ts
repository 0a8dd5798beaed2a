import { RecoveryClient, randomSource } from '../contests/recovery-client.js';
import { below } from '../goal.js';
import { Faults } from '../measure/faults.js';
import { ascending, quantile } from '../measure/statistics.js';
import { table } from '../report.js';
import type { Measure } from './measure.js';

const people = 20;
const starters = 200;
/** Rounds with and without them, in turns. */
const rounds = 30;

/**
 * 200 starts at once from one source, beside those of 20 people from 20 sources: what the people notice of it. The same without them, in
 * turns. Each time they come from another source, of which thirty starts are accepted.
 */
export const surge: Measure = async ({ bench: { arrivals }, system }) => {
  const client = new RecoveryClient(system.url, people, arrivals);
  const attacker = new RecoveryClient(system.url, starters, arrivals);
  const faults = new Faults();
  const times = { alone: [] as number[], beside: [] as number[] };
  const answered = { accepted: 0, limited: 0, others: new Map<number, number>() };
  const begin = async (into: number[]) => {
    const begun = performance.now();
    try {
      await client.start(system.nextAddress());
      into.push(performance.now() - begun);
    } catch (fault) {
      faults.note(fault);
    }
  };
  const everyone = (into: number[]) => Array.from({ length: people }, () => begin(into));
  const attack = async (source: string, n: number) => {
    const status = await attacker.startFrom(source, `nobody-${n}@bench.example`);
    if (status === 202) answered.accepted++;
    else if (status === 429) answered.limited++;
    else answered.others.set(status, (answered.others.get(status) ?? 0) + 1);
  };
  try {
    for (let round = 0; round < 2 * rounds; round++) {
      const source = randomSource();
      const attacks =
        round % 2 === 0
          ? []
          : Array.from({ length: starters }, (_, n) => attack(source, round * starters + n));
      await Promise.all([...attacks, ...everyone(round % 2 === 0 ? times.alone : times.beside)]);
      await arrivals.quiet(300);
    }
  } finally {
    await Promise.all([client.close(), attacker.close()]);
  }
  const at = (of: number[], share: number) => quantile(ascending(of), share);
  const three = (of: number[]) => [0.5, 0.95, 0.99].map((share) => at(of, share).toFixed(0));
  const others = [...answered.others].map(([status, count]) => `, ${count} × ${status}`).join('');
  return {
    lines: [
      ...table(
        [`starts of ${people} people at once, ms`, 'p50', 'p95', 'p99', 'starts'],
        [
          ['alone', ...three(times.alone), `${times.alone.length}`],
          [`beside ${starters} from one source`, ...three(times.beside), `${times.beside.length}`],
        ],
      ),
      `from the one source: ${answered.accepted} accepted, ${answered.limited} over the limit${others}`,
      ...faults.lines().map((line) => `  fault: ${line}`),
    ],
    goals: [
      below(
        `${people} people's p99 beside ${starters} starts at once, to the same without`,
        at(times.beside, 0.99) / at(times.alone, 0.99),
        { decimals: 2, must: 2 },
      ),
    ],
    faults,
  };
};
