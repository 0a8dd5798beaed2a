import { activeSubject, isOfGeneration } from '@rekey/accounts';
import { type Queryable, sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { insertSession, newSessionValues, startSession } from './sessions.js';
import type { SignedIn, StartedSession } from './sign-in.js';

const renew = statement(
  'session_renew',
  sql`with who as (
     ${activeSubject(sql`:account`)}
   ), granted as (
     select s.acr, s.amr, s.auth_time, s.recovery_id from sessions s, who
     where s.id = :before and s.account_id = who.account_id and ${isOfGeneration(sql`who`, sql`s.generation`)}
   ), ${insertSession(sql`who, granted`)}
   select session.id, session.account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms, who.roles,
     who.generation, who.known_browsers_epoch as epoch
   from session, who`,
);

/**
 * Replaces a session, which may have ended: the new one has the same assurance, age and recovery, with tokens that nobody has seen.
 *
 * @param database the transaction that ends the old session
 * @returns undefined when the account or the session is gone
 */
export async function renewSession(
  context: TokenContext,
  database: Queryable,
  of: { account: string; session: string; client: Client; scope: string },
): Promise<SignedIn | undefined> {
  const now = context.clock.now();
  const { account, session: before, client, scope } = of;
  const { refreshToken, values } = newSessionValues(context, {
    sessionId: uuidv7(now),
    auditId: uuidv7(now),
    client,
    scope,
  });
  const [session] = await database.query<StartedSession>(renew, { ...values, account, before });
  if (!session) return undefined;
  const { generation, epoch } = session;
  const issued = { grant: 'renewal', clientId: client.client_id, scope, refreshToken } as const;
  return { tokens: await startSession(context, session, issued, database), generation, epoch };
}
