import { accountSubject } from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { type Keyring, newSecret } from '@rekey/kernel';
import type { LabelsOf } from '@rekey/telemetry';
import { z } from 'zod';
import { type AccessTokenClaims, signAccessToken } from './access-token.js';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { lifetimesOf } from './lifetimes.js';

const digestPurpose = 'refresh-token';

/** The stored form of a refresh token. */
export const refreshDigest = (keyring: Keyring, token: string): Buffer =>
  keyring.digest(digestPurpose, token);
export const refreshDigests = (keyring: Keyring, token: string): Buffer[] =>
  keyring.digests(digestPurpose, token);

/** When a session was last refreshed, as SQL: the time of its newest token. */
const refreshedAt = (session: SqlText): SqlText =>
  sql`(select max(newest.created_at) from refresh_tokens newest where newest.session_id = ${session}.id)`;

/** When a session ends without a further refresh, as SQL. */
export const untilOf = (session: SqlText, newestToken = refreshedAt(session)): SqlText =>
  sql`least(${session}.expires_at, ${newestToken} + ${session}.idle_ms * interval '1 millisecond')`;

/**
 * A new session with its first refresh token, as SQL after a CTE `who (account_id, roles, generation)` with one row or none. Adds three
 * CTEs: `session`, `first_token`, `audited`.
 *
 * @param from further CTEs; when one of them is empty, nothing is issued
 */
export const insertSession = (from: SqlText): SqlText => sql`
  session as (
    insert into sessions (id, account_id, generation, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
      created_at, expires_at, unused_access_id)
    select :sessionId::uuid, who.account_id, who.generation, :clientId::text, :scope::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
      life.idle_ms, life.access_ms, :now::timestamptz, :now::timestamptz + life.whole_ms * interval '1 millisecond', :unusedAccessId::uuid
    from ${from}, lateral (
      select least(:idleMs::bigint, min(role."refreshIdle")) as idle_ms, least(:accessMs::bigint, min(role.access)) as access_ms,
        least(:wholeMs::bigint, min(role.refresh)) as whole_ms
      from jsonb_to_recordset(:roleLifetimes::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
      where role.name = any(who.roles)
    ) life
    returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
  ), first_token as (
    insert into refresh_tokens (digest, session_id, created_at) select :refreshDigest::bytea, id, :now::timestamptz from session
  ), audited as (
    ${insertAudit}
    :auditId::uuid, :now::timestamptz, 'authn_token_created', 'client:' || :clientId::text, account_id, recovery_id,
      jsonb_build_object('session', id, 'acr', acr, 'amr', to_jsonb(amr))
    from session
  )`;

/**
 * The values that {@link insertSession} needs, and the refresh token that becomes valid with them.
 *
 * @param of.accessId the id of the access token that goes with it, for a session whose response may be repeated
 */
export function newSessionValues(
  context: TokenContext,
  of: {
    sessionId: string;
    auditId: string;
    client: Client;
    scope: string;
    isDevice?: boolean;
    accessId?: string;
  },
) {
  const { ordinary, device, roles } = context.lifetimes;
  const life = lifetimesOf(of.client.lifetimes, of.isDevice ? device : ordinary);
  const refreshToken = newSecret();
  return {
    refreshToken,
    values: {
      sessionId: of.sessionId,
      auditId: of.auditId,
      clientId: of.client.client_id,
      scope: of.scope,
      unusedAccessId: of.accessId ?? null,
      refreshDigest: refreshDigest(context.keyring, refreshToken),
      idleMs: life.refreshIdle,
      accessMs: life.access,
      wholeMs: life.refresh,
      roleLifetimes: JSON.stringify(Object.entries(roles).map(([name, own]) => ({ name, ...own }))),
      now: new Date(context.clock.now()),
    },
  };
}

/** A session as issuing statements return it. `access_ms` is a bigint, which the driver returns as text. */
export interface IssuedSessionRow {
  id: string;
  account_id: string;
  recovery_id: string | null;
  acr: string;
  amr: string[];
  auth_time: Date;
  access_ms: string;
  roles: string[];
}

/** RFC 6749 §5.1, and what RFC 8693 §2.2.1 adds. */
export interface TokenResponse {
  access_token: string;
  /** `N_A` when the issued token is not an access token (RFC 8693 §2.2.1). */
  token_type: 'Bearer' | 'N_A';
  /** Seconds. */
  expires_in: number;
  refresh_token?: string;
  scope: string;
  issued_token_type?: string;
}

