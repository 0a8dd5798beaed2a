import {
  activeSubject,
  findAccount,
  hashPassword,
  isForeignHash,
  normaliseIdentifier,
  passwordHashOf,
  rehashPassword,
  verifyPassword,
} from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { statement } from '@rekey/database';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { type FamilyRow, insertFamily, newFamily, newSession, type TokenResponse } from './families.js';

const begin = statement(
  'session_begin',
  `with who as (
     ${activeSubject(':account', 'a.password_hash = :passwordHash::text')}
   ), granted as (
     select :acr::text as acr, array['pwd'] || :more::text[] as amr, :now::timestamptz as auth_time, null::uuid as recovery_id
   ), ${insertFamily('who, granted')}
   select family.id, family.account_id, family.recovery_id, family.acr, family.amr, family.auth_time, family.access_ms, who.roles
   from family, who`,
);

/**
 * A hash from elsewhere may cost several times what ours do, and its time tells that there is such an account: it is made anew.
 *
 * @returns the hash that stands there now, of the password that was verified; null when that is not the password any more
 */
async function hashAtOurCost(
  { database }: TokenContext,
  { id, password_hash: stored }: { id: string; password_hash: string | null },
  password: string,
): Promise<string | null> {
  if (stored === null || !isForeignHash(stored)) return stored;
  const fresh = await hashPassword(password);
  if (await rehashPassword(database, { account: id, stored, fresh })) return fresh;
  // Another sign-in was faster, or the password was changed.
  const hash = (await passwordHashOf(database, id))?.hash ?? null;
  return (await verifyPassword(hash, password)) ? hash : null;
}

/** A password (NIST SP 800-63B-4 §2.1), and a password with a second factor (§2.2). */
export const passwordAcr = 'urn:rekey:password:aal1';
export const secondFactorAcr = 'urn:rekey:password:aal2';

/**
 * Sign-in by password, for products without their own. Whether there is such an account, and whether it has a password, is
 * told neither by the answer nor by its time.
 *
 * @param secondFactor what a right password still needs: its `amr`, nothing, or a refusal
 * Refusals: `invalid_request`, `unauthorized`, and those of the second factor.
 */
export async function signIn(
  context: TokenContext,
  client: Client,
  request: { identifier: string; country?: string | undefined; password: string },
  secondFactor: (accountId: string) => Promise<string[] | Refusal>,
): Promise<TokenResponse | Refusal> {
  const { database, keyring, clock } = context;
  const identifier = normaliseIdentifier(request.identifier, { country: request.country });
  if (isRefused(identifier)) return identifier;
  const account = await findAccount(database, keyring, identifier);
  const usable = account?.status === 'active' ? account : undefined;
  const verified = await verifyPassword(usable?.password_hash, request.password);
  const now = clock.now();
  const more = usable && verified ? await secondFactor(usable.id) : refuse('unauthorized');
  if (isRefused(more) || !usable) {
    // Asking for the second factor is no failure yet.
    const isHalf = isRefused(more) && more.code === 'second_factor_required';
    const outcome = isHalf ? 'second_factor_required' : 'wrong';
    database.note('sign_ins', { outcome, client: client.client_id });
    if (isHalf) return more;
    await recordAudit(database, {
      id: uuidv7(now),
      at: new Date(now),
      event: 'authn_login_fail',
      actor: `client:${client.client_id}`,
      accountId: account?.id,
    });
    return isRefused(more) ? more : refuse('unauthorized');
  }
  const scope = client.scopes.join(' ');
  const { refreshToken, values } = newFamily(context, {
    familyId: uuidv7(now),
    auditId: uuidv7(now),
    client,
    scope,
  });
  const [family] = await database.query<FamilyRow>(begin, {
    ...values,
    account: usable.id,
    // The one that was verified: another may have come since.
    passwordHash: await hashAtOurCost(context, usable, request.password),
    acr: more.length > 0 ? secondFactorAcr : passwordAcr,
    more,
  });
  if (!family) return refuse('unauthorized');
  database.note('sign_ins', { outcome: 'right', client: client.client_id });
  return newSession(context, family, { grant: 'sign_in', clientId: client.client_id, scope, refreshToken });
}
