import { accountSubject } from '@rekey/accounts';
import { sql, statement } from '@rekey/database';
import type { LabelsOf } from '@rekey/telemetry';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { endSession } from './end-sessions.js';
import { refreshRetryMs } from './lifetimes.js';
import { type OAuthRefusal, oauthRefuse } from './oauth-refusal.js';
import {
  type IssuedSessionRow,
  refreshDigest,
  refreshDigests,
  type TokenResponse,
  tokenResponse,
  untilOf,
} from './sessions.js';

const rotate = statement(
  'tokens_refresh',
  sql`with presented as (
     select t.digest, t.replaced_at, s.*, subject.roles, subject.status,
       case when t.replaced_at is null then ${untilOf(sql`s`, sql`t.created_at`)} else ${untilOf(sql`s`)} end as until
     from refresh_tokens t join sessions s on s.id = t.session_id
       left join lateral (${accountSubject(sql`s.account_id`, sql`s.generation`)}) subject on true
     -- The subquery says that there is one row at most. Otherwise the planner expects ten rows and plans again at each call, which takes
     -- longer than the call itself.
     where t.digest = (select digest from refresh_tokens where digest = any(:digests::bytea[]) limit 1)
   ), used as (
     -- Before the token: a repeated completion of the recovery locks both in this order, and only one of the two goes on.
     update sessions s set unused_access_id = null from presented p
     where s.id = p.id and s.unused_access_id = p.unused_access_id
     returning s.id
   ), rotated as (
     update refresh_tokens t set replaced_at = :now::timestamptz
     from presented p
     where t.digest = p.digest and t.replaced_at is null and p.client_id = :clientId and p.status = 'active'
       and (:wanted::text[] is null or :wanted::text[] <@ string_to_array(p.scope, ' '))
       and p.ended_at is null and p.until > :now::timestamptz
       and (p.unused_access_id is null or exists (select from used))
     returning t.session_id
   ), successor as (
     insert into refresh_tokens (digest, session_id, created_at)
     select :successorDigest::bytea, session_id, :now::timestamptz from rotated on conflict do nothing
   )
   select p.id, p.account_id, p.scope, p.recovery_id, p.acr, p.amr, p.auth_time, p.access_ms, p.roles, p.replaced_at,
     case
       when p.client_id <> :clientId then 'other_client'
       when p.status is distinct from 'active' then 'account'
       when p.ended_at is not null then 'ended'
       when p.until <= :now::timestamptz then 'expired'
     end as dead,
     exists (select from rotated) as rotated
   from presented p`,
);

const findSuccessor = statement(
  'refresh_token_successor',
  sql`select digest, replaced_at from refresh_tokens where digest = any(:digests::bytea[])`,
);

/** No honest client rotates this often within ten seconds. */
const mostGenerations = 20;

interface Presented extends IssuedSessionRow {
  scope: string;
  replaced_at: Date | null;
  /** Why it is refused; the caller only learns that it is. Null while it is live. */
  dead: 'other_client' | 'account' | 'ended' | 'expired' | null;
  rotated: boolean;
}

/**
 * Rotates a refresh token (RFC 9700 §4.14.2). The successor is derived from its parent under the keyring, so that a retry within ten
 * seconds, a second tab or a lost response gets the same successor, and nothing of it is stored. When a retired token comes later, either
 * it or its successor was stolen: the whole token family is ended. A refresh never improves `acr`, `amr`, `auth_time` or scope.
 *
 * @param request.source where the request comes from, for the audit of a reuse
 */
export async function refresh(
  context: TokenContext,
  client: Client,
  request: { refresh_token: string; scope?: string | undefined; source?: string },
): Promise<TokenResponse | OAuthRefusal> {
  const { database, keyring, clock } = context;
  const now = clock.now();
  const asked = request.scope?.split(' ').filter(Boolean) ?? [];
  const tooWide = oauthRefuse('invalid_scope', 'a refresh cannot widen the scope');
  // Anything else is not a scope (RFC 6749 §3.3) and must not reach a query.
  if (!asked.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) return tooWide;
  const successor = keyring.mac('refresh-successor', request.refresh_token).toString('base64url');
  const [row] = await database.query<Presented>(rotate, {
    digests: refreshDigests(keyring, request.refresh_token),
    successorDigest: refreshDigest(keyring, successor),
    clientId: client.client_id,
    wanted: asked.length > 0 ? asked : null,
    now: new Date(now),
  });
  const note = (outcome: Outcome['outcome'], cause: Outcome['cause'] = 'none') =>
    database.record('tokens_refreshed', { outcome, cause, client: client.client_id });
  const refused = oauthRefuse('invalid_grant', 'the refresh_token is unknown, revoked or expired');
  if (!row || row.dead) {
    note('refused', row?.dead ?? 'unknown');
    return refused;
  }
  // Neither rotated nor replaced in our snapshot: another caller rotated it at this moment.
  const replacedAgo = row.replaced_at ? now - row.replaced_at.getTime() : 0;
  if (!row.rotated && replacedAgo > refreshRetryMs) {
    database.record('tokens_reused', { token_type: 'refresh_token' });
    note('refused', 'reuse');
    const actor = `client:${client.client_id}`;
    const at = new Date(now);
    await endSession(database, {
      id: row.id,
      accountId: null,
      at,
      reason: 'reuse',
      actor,
      source: request.source,
    });
    return refused;
  }
  if (!asked.every((scope) => row.scope.split(' ').includes(scope))) {
    note('refused', 'scope');
    return tooWide;
  }
  const scope = asked.length > 0 ? [...new Set(asked)].join(' ') : row.scope;
  const refreshToken = row.rotated ? successor : await livingSuccessor(context, request.refresh_token);
  if (refreshToken === undefined) {
    note('refused', 'unknown');
    return refused;
  }
  const response = await tokenResponse(context, row, { clientId: client.client_id, scope, refreshToken });
  note(row.rotated ? 'rotated' : 'retried');
  return response;
}

type Outcome = LabelsOf<'tokens_refreshed'>;

/**
 * For a retry: returns the stored successor, which may have been derived under an older key. If another tab has already rotated that one
 * within the same ten seconds, returns the live one: a retired one would sign the slower tab out at its next refresh.
 *
 * @returns undefined when it has none: a repeated completion of the recovery replaced it, because nobody had received it
 */
async function livingSuccessor(
  { database, keyring }: TokenContext,
  parent: string,
): Promise<string | undefined> {
  for (let token = parent, generations = 0; ; generations++) {
    const candidates = keyring.macs('refresh-successor', token).map((mac) => mac.toString('base64url'));
    const digests = candidates.flatMap((candidate) => refreshDigests(keyring, candidate));
    const [kept] = await database.query<{ digest: Buffer; replaced_at: Date | null }>(findSuccessor, {
      digests,
    });
    const isKept = (candidate: string) =>
      refreshDigests(keyring, candidate).some((digest) => kept?.digest.equals(digest));
    const successor = candidates.find(isKept);
    if (successor === undefined || !kept?.replaced_at || generations === mostGenerations) return successor;
    token = successor;
  }
}
