const hourMs = 3_600_000;

/** How many days an overview may reach back, and the length of its steps in milliseconds: some thirty of them. */
export const overviewSteps = { 1: hourMs, 7: 6 * hourMs, 30: 24 * hourMs } as const;
export type OverviewDays = keyof typeof overviewSteps;

export interface Step {
  from: Date;
  /** Not in it. The last step ends in the future. */
  to: Date;
}

/** The steps up to now, the oldest first. They begin at multiples of their length, in UTC, so that tomorrow's are the same. */
export function stepsOf(days: OverviewDays, now: number): Step[] {
  const length = overviewSteps[days];
  const count = (days * 24 * hourMs) / length;
  const last = Math.floor(now / length) * length;
  return Array.from({ length: count }, (_, nth) => {
    const from = last - (count - 1 - nth) * length;
    return { from: new Date(from), to: new Date(from + length) };
  });
}

const leastFreshMs = 5_000;

/** For how long what was counted of a step is good: what happened long ago seldom changes. A tenth of the age of the step, and five seconds. */
export const goodFor = ({ to }: Step, now: number): number =>
  Math.max(leastFreshMs, (now - to.getTime()) / 10);

interface Counted<Figures> {
  readAt: number;
  figures: Promise<Figures>;
}

/**
 * What was counted of each step, in memory: an overview of a month reads a month once, and after that its last days. Requests at the same
 * time count a step once.
 */
export class CountedSteps<Figures> {
  private readonly counted = new Map<OverviewDays, Map<number, Counted<Figures>>>();

  /** @param count called for each step that is not counted yet, or was too long ago, one after the other */
  async read(
    days: OverviewDays,
    now: number,
    count: (step: Step) => Promise<Figures>,
  ): Promise<{ steps: Step[]; figures: Figures[] }> {
    const steps = stepsOf(days, now);
    const kept = this.counted.get(days) ?? new Map<number, Counted<Figures>>();
    this.counted.set(days, kept);
    const ends = new Map(steps.map((step) => [step.from.getTime(), step]));
    for (const [at, { readAt }] of kept) {
      const step = ends.get(at);
      if (!step || now - readAt >= goodFor(step, readAt)) kept.delete(at);
    }
    const figures: Figures[] = [];
    for (const step of steps) figures.push(await this.figuresOf(kept, step, now, count));
    return { steps, figures };
  }

  private figuresOf(
    kept: Map<number, Counted<Figures>>,
    step: Step,
    now: number,
    count: (step: Step) => Promise<Figures>,
  ): Promise<Figures> {
    const at = step.from.getTime();
    const known = kept.get(at);
    if (known) return known.figures;
    const figures = count(step);
    kept.set(at, { readAt: now, figures });
    figures.catch(() => kept.delete(at));
    return figures;
  }
}
