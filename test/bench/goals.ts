import type { Round } from './contest.js';
import { statementsOf } from './load-slice.js';
import { median } from './measure/statistics.js';
import type { SlowMail } from './slow-mail.js';

export interface Goal {
  says: string;
  met: boolean;
}

/** A difference that chance makes less than once in a hundred runs is one. */
const chance = 0.01;
/** …and one that nobody could measure through a network is none. */
const sameWithin = 0.1;

/** The goals of the project, as far as this run can tell. Load is judged at the highest concurrency that was run. */
export function judge(rounds: readonly Round[], slow: SlowMail | undefined): Goal[] {
  const goals: Goal[] = [];
  const highest = rounds.reduce<Round | undefined>(
    (best, round) => (best && best.concurrency > round.concurrency ? best : round),
    undefined,
  );
  const rekey = highest?.slices.get('rekey');
  const floor = highest?.slices.get('floor');
  if (rekey) {
    const statements = median(rekey.map(statementsOf));
    goals.push({ says: `at most 16 SQL statements a flow: ${statements.toFixed(1)}`, met: statements <= 16 });
  }
  if (rekey && floor) {
    const speed = median(
      rekey.map((slice, at) => slice.flowsPerSecond / (floor[at]?.flowsPerSecond ?? Number.NaN)),
    );
    const cost = median(rekey.map((slice, at) => cpuOf(slice) / cpuOf(floor[at])));
    goals.push(
      { says: `at least 0.5 of the floor's flows/s: ${speed.toFixed(2)}`, met: speed >= 0.5 },
      { says: `at most twice the floor's CPU a flow: ${cost.toFixed(2)}`, met: cost <= 2 },
    );
  }
  for (const { share, ratio, byChance } of slow?.quantiles ?? []) {
    goals.push({
      says: `known and unknown starts equally fast at p${share * 100}: ratio ${ratio.toFixed(2)}, by chance ${byChance.toFixed(2)}`,
      met: byChance >= chance || Math.abs(ratio - 1) <= sameWithin,
    });
  }
  if (slow)
    goals.push({
      says: `no mail to unknown addresses: ${slow.mailsToUnknown}`,
      met: slow.mailsToUnknown === 0,
    });
  const faults = [...rounds.flatMap(({ slices }) => [...slices.values()].flat()), ...(slow ? [slow] : [])];
  const total = faults.reduce((sum, { faults: those }) => sum + those.total, 0);
  goals.push({ says: `every recovery ends with tokens: ${total} faults`, met: total === 0 });
  return goals;
}

const cpuOf = (slice: { cpu: { node: number; postgres: number } } | undefined): number =>
  slice ? slice.cpu.node + slice.cpu.postgres : Number.NaN;
