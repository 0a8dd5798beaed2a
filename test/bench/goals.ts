import type { Goal } from './goal.js';
import { statementsOf } from './load-slice.js';
import { median } from './measure/statistics.js';
import type { Round } from './rounds.js';
import { judgeSealing } from './sealing/report-sealing.js';
import type { Sealing } from './sealing/sealing.js';
import type { SlowMail } from './slow-mail.js';

/** A difference counts when chance makes it less than once in a hundred runs. */
const chance = 0.01;
/** …and when it can be measured through a network. */
const sameWithin = 0.1;

/** The goals of the project, as far as this run can check them. Load is judged at the highest concurrency of the run. */
export function judge(
  rounds: readonly Round[],
  { slow, sealing }: { slow?: SlowMail | undefined; sealing?: Sealing | undefined },
): Goal[] {
  const contests = [...new Set(rounds.map(({ contest }) => contest))];
  const goals = contests.flatMap((contest) => {
    const [highest] = rounds
      .filter((round) => round.contest === contest)
      .sort((one, other) => other.concurrency - one.concurrency);
    return highest ? underLoad(highest) : [];
  });
  if (slow) goals.push(...whileMailIsSlow(slow));
  if (sealing) goals.push(...judgeSealing(sealing));
  const total = [
    ...rounds.flatMap(({ slices }) => [...slices.values()].flat()),
    ...(slow ? [slow] : []),
    ...(sealing?.cost.rounds.flatMap((round) => [...round.with, ...round.without]) ?? []),
  ].reduce((sum, { faults }) => sum + faults.total, 0);
  goals.push({ says: `every run ends as it should: ${total} faults`, met: total === 0 });
  return goals;
}

function underLoad({ contest: { name, unit, leastRatio }, slices }: Round): Goal[] {
  const goals: Goal[] = [];
  const rekey = slices.get('rekey') ?? [];
  const floor = slices.get('floor') ?? [];
  const ratio = (of: (slice: (typeof rekey)[number]) => number) =>
    median(rekey.flatMap((slice, at) => (floor[at] ? [of(slice) / of(floor[at])] : [])));
  if (name === 'recovery' && rekey.length > 0) {
    const statements = median(rekey.map(statementsOf));
    goals.push({
      says: `${name}: at most 16 SQL statements a flow: ${statements.toFixed(1)}`,
      met: statements <= 16,
    });
  }
  if (rekey.length === 0 || floor.length === 0) return goals;
  const speed = ratio(({ runsPerSecond }) => runsPerSecond);
  goals.push({
    says: `${name}: at least ${leastRatio} of the floor's ${unit}s/s: ${speed.toFixed(2)}`,
    met: speed >= leastRatio,
  });
  if (name === 'recovery') {
    const cost = ratio(({ cpu }) => cpu.node + cpu.postgres);
    goals.push({ says: `${name}: at most twice the floor's CPU a flow: ${cost.toFixed(2)}`, met: cost <= 2 });
  }
  return goals;
}

function whileMailIsSlow({ quantiles, mailsToUnknown }: SlowMail): Goal[] {
  return [
    ...quantiles.map(({ share, ratio, byChance }) => ({
      says: `known and unknown starts equally fast at p${share * 100}: ratio ${ratio.toFixed(2)}, by chance ${byChance.toFixed(2)}`,
      met: byChance >= chance || Math.abs(ratio - 1) <= sameWithin,
    })),
    { says: `no mail to unknown addresses: ${mailsToUnknown}`, met: mailsToUnknown === 0 },
  ];
}
