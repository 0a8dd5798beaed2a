import type { Bench } from '../contests/contest.js';
import { recovery } from '../contests/recovery.js';
import type { Options } from '../options.js';
import type { SystemUnderLoad } from '../systems/system-under-load.js';
import { type SealingCost, sealingCost } from './sealing-cost.js';
import { type SealingSpeed, sealingSpeed } from './sealing-speed.js';
import { SealingSwitch } from './sealing-switch.js';

/** The sealing of the audit: what it costs a recovery, and how fast it is. */
export interface Sealing {
  cost: SealingCost;
  speed: SealingSpeed;
}

/** Recoveries under way at once: enough for all cores, and few enough that they do not wait for each other. */
const concurrency = 8;

/** @param url of the database of the system, as the superuser */
export async function measureSealing(
  bench: Bench,
  { system, url }: { system: SystemUnderLoad; url: string },
  { rounds, seconds }: Pick<Options, 'rounds' | 'seconds'>,
  tell: (line: string) => void,
): Promise<Sealing> {
  const sealing = await SealingSwitch.open(url, system);
  try {
    const cost = await sealingCost(recovery, bench, system, { sealing, concurrency, rounds, seconds, tell });
    tell('sealing: a backlog, then 2,000 events a second');
    const speed = await sealingSpeed({ url, bench, system }, { sealing, seconds: Math.max(5, seconds) });
    return { cost, speed };
  } finally {
    await sealing.close();
  }
}
