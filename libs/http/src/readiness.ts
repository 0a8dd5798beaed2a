/** How long a check may take before its part counts as away; the response is then given without it. */
const withinMs = 1_500;

/** After this time, a check that has not ended is given up, and the next request starts another one. */
const givenUpAfterMs = 10_000;

interface Part {
  name: string;
  isNeeded: boolean;
  check: () => Promise<unknown>;
  running: { since: number; fault: Promise<unknown> } | undefined;
}

/** A part that is away. */
export interface Failing {
  name: string;
  fault: unknown;
}

/** Whether the process can serve: each part that requests need adds its own check. */
export class Readiness {
  private readonly parts: Part[] = [];

  /** @param now milliseconds, which only rise */
  constructor(private readonly now = () => performance.now()) {}

  /** The parts that requests need, in the order in which they were added. */
  get names(): string[] {
    return this.parts.filter(({ isNeeded }) => isNeeded).map(({ name }) => name);
  }

  /**
   * @param name shown to everyone who asks
   * @param check throws when the part is away, or does not end
   */
  needs(name: string, check: () => Promise<unknown>): void {
    this.parts.push({ name, check, isNeeded: true, running: undefined });
  }

  /** The same for a part that only some requests need: the process still gets requests when it is away. */
  wants(name: string, check: () => Promise<unknown>): void {
    this.parts.push({ name, check, isNeeded: false, running: undefined });
  }

  /** As {@link failing}, of the parts that only some requests need. */
  degraded(): Promise<Failing[]> {
    return this.away(this.parts.filter(({ isNeeded }) => !isNeeded));
  }

  /**
   * Checks all parts that requests need. Anybody may ask, so one check of a part runs at a time, and its result goes to all who wait.
   *
   * @returns the parts that are away, in the order in which they were added; within two seconds, whatever hangs
   */
  failing(): Promise<Failing[]> {
    return this.away(this.parts.filter(({ isNeeded }) => isNeeded));
  }

  private async away(parts: readonly Part[]): Promise<Failing[]> {
    let late = () => {};
    const lateness = new Promise<Error>((resolve) => {
      late = () => resolve(new Error(`no response within ${withinMs} ms`));
    });
    const timer = setTimeout(late, withinMs);
    try {
      const faults = await Promise.all(
        parts.map((part) => Promise.race([faultOf(part, this.now()), lateness])),
      );
      return parts.flatMap(({ name }, at) => (faults[at] === undefined ? [] : [{ name, fault: faults[at] }]));
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @returns what its check throws; undefined when it does not */
function faultOf(part: Part, now: number): Promise<unknown> {
  if (part.running && now - part.running.since < givenUpAfterMs) return part.running.fault;
  const running = {
    since: now,
    fault: checked(part).finally(() => {
      if (part.running === running) part.running = undefined;
    }),
  };
  part.running = running;
  return running.fault;
}

async function checked({ name, check }: Part): Promise<unknown> {
  try {
    await check();
    return undefined;
  } catch (fault) {
    return fault ?? new Error(`${name} is away`);
  }
}
