import type { Refusal } from '@rekey/kernel';
import {
  type Budget,
  budgets,
  consume,
  consumeInTurn,
  counterKey,
  limited,
  limitsOfSource,
} from '@rekey/limits';
import type { StaffContext } from '../context.js';
import type { StaffSession } from '../sessions.js';

async function consumeOfSource(
  { database, keyring, clock }: StaffContext,
  budget: Budget,
  ip: string,
): Promise<undefined | Refusal> {
  const limits = limitsOfSource(keyring, budget, ip);
  return (await consumeInTurn(database, new Date(clock.now()), limits)) ? undefined : limited(budget);
}

/** Consumes one attempt to sign in, of the budget of its source. Refusals: `rate_limited`. */
export const consumeSignIn = (context: StaffContext, ip: string): Promise<undefined | Refusal> =>
  consumeOfSource(context, budgets.staffSignIns, ip);

/** Consumes one attempt at an invitation, of the budget of its source. Refusals: `rate_limited`. */
export const consumeRegistration = (context: StaffContext, ip: string): Promise<undefined | Refusal> =>
  consumeOfSource(context, budgets.staffRegistrations, ip);

/** Consumes one attempt to confirm, of the budget of the member: others of the same source need theirs. Refusals: `rate_limited`. */
export async function consumeConfirmation(
  { database, keyring, clock }: StaffContext,
  { memberId }: StaffSession,
): Promise<undefined | Refusal> {
  const budget = budgets.staffConfirmations;
  const charge = { key: counterKey(keyring, budget, memberId), budget };
  return (await consume(database, new Date(clock.now()), [charge])) ? undefined : limited(budget);
}
