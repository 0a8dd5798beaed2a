import { z } from 'zod';
import type { RecoveryPolicy } from '../proving/policy.js';
import { holdFacts } from './facts.js';
import { afterStop, holdFor, type RuledHold } from './rules.js';

type HoldPolicy = Pick<RecoveryPolicy, 'holds' | 'holdAfterStopHours'>;

/** What the audit has about a decision, see `HoldDecision`. */
const recorded = z.object({
  hours: z.number(),
  rules: z.array(z.string()),
  after_stop: z.boolean(),
  facts: holdFacts,
});

/** One recovery, as it was, and as two policies would have it. `rules` may have `holdAfterStop`. */
export interface Replayed {
  recovery_id: string;
  at: Date;
  recorded: Ruled;
  in_force: Ruled;
  simulated: Ruled;
}

interface Ruled {
  hours: number;
  rules: string[];
}

/** What a policy does to all recoveries that could be replayed. */
export interface HoldTotals {
  held: number;
  /** Of all holds together. */
  hours: number;
  /** How many recoveries each rule applies to, also where another rule holds them longer. */
  by_rule: Record<string, number>;
}

export interface Simulation {
  recoveries: number;
  /** Recoveries whose facts were not recorded, mostly by an earlier release. */
  not_recorded: string[];
  in_force: HoldTotals;
  simulated: HoldTotals;
  replayed: Replayed[];
}

/** Applies two policies to recorded decisions. Neither changes what people did afterwards, such as coming back later. */
export function simulateHolds(
  decisions: readonly { recovery_id: string; at: Date; hold: unknown }[],
  { inForce, other }: { inForce: HoldPolicy; other: HoldPolicy },
): Simulation {
  const read = decisions.map((one) => ({ ...one, hold: recorded.safeParse(one.hold).data }));
  const replayed = read.flatMap(({ recovery_id, at, hold }): Replayed[] =>
    hold === undefined
      ? []
      : [
          {
            recovery_id,
            at,
            recorded: { hours: hold.hours, rules: hold.rules },
            in_force: apply(inForce, hold),
            simulated: apply(other, hold),
          },
        ],
  );
  return {
    recoveries: decisions.length,
    not_recorded: read.flatMap(({ recovery_id, hold }) => (hold === undefined ? [recovery_id] : [])),
    in_force: totals(
      inForce,
      replayed.map(({ in_force }) => in_force),
    ),
    simulated: totals(
      other,
      replayed.map(({ simulated }) => simulated),
    ),
    replayed,
  };
}

function apply(policy: HoldPolicy, { after_stop, facts }: z.output<typeof recorded>): Ruled {
  const { hours, reasons }: RuledHold = holdFor(policy, facts);
  const stopped = after_stop && policy.holdAfterStopHours > 0;
  return {
    hours: Math.max(hours, stopped ? policy.holdAfterStopHours : 0),
    rules: [...(stopped ? [afterStop] : []), ...reasons],
  };
}

/** Also the rules that apply to none. */
function totals(policy: HoldPolicy, all: Ruled[]): HoldTotals {
  const names = [
    ...(policy.holdAfterStopHours > 0 ? [afterStop] : []),
    ...policy.holds.map(({ name }) => name),
  ];
  return {
    held: all.filter(({ hours }) => hours > 0).length,
    hours: all.reduce((sum, { hours }) => sum + hours, 0),
    by_rule: Object.fromEntries(
      names.map((name) => [name, all.filter(({ rules }) => rules.includes(name)).length]),
    ),
  };
}

/** Whether the two policies hold a recovery differently long. */
export const isChanged = ({ in_force, simulated }: Replayed): boolean => in_force.hours !== simulated.hours;
