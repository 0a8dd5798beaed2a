import { accountSubject } from '@rekey/accounts';
import { type Queryable, sql, statement } from '@rekey/database';
import { isLive, type VerifiedAccessToken } from '../access-token.js';
import type { TokenContext } from '../context.js';
import type { EndReason } from '../end-sessions.js';
import { refreshDigests, untilOf } from '../sessions.js';
import { splitTokenId } from '../token-seal.js';
import type { Cause } from './causes.js';

/** The state of a session, and of the refresh token that was presented. */
export interface SessionRow {
  id: string;
  /** Null once the account has been deleted. */
  account_id: string | null;
  client_id: string;
  recovery_id: string | null;
  created_at: Date;
  until: Date;
  ended_at: Date | null;
  end_reason: EndReason | null;
  status: 'active' | 'disabled' | null;
  /** Of a refresh token. */
  issued_at: Date | null;
  replaced_at: Date | null;
}

const columns = sql`s.id, s.account_id, s.client_id, s.recovery_id, s.created_at, ${untilOf(sql`s`)} as until,
  s.ended_at, s.end_reason, subject.status`;

const byId = statement(
  'diagnose_session',
  sql`select ${columns}, null::timestamptz as issued_at, null::timestamptz as replaced_at
   from sessions s left join lateral (${accountSubject(sql`s.account_id`, sql`s.generation`)}) subject on true where s.id = :id`,
);

const byToken = statement(
  'diagnose_refresh_token',
  sql`select ${columns}, t.created_at as issued_at, t.replaced_at
   from refresh_tokens t join sessions s on s.id = t.session_id
     left join lateral (${accountSubject(sql`s.account_id`, sql`s.generation`)}) subject on true
   where t.digest = any(:digests::bytea[])`,
);

export async function sessionById({ database }: TokenContext, id: string): Promise<SessionRow | undefined> {
  const [row] = await database.query<SessionRow>(byId, { id });
  return row;
}

export async function sessionByRefreshToken(
  { database, keyring }: TokenContext,
  token: string,
): Promise<SessionRow | undefined> {
  const [row] = await database.query<SessionRow>(byToken, { digests: refreshDigests(keyring, token) });
  return row;
}

/** Why a session was ended, as the cause of a diagnosis. */
export const causeOfEnd: Readonly<Record<EndReason, Cause>> = {
  recovery: 'revoked_by_recovery',
  stopped: 'revoked_by_stop',
  reuse: 'replayed',
  revoked: 'revoked_by_client',
  ended_by_person: 'revoked_by_person',
  password: 'revoked_by_password_change',
  management: 'revoked_by_management',
  account: 'revoked_by_management',
  client: 'revoked_by_management',
  guesses: 'revoked_after_guesses',
};

/** Returns why a session no longer issues tokens; undefined while it does. */
export function endOf(session: SessionRow, now: number): Cause | undefined {
  if (session.status === null) return 'account_unknown';
  if (session.status === 'disabled') return 'account_disabled';
  if (session.end_reason) return causeOfEnd[session.end_reason];
  return session.until.getTime() <= now ? 'session_expired' : undefined;
}

const byTokenId = statement('diagnose_used_token', sql`select jti from used_token_ids where jti = :jti`);

/** Returns why a client's own token, which has no session, is no longer valid; undefined while it is. */
export async function endOfClientToken(
  { database, clock }: TokenContext,
  token: VerifiedAccessToken,
): Promise<Cause | undefined> {
  if (await isLive(database, clock.now(), token)) return undefined;
  return (await isUsedId(database, token.jti)) ? 'revoked_by_client' : 'revoked_by_management';
}

const isUsedId = async (database: Queryable, jti: string): Promise<boolean> =>
  (await database.query(byTokenId, { jti })).length > 0;

/** Whether a repeated completion of its recovery has replaced an access token, whose session is active. */
export const isReplaced = ({ database }: TokenContext, { jti }: VerifiedAccessToken): Promise<boolean> =>
  isUsedId(database, splitTokenId(jti)?.id ?? jti);
