import { accountSubject } from '@rekey/accounts';
import { statement } from '@rekey/database';
import type { LabelsOf } from '@rekey/watch';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { endFamily } from './end-sessions.js';
import {
  type FamilyRow,
  refreshDigest,
  refreshDigests,
  type TokenResponse,
  tokenResponse,
  untilOf,
} from './families.js';
import { refreshRetryMs } from './lifetimes.js';
import { type OAuthRefusal, oauthRefuse } from './oauth-refusal.js';

const rotate = statement(
  'tokens_refresh',
  `with presented as (
     select t.digest, t.replaced_at, s.*, subject.roles, subject.status,
       case when t.replaced_at is null then ${untilOf('s', 't.created_at')} else ${untilOf('s')} end as until
     from refresh_tokens t join sessions s on s.id = t.session_id
       left join lateral (${accountSubject('s.account_id', 's.generation')}) subject on true
     -- One row at most, and said so: else the planner takes a plan for ten and makes another at each call, for more time than
     -- the call itself takes.
     where t.digest = (select digest from refresh_tokens where digest = any(:digests::bytea[]) limit 1)
   ), rotated as (
     update refresh_tokens t set replaced_at = :now::timestamptz
     from presented p
     where t.digest = p.digest and t.replaced_at is null and p.client_id = :clientId and p.status = 'active'
       and (:wanted::text[] is null or :wanted::text[] <@ string_to_array(p.scope, ' '))
       and p.ended_at is null and p.until > :now::timestamptz
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
  'select digest, replaced_at from refresh_tokens where digest = any(:digests::bytea[])',
);

/** Nobody rotates that often within ten seconds and means it. */
const mostGenerations = 20;

interface Presented extends FamilyRow {
  scope: string;
  replaced_at: Date | null;
  /** Why it gives nothing; whoever asks learns only that it is so. Null while it is alive. */
  dead: 'other_client' | 'account' | 'ended' | 'expired' | null;
  rotated: boolean;
}

/**
 * Rotates a refresh token (RFC 9700 §4.14.2). The successor is derived from its parent under the keyring, so that a retry
 * within ten seconds, a second tab or a lost answer gets the very same one and nothing of it is kept. A retired token that
 * comes later was stolen, or was stolen from: its whole family is ended. A refresh never improves `acr`, `amr`,
 * `auth_time` or scope.
 *
 * @param request.source where it comes from, for the audit of a reuse
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
  // Whatever else is in there is no scope (RFC 6749 §3.3) and must not reach a query.
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
    database.note('tokens_refreshed', { outcome, cause, client: client.client_id });
  const refused = oauthRefuse('invalid_grant', 'the refresh_token is unknown, revoked or expired');
  if (!row || row.dead) {
    note('refused', row?.dead ?? 'unknown');
    return refused;
  }
  // Not rotated and not replaced when we looked: another caller rotated it in this very moment.
  const replacedAgo = row.replaced_at ? now - row.replaced_at.getTime() : 0;
  if (!row.rotated && replacedAgo > refreshRetryMs) {
    database.note('tokens_reused', { token_type: 'refresh_token' });
    note('refused', 'reuse');
    const actor = `client:${client.client_id}`;
    const at = new Date(now);
    await endFamily(database, {
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
  const response = await tokenResponse(context, row, { clientId: client.client_id, scope, refreshToken });
  note(row.rotated ? 'rotated' : 'retried');
  return response;
}

type Outcome = LabelsOf<'tokens_refreshed'>;

/**
 * For a retry: the successor that was kept, which may have been derived while another key was the newest. When another tab
 * has used that one up within the same ten seconds, the one that lives now: a retired one would log the slower tab out at its
 * next refresh.
 */
async function livingSuccessor({ database, keyring }: TokenContext, parent: string): Promise<string> {
  for (let token = parent, generations = 0; ; generations++) {
    const candidates = keyring.macs('refresh-successor', token).map((mac) => mac.toString('base64url'));
    const digests = candidates.flatMap((candidate) => refreshDigests(keyring, candidate));
    const [kept] = await database.query<{ digest: Buffer; replaced_at: Date | null }>(findSuccessor, {
      digests,
    });
    const isKept = (candidate: string) =>
      refreshDigests(keyring, candidate).some((digest) => kept?.digest.equals(digest));
    token = candidates.find(isKept) ?? candidates[0] ?? '';
    if (!kept?.replaced_at || generations === mostGenerations) return token;
  }
}
