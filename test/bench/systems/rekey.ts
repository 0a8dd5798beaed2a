import { loadRekey, planRekey, rekeyParts, startParts } from './rekey-parts.js';
import { dealAddresses, type RecoverySystem, type Surroundings } from './system-under-load.js';

/** Rekey as in a deployment: recovery, courier and issuer, one process each, with every safeguard on. */
export const startRekey = startRekeyOn(async () => undefined);

/** The same on a database that has something in it before its accounts. @param fill gets its URL as the superuser */
export function startRekeyOn(fill: (databaseUrl: string) => Promise<void>) {
  return async (around: Surroundings): Promise<RecoverySystem> => {
    const plan = await planRekey(around);
    await loadRekey(around, plan, { before: fill });
    return {
      name: 'rekey',
      url: plan.urlOf('recovery'),
      database: new URL(around.databaseUrl).pathname.slice(1),
      processes: await startParts(rekeyParts, plan, around),
      nextAddress: dealAddresses(around.accounts),
    };
  };
}
