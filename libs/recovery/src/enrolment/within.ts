import { type Budget, type Charge, counterKey, spendInTurn } from '@rekey/limits';
import type { ActContext } from '../context.js';

/** Consumes one of each limit. Returns whether all of them allowed it, see {@link spendInTurn}. */
export const within = (
  { database, clock, flood }: ActContext,
  charges: readonly Charge[],
): Promise<boolean> => spendInTurn(database, new Date(clock.now()), charges, flood);

export const chargeOf = ({ keyring }: ActContext, budget: Budget, party: string): Charge => ({
  key: counterKey(keyring, budget, party),
  budget,
});
