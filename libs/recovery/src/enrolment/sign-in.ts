import { normaliseIdentifier } from '@rekey/accounts';
import { isRefused, type Refusal } from '@rekey/kernel';
import { budgets, counterKey, limited, sourceOf, spend } from '@rekey/limits';
import { type Client, signIn, type TokenContext, type TokenResponse } from '@rekey/tokens';
import type { ActContext } from '../context.js';
import { checkSecondFactor, type SecondFactor } from './second-factor.js';

export interface SignInRequest {
  identifier: string;
  country?: string | undefined;
  password: string;
  second_factor?: SecondFactor | undefined;
}

/**
 * Sign-in within its limits: by source and by identifier, spent before anything is looked at.
 *
 * Refusals: `invalid_request`, `unauthorized`, `second_factor_required` (the password was right), `rate_limited`.
 */
export async function signInWithin(
  context: TokenContext & Pick<ActContext, 'flood'>,
  client: Client,
  { second_factor: offered, ...request }: SignInRequest,
  source: string,
): Promise<TokenResponse | Refusal> {
  const { database, keyring, clock, flood } = context;
  const budget = budgets.signIns;
  const identifier = normaliseIdentifier(request.identifier, { country: request.country });
  // However it is written: each way to write it is no further budget.
  const typed = isRefused(identifier) ? request.identifier : `${identifier.kind}:${identifier.lookup}`;
  const parties = [`source ${sourceOf(source)}`, `identifier ${typed}`];
  const charges = parties.map((party) => ({ key: counterKey(keyring, budget, party), budget }));
  if (!(await spend(database, new Date(clock.now()), charges, flood))) return limited(budget);
  return signIn(context, client, request, (account) => checkSecondFactor(context, account, offered));
}
