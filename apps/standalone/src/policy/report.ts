import { type HoldTotals, isChanged, type Replayed, type Simulation } from '@rekey/recovery';

/** What `simulate --json` prints. Times are RFC 3339, `replayed` has every recovery that could be replayed. */
export interface SimulationReport extends Omit<Simulation, 'replayed'> {
  since: string;
  until: string;
  changed: number;
  replayed: (Omit<Replayed, 'at'> & { at: string; changed: boolean })[];
}

export const reportOf = (
  { replayed, ...totals }: Simulation,
  { since, until }: { since: Date; until: Date },
): SimulationReport => ({
  since: since.toISOString(),
  until: until.toISOString(),
  ...totals,
  changed: replayed.filter(isChanged).length,
  replayed: replayed.map((one) => ({ ...one, at: one.at.toISOString(), changed: isChanged(one) })),
});

const hold = ({ hours, rules }: { hours: number; rules: string[] }): string =>
  hours === 0 ? 'not held' : `${hours} h (${rules.join(', ')})`;

/** The same for people: a line for each recovery that would have been held differently, and the totals. */
export function describeSimulation(report: SimulationReport): string {
  const { in_force: before, simulated: after, not_recorded: missing } = report;
  const changed = report.replayed.filter((one) => one.changed);
  return [
    ...changed.map((one) => `${one.at}  ${one.recovery_id}  ${hold(one.in_force)} -> ${hold(one.simulated)}`),
    ...(changed.length > 0 ? [''] : []),
    `${report.recoveries} recoveries were decided from ${report.since} to ${report.until}`,
    `${changed.length} of them would have been held differently`,
    ...(missing.length > 0 ? [`${missing.length} could not be replayed: their facts were not recorded`] : []),
    '',
    line('', 'in force', 'simulated'),
    line('recoveries held', before.held, after.held),
    line('hours of waiting', before.hours, after.hours),
    ...ruleNames(before, after).map((name) =>
      line(`  by ${name}`, before.by_rule[name] ?? '-', after.by_rule[name] ?? '-'),
    ),
  ].join('\n');
}

const ruleNames = (before: HoldTotals, after: HoldTotals): string[] => [
  ...new Set([...Object.keys(before.by_rule), ...Object.keys(after.by_rule)]),
];

const line = (name: string, before: string | number, after: string | number): string =>
  `${name.padEnd(32)}${String(before).padStart(10)}${String(after).padStart(12)}`;
