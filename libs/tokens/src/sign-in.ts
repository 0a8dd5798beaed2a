import { activeSubject, recordNetwork } from '@rekey/accounts';
import { sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import {
  type IssuedSessionRow,
  insertSession,
  newSessionValues,
  startSession,
  type TokenResponse,
} from './sessions.js';

const begin = statement(
  'session_start',
  sql`with who as (
     ${activeSubject(sql`:account`, sql`a.password_hash = :passwordHash::text`)}
   ), granted as (
     select :acr::text as acr, array['pwd'] || :more::text[] as amr, :now::timestamptz as auth_time, null::uuid as recovery_id
   ), ${insertSession(sql`who, granted`)}, seen as (
     select session.account_id, who.known_browsers_epoch as epoch from session, who
   ), network as (
     ${recordNetwork(sql`seen`, sql`:network::bytea`)}
   )
   select session.id, session.account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms, who.roles,
     who.generation, who.known_browsers_epoch as epoch
   from session, who`,
);

/** By password (NIST SP 800-63B-4 §2.1), and by password with a second factor (§2.2). */
const passwordAcr = 'urn:rekey:password:aal1';
const secondFactorAcr = 'urn:rekey:password:aal2';

/** With what makes the browser a known one, see {@link SignedIn}. */
export type StartedSession = IssuedSessionRow & Pick<SignedIn, 'generation' | 'epoch'>;

/** A new session, and what makes the browser that started it a known one. */
export interface SignedIn {
  tokens: TokenResponse;
  generation: string;
  epoch: number;
}

/**
 * Starts a session for a person whose password was verified.
 *
 * @param of.passwordHash the hash that was verified: it may have changed since
 * @param of.more the `amr` of further factors
 * @param of.network the keyed digest of the caller's network, see `known-network.ts` of the accounts
 * @returns undefined when the account is no longer active, or has another password
 */
export async function signIn(
  context: TokenContext,
  client: Client,
  of: { account: string; passwordHash: string | null; more: string[]; network: Buffer },
): Promise<SignedIn | undefined> {
  const { database, clock } = context;
  const now = clock.now();
  const scope = client.scopes.join(' ');
  const { refreshToken, values } = newSessionValues(context, {
    sessionId: uuidv7(now),
    auditId: uuidv7(now),
    client,
    scope,
  });
  const [session] = await database.query<StartedSession>(begin, {
    ...values,
    ...of,
    acr: of.more.length > 0 ? secondFactorAcr : passwordAcr,
  });
  if (!session) return undefined;
  const { generation, epoch } = session;
  const issued = { grant: 'sign_in', clientId: client.client_id, scope, refreshToken } as const;
  return { tokens: await startSession(context, session, issued), generation, epoch };
}
