import { countFailures } from '@rekey/audit';
import type { Database } from '@rekey/database';
import { type CodeCounts, countCodes } from '@rekey/outbox';
import { countHeld, countRecoveries, type RecoveryCounts } from '@rekey/recovery';
import { countWaitingOverrides } from '@rekey/staff';
import { type Cause, countSessions, type SessionCounts } from '@rekey/tokens';
import type { ManagementContext } from '../management-context.js';
import { CountedSteps, type OverviewDays, overviewSteps, type Step } from './steps.js';

export type { OverviewDays } from './steps.js';
export const overviewDays = Object.keys(overviewSteps).map(Number) as OverviewDays[];

/** Codes of one channel, with a number for each step. */
export interface DeliverySeries {
  channel: CodeCounts['channel'];
  sent: number[];
  failed: number[];
  p50_ms: (number | null)[];
  p95_ms: (number | null)[];
}

/**
 * The last days in numbers. Each series has a number for each step: for what was **started, asked for or issued** in the step, and what has
 * become of that until now. Times are RFC 3339.
 */
export interface OverviewView {
  from: string;
  /** Now: the last step is not over. */
  to: string;
  step_s: number;
  /** When each step begins. */
  at: string[];
  /** The recoveries that were started in all steps, and what has become of them. */
  funnel: RecoveryCounts;
  recoveries: { started: number[]; completed: number[]; held: number[] };
  /** The codes that were asked for; not the notifications. */
  delivery: DeliverySeries[];
  /** The sessions that were issued, and how many of them were ended before their time, by why. Refreshes are not counted: see `/metrics`. */
  tokens: { issued: number[]; ended: { cause: Cause; counts: number[] }[] };
  /** How often each event that is a failure or a denial was written in all steps, the most frequent first. */
  failures: { cause: string; count: number }[];
  /** What waits for a decision now: recoveries whose hold is not over, and overrides without a second person. */
  waiting: { held: number; overrides: number };
}

interface Figures {
  recoveries: RecoveryCounts;
  codes: CodeCounts[];
  sessions: SessionCounts;
  failures: { cause: string; count: number }[];
}

/** Reads overviews, and keeps what it has counted: one for a process. */
export class OverviewReader {
  private readonly counted = new CountedSteps<Figures>();

  async read({ database, clock }: ManagementContext, days: OverviewDays): Promise<OverviewView> {
    const now = clock.now();
    const at = new Date(now);
    const { steps, figures } = await this.counted.read(days, now, (step) => countStep(database, step, at));
    const recoveries = figures.map((step) => step.recoveries);
    return {
      from: steps[0]?.from.toISOString() ?? at.toISOString(),
      to: at.toISOString(),
      step_s: overviewSteps[days] / 1000,
      at: steps.map(({ from }) => from.toISOString()),
      funnel: summed(recoveries),
      recoveries: {
        started: recoveries.map(({ started }) => started),
        completed: recoveries.map(({ completed }) => completed),
        held: recoveries.map(({ held }) => held),
      },
      delivery: deliveriesOf(figures.map(({ codes }) => codes)),
      tokens: tokensOf(figures.map(({ sessions }) => sessions)),
      failures: failuresOf(figures.flatMap(({ failures }) => failures)),
      waiting: {
        held: await countHeld(database, at),
        overrides: await countWaitingOverrides(database, at),
      },
    };
  }
}

/** One statement after the other: nobody waits for an overview, and others use the connections. */
const countStep = async (database: Database, step: Step, now: Date): Promise<Figures> => ({
  recoveries: await countRecoveries(database, { ...step, now }),
  codes: await countCodes(database, step),
  sessions: await countSessions(database, step),
  failures: await countFailures(database, step),
});

const funnel = ['started', 'proven', 'held', 'completed', 'stopped', 'cancelled', 'expired'] as const;

const summed = (all: readonly RecoveryCounts[]): RecoveryCounts =>
  Object.fromEntries(
    funnel.map((name) => [name, all.reduce((sum, step) => sum + step[name], 0)]),
  ) as unknown as RecoveryCounts;

function deliveriesOf(steps: readonly CodeCounts[][]): DeliverySeries[] {
  const channels = [...new Set(steps.flatMap((codes) => codes.map(({ channel }) => channel)))].sort();
  return channels.map((channel) => {
    const ofChannel = steps.map((codes) => codes.find((one) => one.channel === channel));
    return {
      channel,
      sent: ofChannel.map((one) => one?.sent ?? 0),
      failed: ofChannel.map((one) => one?.failed ?? 0),
      p50_ms: ofChannel.map((one) => one?.p50_ms ?? null),
      p95_ms: ofChannel.map((one) => one?.p95_ms ?? null),
    };
  });
}

function tokensOf(steps: readonly SessionCounts[]): OverviewView['tokens'] {
  const causes = [...new Set(steps.flatMap(({ ended }) => ended.map(({ cause }) => cause)))].sort();
  return {
    issued: steps.map(({ issued }) => issued),
    ended: causes.map((cause) => ({
      cause,
      counts: steps.map(({ ended }) => ended.find((one) => one.cause === cause)?.count ?? 0),
    })),
  };
}

function failuresOf(all: Figures['failures']): Figures['failures'] {
  const counts = new Map<string, number>();
  for (const { cause, count } of all) counts.set(cause, (counts.get(cause) ?? 0) + count);
  return [...counts]
    .map(([cause, count]) => ({ cause, count }))
    .sort((one, other) => other.count - one.count);
}