/** The grant that started a session. */
export type SessionGrant = Exclude<LabelsOf<'tokens_issued'>['grant'], 'client_credentials'>;

/** Returns the token response of a new session, and records it in the metrics. */
export async function startSession(
  context: TokenContext,
  session: IssuedSessionRow,
  of: { grant: SessionGrant; clientId: string; scope: string; refreshToken: string; accessId?: string },
  database: Queryable = context.database,
): Promise<TokenResponse> {
  const response = await tokenResponse(context, session, of);
  const role = session.roles.some((one) => Object.hasOwn(context.lifetimes.roles, one))
    ? 'staff'
    : 'ordinary';
  database.record('tokens_issued', { grant: of.grant, role, client: of.clientId });
  return response;
}

export async function tokenResponse(
  context: TokenContext,
  session: IssuedSessionRow,
  of: { clientId: string; scope: string; refreshToken: string; accessId?: string },
): Promise<TokenResponse> {
  const accessMs = Number(session.access_ms);
  const claims: AccessTokenClaims = {
    sub: session.account_id,
    client_id: of.clientId,
    scope: of.scope,
    sid: session.id,
    auth_time: Math.floor(session.auth_time.getTime() / 1000),
    acr: session.acr,
    amr: session.amr,
    ...(session.roles.length > 0 ? { roles: session.roles } : {}),
    ...(session.recovery_id ? { recovery_id: session.recovery_id } : {}),
  };
  return {
    access_token: await signAccessToken(context, claims, accessMs, of.accessId),
    token_type: 'Bearer',
    expires_in: Math.floor(accessMs / 1000),
    refresh_token: of.refreshToken,
    scope: of.scope,
  };
}

/** A session as its owner and the management API see it. Times are RFC 3339. */
export const sessionViewSchema = z.object({
  id: z.string(),
  client_id: z.string(),
  state: z.enum(['active', 'ended', 'expired']),
  end_reason: z.string().optional(),
  scope: z.string(),
  acr: z.string(),
  amr: z.array(z.string()),
  recovery_id: z.string().optional(),
  created_at: z.string(),
  refreshed_at: z.string(),
  expires_at: z.string(),
});
export type SessionView = z.output<typeof sessionViewSchema>;

/** A session as a list reads it; `until` is when it ends without a further refresh. */
export interface ListedSession
  extends Omit<
    SessionView,
    'state' | 'created_at' | 'refreshed_at' | 'expires_at' | 'end_reason' | 'recovery_id'
  > {
  created_at: Date;
  refreshed_at: Date;
  until: Date;
  ended_at: Date | null;
  end_reason: string | null;
  recovery_id: string | null;
}

const list = statement(
  'sessions_list',
  sql`select s.id, s.client_id, s.scope, s.acr, s.amr, s.recovery_id, s.created_at, ${refreshedAt(sql`s`)} as refreshed_at,
     ${untilOf(sql`s`)} as until, s.ended_at, s.end_reason
   from sessions s, lateral (${accountSubject(sql`s.account_id`, sql`s.generation`)}) subject
   where s.account_id = :accountId order by s.created_at desc limit 200`,
);

const has = statement(
  'session_exists',
  sql`select id from sessions where id = :id and account_id = :accountId`,
);

/** Whether the account has this session, ended or not. @param of.id UUID */
export const hasSession = async (
  database: Queryable,
  of: { id: string; accountId: string },
): Promise<boolean> => (await database.query(has, of)).length > 0;

/** Newest first, 200 at most. */
export const listedSessions = (database: Queryable, accountId: string): Promise<ListedSession[]> =>
  database.query<ListedSession>(list, { accountId });

/** Newest first, 200 at most. */
export async function listSessions(
  database: Queryable,
  now: number,
  accountId: string,
): Promise<SessionView[]> {
  const rows = await listedSessions(database, accountId);
  return rows.map((row) => ({
    id: row.id,
    client_id: row.client_id,
    state: row.ended_at ? 'ended' : row.until.getTime() <= now ? 'expired' : 'active',
    ...(row.end_reason ? { end_reason: row.end_reason } : {}),
    scope: row.scope,
    acr: row.acr,
    amr: row.amr,
    ...(row.recovery_id ? { recovery_id: row.recovery_id } : {}),
    created_at: row.created_at.toISOString(),
    refreshed_at: row.refreshed_at.toISOString(),
    expires_at: row.until.toISOString(),
  }));
}
