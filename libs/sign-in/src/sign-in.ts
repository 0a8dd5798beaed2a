import {
  type FoundAccount,
  findAccount,
  hashNow,
  isKnownBrowser,
  type KnownBrowser,
  knownBrowserToken,
  normaliseIdentifier,
  payForRefusal,
  readKnownBrowsers,
  rehash,
  verifyPassword,
} from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, limited, limitsOfSource, widestNetworkOf } from '@rekey/limits';
import { type Client, type SignedIn, signIn, type TokenContext, type TokenResponse } from '@rekey/tokens';
import type { ActContext } from './context.js';
import { knownAmong, type PasswordAttempt, tryPassword } from './password-attempts.js';
import { checkSecondFactor, type SecondFactor } from './second-factor.js';
import { chargeOf, within } from './within.js';

export interface SignInRequest {
  identifier: string;
  country?: string | undefined;
  password: string;
  second_factor?: SecondFactor | undefined;
  /** Tokens of known browsers from earlier sign-ins and recoveries here, of any account. */
  device_tokens: readonly string[];
}

/** For the next sign-in from the same browser or app. */
export type WithDeviceToken<Tokens> = Tokens & { device_token: string };

type SignInContext = TokenContext & Pick<ActContext, 'rateLimits' | 'odds'>;

/**
 * Sign-in by password, for products without their own. Neither the response nor its time reveals whether the account exists or has a
 * password. Attempts are counted before anything is compared: by source and by {@link tryPassword}. A browser or app that is known for the
 * account has its own count.
 *
 * Refusals: `invalid_request`, `country_required`, `unauthorized`, `second_factor_required` (the password was right), `rate_limited`.
 */
export async function signInWithin(
  context: SignInContext,
  client: Client,
  request: SignInRequest,
  source: string,
): Promise<WithDeviceToken<TokenResponse> | Refusal> {
  const { database, keyring, clock } = context;
  const shown = readKnownBrowsers(keyring, request.device_tokens, clock.now());
  const budget = budgets.signIns;
  const bySource = limitsOfSource(keyring, budget, source, 'source ');
  // Before any lookup. A browser that may be known is charged once its account has been found.
  if (shown.length === 0 && !(await within(context, bySource))) return limited(budget);
  const identifier = normaliseIdentifier(request.identifier, { country: request.country });
  const found = isRefused(identifier) ? undefined : await findAccount(database, keyring, identifier);
  const account = found?.status === 'active' ? found : undefined;
  const browser = knownAmong(shown, account);
  const ofBrowser = browser && [chargeOf(context, budget, `browser ${browser.id}`)];
  if (shown.length > 0 && !(await within(context, ofBrowser ?? bySource))) return limited(budget);
  if (isRefused(identifier)) return identifier;
  // The normalised name: another spelling gives no further attempts.
  const name = `${identifier.kind}:${identifier.lookup}`;
  const attempt = await tryPassword(context, { name, account, browser });
  if (isRefused(attempt)) return attempt;
  const more = await verify(
    context,
    attempt,
    account && { ...account, isKnown: browser !== undefined },
    request,
  );
  if (isRefused(more) || !account) return refuseSignIn(context, client, found?.id, more);
  const signedIn = await open(context, client, account, {
    password: request.password,
    more,
    network: keyring.mac('network', widestNetworkOf(source)),
  });
  if (!signedIn) return refuse('unauthorized');
  database.record('sign_ins', { outcome: 'success', client: client.client_id });
  return { ...signedIn.tokens, device_token: tokenOf(context, signedIn, browser) };
}

/** @returns undefined when the password has changed in the meantime, or the account is no longer active */
async function open(
  context: SignInContext,
  client: Client,
  { id, password_hash: stored }: FoundAccount,
  { password, more, network }: { password: string; more: string[]; network: Buffer },
): Promise<SignedIn | undefined> {
  const { database, keyring } = context;
  const renewed = stored === null ? null : await rehash(database, keyring, { account: id, stored }, password);
  const signedIn = await signIn(context, client, { account: id, passwordHash: renewed, more, network });
  if (signedIn) return signedIn;
  // A key rotation may have encrypted the hash again at this moment.
  const again = await hashNow(database, keyring, id, password);
  return again === null || again === renewed
    ? undefined
    : signIn(context, client, { account: id, passwordHash: again, more, network });
}

/** @returns the `amr` of the second factor, an empty list when there is none, or a refusal */
async function verify(
  context: SignInContext,
  attempt: PasswordAttempt,
  account: (FoundAccount & { isKnown: boolean }) | undefined,
  { password, second_factor: offered }: SignInRequest,
): Promise<string[] | Refusal> {
  const stored = attempt.isLookedAt ? account?.password_hash : undefined;
  const of = account && stored ? { account: account.id, stored } : undefined;
  const isRight = await verifyPassword(context.keyring, of, password);
  if (!isRight || !account) {
    await payForRefusal(context.database, context.keyring, of, password);
    await attempt.fail();
    return refuse('unauthorized');
  }
  await attempt.forget();
  const { id, generation, isKnown } = account;
  return checkSecondFactor(context, { account: id, generation, isKnown }, offered);
}

async function refuseSignIn(
  { database, clock }: SignInContext,
  client: Client,
  accountId: string | undefined,
  refusal: Refusal | string[],
): Promise<Refusal> {
  // Being asked for the second factor is not a failure yet.
  const isHalf = isRefused(refusal) && refusal.code === 'second_factor_required';
  const outcome = isHalf ? 'second_factor_required' : 'failure';
  database.record('sign_ins', { outcome, client: client.client_id });
  if (isHalf) return refusal;
  const now = clock.now();
  await recordAudit(database, {
    id: uuidv7(now),
    at: new Date(now),
    event: 'authn_login_fail',
    actor: `client:${client.client_id}`,
    accountId,
  });
  return isRefused(refusal) ? refusal : refuse('unauthorized');
}

/** A known browser keeps its id for another ninety days. */
function tokenOf(
  { keyring, clock }: SignInContext,
  { generation, epoch }: SignedIn,
  browser: KnownBrowser | undefined,
): string {
  const now = clock.now();
  const isStill =
    browser !== undefined && isKnownBrowser(browser, { generation, known_browsers_epoch: epoch });
  const id = isStill ? browser.id : uuidv7(now);
  return knownBrowserToken(keyring, { id, generation, epoch }, now);
}
