import {
  changePassword,
  checkPassword,
  hashPassword,
  knownBrowserToken,
  passwordContext,
  passwordHashOf,
  readLevel,
  sealHash,
  verifyPassword,
} from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, clearFailures, countAttempt, failuresById, limited } from '@rekey/limits';
import { recordChange } from '@rekey/outbox';
import {
  type Client,
  endSession,
  endSessionsOf,
  renewSession,
  type TokenContext,
  type TokenResponse,
  type VerifiedAccessToken,
} from '@rekey/tokens';
import { clearFailedSignIns } from './clear-failures.js';
import type { PasswordContext } from './context.js';
import { isStrongEnough, lockForChange } from './lock.js';
import { accountFailures } from './password-attempts.js';
import { maxAuthAgeSeconds } from './recent-sign-in.js';
import type { WithDeviceToken } from './sign-in.js';
import { chargeOf, within } from './within.js';

/** Consecutive wrong passwords after which the session ends: a stolen session token allows no further attempts. */
const failuresOfASession = 5;

export interface PasswordChange {
  /** Required if the account has one. */
  current_password?: string | undefined;
  password: string;
}

/**
 * Changes the password of a signed-in person who knows the current one (OWASP ASVS 5.0 6.2.3). Every session ends, and the calling one
 * continues with fresh tokens (7.4.3). Every address gets a notification (6.3.7). If an authenticator app is bound, the session must have
 * been started with it. If there is no password yet, the session must be fresh instead.
 *
 * Wrong passwords count together with those of sign-ins, and per session: the fifth in a row ends the session. Strangers who slow down
 * sign-ins slow down nobody here.
 *
 * Refusals: `wrong_proof` (the current password), `password_refused`, `step_up_required`, `rate_limited`, `not_found`, `unauthorized` when
 * the session ended in the meantime.
 */
export async function changeOwnPassword(
  context: PasswordContext,
  bearer: VerifiedAccessToken & { sid: string },
  client: Client,
  { current_password: current, password }: PasswordChange,
  productName: string,
): Promise<WithDeviceToken<TokenResponse> | Refusal> {
  const { database, keyring, clock } = context;
  const account = bearer.sub;
  const level = await readLevel(database, { account, strongRoles: context.strongRoles });
  if (level !== undefined && !isStrongEnough(level, bearer.acr)) return refuse('step_up_required');
  const budget = budgets.signIns;
  if (!(await within(context, [chargeOf(context, budget, `password of ${account}`)]))) return limited(budget);

  const has = await passwordHashOf(database, account);
  if (!has) return refuse('not_found');
  const isFresh = clock.now() / 1000 - (bearer.auth_time ?? 0) <= maxAuthAgeSeconds;
  if (has.hash === null && !isFresh) return refuse('step_up_required');
  if (has.hash !== null) {
    const refused = await checkCurrent(
      context,
      bearer,
      { hash: has.hash, generation: has.generation },
      current,
    );
    if (refused) return refused;
  }
  const words = await passwordContext(database, keyring, account);
  const bad = checkPassword(password, { contextWords: [productName, ...words] });
  if (bad) return bad;
  const hash = sealHash(keyring, account, await hashPassword(password));
  const at = new Date(clock.now());
  return database.transaction(async (tx) => {
    const recoveryId = bearer.recovery_id ?? null;
    const weak = await lockForChange(context, tx, { account, session: bearer.sid, now: at });
    if (isRefused(weak)) return weak;
    if (recoveryId) await context.saveFormerPassword(tx, { recovery: recoveryId, account });
    await changePassword(tx, { account, hash, recoveryId, now: at });
    await endSessionsOf(tx, 'account', { id: account, at, reason: 'password', actor: 'person' });
    // Also when there was no current password to get right.
    await clearFailedSignIns(tx, { account, generation: has.generation });
    const event = 'authn_password_change';
    await recordChange(tx, { now: at.getTime(), accountId: account, event, change: 'password_changed' });
    const renewed = { account, session: bearer.sid, client, scope: bearer.scope };
    const signedIn = await renewSession(context, tx, renewed);
    if (!signedIn) return refuse('unauthorized');
    const { tokens, ...known } = signedIn;
    const device_token = knownBrowserToken(keyring, { id: uuidv7(at.getTime()), ...known }, at.getTime());
    return { ...tokens, device_token };
  });
}

/** @returns undefined when it is the current password */
async function checkCurrent(
  context: TokenContext,
  bearer: VerifiedAccessToken & { sid: string },
  { hash, generation }: { hash: string; generation: string },
  offered: string | undefined,
): Promise<Refusal | undefined> {
  const { database, keyring, clock } = context;
  const keys = { shown: failuresById('session', bearer.sid), silent: accountFailures(generation) };
  const counted = await countAttempt(database, clock.now(), keys);
  if (isRefused(counted)) return counted;
  const isLookedAt = counted.failures <= failuresOfASession;
  const stored = { account: bearer.sub, stored: hash };
  if (isLookedAt && (await verifyPassword(keyring, stored, offered ?? ''))) {
    await clearFailures(database, keys);
    return undefined;
  }
  await note(context, bearer, 'authn_password_change_fail');
  if (counted.failures >= failuresOfASession) {
    await endSession(database, {
      id: bearer.sid,
      accountId: bearer.sub,
      at: new Date(clock.now()),
      reason: 'guesses',
      actor: 'system',
    });
  }
  return refuse('wrong_proof');
}

async function note(
  { database, clock }: TokenContext,
  bearer: VerifiedAccessToken,
  event: 'authn_password_change_fail',
): Promise<void> {
  const now = clock.now();
  await recordAudit(database, {
    id: uuidv7(now),
    at: new Date(now),
    event,
    actor: `client:${bearer.client_id}`,
    accountId: bearer.sub,
  });
}
