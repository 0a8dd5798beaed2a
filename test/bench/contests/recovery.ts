import { notifyingFloor, startFloor, startNotifyingFloor } from '../systems/floor.js';
import { startRekey } from '../systems/rekey.js';
import type { RecoverySystem } from '../systems/system-under-load.js';
import type { Contest } from './contest.js';
import { RecoveryClient, steps } from './recovery-client.js';

/** A complete recovery: start, mail, proof, tokens. */
export const recovery: Contest<RecoverySystem> = {
  name: 'recovery',
  unit: 'flow',
  steps,
  starters: { rekey: startRekey, floor: startFloor, [notifyingFloor]: startNotifyingFloor },
  warmUpRuns: 3_000,
  share: 1,
  // Longer than a courier needs to find new work.
  quietMs: 1_200,
  ratios: { 8: { must: 0.45 }, highest: { must: 0.5, stretch: 0.7 } },
  open({ arrivals }, system, connections) {
    const client = new RecoveryClient(system.url, connections, arrivals);
    return { once: () => client.recover(system.nextAddress()), close: () => client.close() };
  },
};
