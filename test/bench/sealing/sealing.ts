import { recovery } from '../contests/recovery.js';
import type { Measure } from '../measures/measure.js';
import { reportSealing } from './report-sealing.js';
import { sealingCost } from './sealing-cost.js';
import { sealingSpeed } from './sealing-speed.js';
import { SealingSwitch } from './sealing-switch.js';

/** Recoveries under way at once: enough for all cores, and few enough that they do not wait for each other. */
const concurrency = 8;

/** What the sealing of the audit costs a recovery, and how fast it is. */
export const sealing: Measure = async ({ bench, stage, system, options: { rounds, seconds }, tell }) => {
  const url = stage.urlOf(system.database);
  const by = await SealingSwitch.open(url, system);
  try {
    const cost = await sealingCost(recovery, bench, system, {
      sealing: by,
      concurrency,
      rounds,
      seconds,
      tell,
    });
    tell('sealing: a backlog, then 2,000 events a second');
    const speed = await sealingSpeed({ url, bench, system }, { sealing: by, seconds: Math.max(5, seconds) });
    return reportSealing({ cost, speed });
  } finally {
    await by.close();
  }
};
