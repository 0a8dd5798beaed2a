import { fillMillions } from '../../scale/million.js';
import { recovery } from '../contests/recovery.js';
import { atLeast } from '../goal.js';
import { loadSlice, type Slice, statementsOf, warmUp } from '../load-slice.js';
import { Faults } from '../measure/faults.js';
import { median, spreadOf } from '../measure/statistics.js';
import { showSpread, table } from '../report.js';
import { alone } from '../rounds.js';
import { SealingSwitch } from '../sealing/sealing-switch.js';
import { startRekeyOn } from '../systems/rekey.js';
import type { RecoverySystem } from '../systems/system-under-load.js';
import type { Around, Measured } from './measure.js';

/** People who recover; they are the same in both databases. */
const accounts = 3_000;
const concurrency = 8;
/** Sealing five million events takes minutes, and is no part of what is measured. */
const sealWithinMs = 40 * 60_000;

/**
 * Flows per second beside a million other accounts, a million past recoveries and five million events of the audit, to those in a database
 * without: two systems in turns. The events are sealed before the first flow.
 */
export async function million({ bench, stage, options, tell }: Omit<Around, 'system'>): Promise<Measured> {
  const { seconds, rounds } = options;
  const sizes = ['few', 'many'] as const;
  const starters = {
    few: startRekeyOn(async () => undefined),
    many: startRekeyOn((url) => {
      tell('million: filling the database');
      return fillMillions(url);
    }),
  };
  return stage.with(starters, { accounts, profile: options.profile }, tell, async (systems) => {
    const slices: Record<(typeof sizes)[number], Slice[]> = { few: [], many: [] };
    for (const [at, size] of sizes.entries()) {
      const system = systems[at] as RecoverySystem;
      tell(`million: the database with ${size} rows is sealed and warmed up`);
      const sealing = await SealingSwitch.open(stage.urlOf(system.database), system);
      await sealing.drained(sealWithinMs);
      await sealing.close();
      await warmUp(recovery, bench, system);
    }
    for (let round = 0; round < rounds; round++) {
      for (const size of round % 2 === 0 ? sizes : sizes.toReversed()) {
        const system = systems[sizes.indexOf(size)] as RecoverySystem;
        const slice = await alone(system, systems, () =>
          loadSlice(recovery, bench, system, { concurrency, seconds }),
        );
        slices[size].push(slice);
      }
      tell(`million, round ${round + 1}: ${keptOf(slices).at(-1)?.toFixed(2)} of the flows/s kept`);
    }
    const faults = new Faults();
    for (const slice of Object.values(slices).flat()) faults.add(slice.faults);
    const kept = keptOf(slices);
    const row = (label: string, of: (slice: Slice) => number, decimals: number) => [
      label,
      ...sizes.map((size) => showSpread(spreadOf(slices[size].map(of)), decimals)),
    ];
    return {
      lines: [
        ...table(
          [`recovery, concurrency ${concurrency}`, `${accounts} accounts`, 'and a million more'],
          [
            row('flows/s', ({ runsPerSecond }) => runsPerSecond, 0),
            row('CPU ms a flow', ({ cpu }) => cpu.node + cpu.postgres, 2),
            row('  PostgreSQL', ({ cpu }) => cpu.postgres, 2),
            row('SQL statements a flow', statementsOf, 1),
          ],
        ),
        `kept, by round: ${showSpread(spreadOf(kept), 2)}`,
      ],
      goals: [
        atLeast('flows/s kept beside 1,000,000 accounts and recoveries, 5,000,000 events', median(kept), {
          decimals: 2,
          must: 0.95,
        }),
      ],
      faults,
    };
  });
}

const keptOf = ({ few, many }: { few: Slice[]; many: Slice[] }): number[] =>
  many.map((slice, at) => slice.runsPerSecond / (few[at]?.runsPerSecond ?? Number.NaN));
