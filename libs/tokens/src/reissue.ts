import { insertAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { newSecret, uuidv7 } from '@rekey/kernel';
import { assertedSubject, spending } from './asserted-subject.js';
import type { VerifiedAssertion } from './assertion.js';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import {
  type IssuedSessionRow,
  refreshDigest,
  startSession,
  type TokenResponse,
  untilOf,
} from './sessions.js';

/**
 * Rows are locked in the order of lock.ts of libs/accounts: the account, the session, its refresh token. `unused_access_id` is compared
 * again when the session is locked: a token of it that was shown meanwhile has set it to null, and nothing happens.
 */
const reissue = statement(
  'tokens_reissue',
  sql`with subject as (
     ${assertedSubject}
   ), before as (
     select s.id, s.unused_access_id from sessions s, subject
     where subject.status = 'active' and subject.holds and s.recovery_id = :recoveryId and s.account_id = subject.id
       and s.generation = subject.generation and s.client_id = :clientId and s.unused_access_id is not null
       and s.ended_at is null and ${untilOf(sql`s`)} > :now::timestamptz
   ), fresh as (
     insert into used_token_ids (jti, expires_at) select :jti, :jtiExpiresAt from before on conflict do nothing returning jti
   ), renewed as (
     update sessions s set unused_access_id = :accessId::uuid from before, fresh
     where s.id = before.id and s.ended_at is null and s.unused_access_id = before.unused_access_id
     returning s.id, s.account_id, s.recovery_id, s.acr, s.amr, s.auth_time, s.access_ms, s.scope
   ), withdrawn as (
     update refresh_tokens t set replaced_at = :now::timestamptz from renewed
     where t.session_id = renewed.id and t.replaced_at is null
     returning t.session_id
   ), successor as (
     insert into refresh_tokens (digest, session_id, created_at) select :refreshDigest::bytea, session_id, :now::timestamptz from withdrawn
   ), ended as (
     insert into used_token_ids (jti, expires_at)
     select before.unused_access_id::text, :now::timestamptz + renewed.access_ms * interval '1 millisecond'
     from before join renewed using (id) join withdrawn on withdrawn.session_id = renewed.id on conflict do nothing
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'authn_token_reissued', 'client:' || :clientId::text, renewed.account_id, renewed.recovery_id,
       jsonb_build_object('session', renewed.id)
     from renewed join withdrawn on withdrawn.session_id = renewed.id
   )
   select renewed.*, subject.roles from renewed join withdrawn on withdrawn.session_id = renewed.id, subject`,
);

/**
 * Gives the session of a recovery new tokens, because the response with the first ones was lost. The old ones end: the refresh token is
 * retired without a successor, and the access token is revoked by its id. Session, scope, `acr`, `amr` and `auth_time` stay. The evidence is
 * judged again.
 *
 * @returns undefined when a token of the session has been shown since, when the session has ended, or when the evidence no longer holds
 */
export async function reissueTokens(
  context: TokenContext,
  client: Client,
  assertion: VerifiedAssertion,
): Promise<TokenResponse | undefined> {
  const { database, keyring, clock } = context;
  const now = clock.now();
  const accessId = uuidv7(now);
  const refreshToken = newSecret();
  const [row] = await database.query<IssuedSessionRow & { scope: string }>(reissue, {
    ...spending(context, assertion),
    clientId: client.client_id,
    accessId,
    refreshDigest: refreshDigest(keyring, refreshToken),
    auditId: uuidv7(now),
  });
  if (!row) return undefined;
  return startSession(context, row, {
    grant: 'recovery_repeated',
    clientId: client.client_id,
    scope: row.scope,
    refreshToken,
    accessId,
  });
}
