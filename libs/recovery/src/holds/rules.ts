import { z } from 'zod';
import type { HoldFacts } from './facts.js';

const days = z.number().int().min(1).max(365);

const conditions = z
  .strictObject({
    newBrowser: z.boolean(),
    newNetwork: z.boolean(),
    addressChangedDays: days,
    authenticatorChangedDays: days,
    stoppedBeforeDays: days,
    attempts: z.number().int().min(1).max(1000),
    startedByStaff: z.boolean(),
    singleAddress: z.boolean(),
    roles: z.array(z.string().min(1).max(64)).min(1).max(50),
  })
  .partial()
  .refine((when) => Object.values(when).some((one) => one !== undefined), 'needs at least one condition');

/** The name of the hold after a stop, among the rules that held a recovery. */
export const afterStop = 'holdAfterStop';

const rule = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w-]{0,63}$/, 'must be 1 to 64 letters, digits, "_" or "-"')
    .refine((name) => name !== afterStop, `${afterStop} is the hold by holdAfterStopHours`),
  hours: z.number().int().min(1).max(168),
  when: conditions,
});

/** The member `holds` of a policy. */
export const holdRules = z
  .array(rule)
  .max(50)
  .superRefine((rules, context) => {
    for (const [at, { name }] of rules.entries())
      if (rules.findIndex((other) => other.name === name) < at)
        context.addIssue({
          code: 'custom',
          path: [at, 'name'],
          message: `"${name}" is the name of another rule`,
        });
  });

/**
 * A rule that puts a recovery on hold for `hours` (1 to 168). All conditions of `when` must hold:
 *
 * - `newBrowser`, `newNetwork`, `startedByStaff`, `singleAddress`: whether it is so. `false` asks for the contrary
 * - `addressChangedDays`, `authenticatorChangedDays`, `stoppedBeforeDays`: it happened less than so many days ago
 * - `attempts`: at least so many values were not accepted
 * - `roles`: the account has one of them
 */
export type HoldRule = z.output<typeof rule>;
type Condition = keyof HoldRule['when'];

/** One test for each condition: a new one does not compile without. */
const tests: {
  [Name in Condition]-?: (wanted: NonNullable<HoldRule['when'][Name]>, of: HoldFacts) => boolean;
} = {
  newBrowser: (wanted, of) => of.new_browser === wanted,
  newNetwork: (wanted, of) => of.new_network === wanted,
  addressChangedDays: (wanted, of) => isWithin(wanted, of.address_changed_hours),
  authenticatorChangedDays: (wanted, of) => isWithin(wanted, of.authenticator_changed_hours),
  stoppedBeforeDays: (wanted, of) => isWithin(wanted, of.stopped_before_hours),
  attempts: (wanted, of) => of.attempts >= wanted,
  startedByStaff: (wanted, of) => of.started_by_staff === wanted,
  singleAddress: (wanted, of) => of.single_address === wanted,
  roles: (wanted, of) => of.roles.some((role) => wanted.includes(role)),
};

const isWithin = (daysAgo: number, hoursAgo: number | null): boolean =>
  hoursAgo !== null && hoursAgo < daysAgo * 24;

const applies = ({ when }: HoldRule, facts: HoldFacts): boolean =>
  (Object.keys(when) as Condition[]).every((name) => {
    const wanted = when[name];
    return (
      wanted === undefined || (tests[name] as (wanted: unknown, of: HoldFacts) => boolean)(wanted, facts)
    );
  });

/** How long a recovery is held, and by which rules; `hours` is 0 and `reasons` empty when by none. */
export interface RuledHold {
  hours: number;
  /** The names of all rules that apply, in the order of the policy. */
  reasons: string[];
}

/** Applies the rules of a policy to a recovery with enough proofs. The longest hold of those that apply counts. */
export function holdFor({ holds }: { holds: readonly HoldRule[] }, facts: HoldFacts): RuledHold {
  const applying = holds.filter((one) => applies(one, facts));
  return {
    hours: Math.max(0, ...applying.map(({ hours }) => hours)),
    reasons: applying.map(({ name }) => name),
  };
}

/** Whether a policy asks how long ago a stop was: then stops are remembered also without a hold after them. */
export const asksForStops = ({ holds }: { holds: readonly HoldRule[] }): boolean =>
  holds.some(({ when }) => when.stoppedBeforeDays !== undefined);
