import { type Budget, consumeInTurn, counterKey, type LimitCharge } from '@rekey/limits';
import type { ActContext } from './context.js';

/** Consumes one of each limit. Returns whether all of them allowed it, see {@link consumeInTurn}. */
export const within = (
  { database, clock, rateLimits }: ActContext,
  charges: readonly LimitCharge[],
): Promise<boolean> => consumeInTurn(database, new Date(clock.now()), charges, rateLimits);

export const chargeOf = ({ keyring }: ActContext, budget: Budget, party: string): LimitCharge => ({
  key: counterKey(keyring, budget, party),
  budget,
});
