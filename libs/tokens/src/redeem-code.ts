import { createHash } from 'node:crypto';
import { activeSubject, evidenceHolds } from '@rekey/accounts';
import { sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { endSession } from './end-sessions.js';
import { type OAuthRefusal, oauthRefuse } from './oauth-refusal.js';
import { codePurpose } from './reissue-code.js';
import {
  type IssuedSessionRow,
  insertSession,
  newSessionValues,
  startSession,
  type TokenResponse,
} from './sessions.js';

const holds = evidenceHolds({
  generation: sql`presented.generation`,
  authenticators: sql`presented.authenticators`,
  since: sql`presented.proven_since`,
  recovery: sql`presented.recovery_id`,
  acr: sql`presented.acr`,
  strongRoles: sql`:strongRoles`,
});

const redeem = statement(
  'tokens_redeem_code',
  sql`with presented as (
     select * from authorization_codes where digest = any(:codeDigests::bytea[])
   ), who as (
     ${activeSubject(sql`(select account_id from presented)`, sql`exists (select from presented where ${holds})`)}
   ), granted as (
     update authorization_codes code set used_at = :now::timestamptz, session_id = :sessionId::uuid
     from who
     where code.account_id = who.account_id and code.digest = any(:codeDigests::bytea[]) and code.used_at is null
       and code.expires_at > :now::timestamptz and code.client_id = :clientId and code.redirect_uri = :redirectUri
       and code.code_challenge = :codeChallenge
     returning code.recovery_id, code.acr, code.amr, code.auth_time
   ), ${insertSession(sql`who, granted`)}
   select session.id, session.account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms, who.roles
   from session, who`,
);

const findRedeemed = statement(
  'tokens_find_redeemed_code',
  sql`select session_id from authorization_codes
   where digest = any(:codeDigests::bytea[]) and used_at is not null and session_id is not null`,
);

/**
 * `authorization_code` with PKCE (RFC 7636): the app redeems the code that the hosted pages sent it. One redemption wins. A code that comes
 * twice has leaked, so the session of the first redemption is ended (RFC 9700 §4.5). The evidence behind the code is judged again.
 *
 * @param request.source where the request comes from, for the audit of a reuse
 */
export async function redeemCode(
  context: TokenContext,
  client: Client,
  request: { code: string; redirect_uri: string; code_verifier: string; source?: string },
): Promise<TokenResponse | OAuthRefusal> {
  const now = context.clock.now();
  const scope = client.scopes.join(' ');
  const codeDigests = context.keyring.macs(codePurpose, request.code);
  const { refreshToken, values } = newSessionValues(context, {
    sessionId: uuidv7(now),
    auditId: uuidv7(now),
    client,
    scope,
  });
  const [session] = await context.database.query<IssuedSessionRow>(redeem, {
    ...values,
    codeDigests,
    // No code can be redeemed for a redirect URI that has since been removed from the client.
    redirectUri: client.redirect_uris.includes(request.redirect_uri) ? request.redirect_uri : '',
    strongRoles: context.strongRoles,
    codeChallenge: createHash('sha256').update(request.code_verifier).digest('base64url'),
  });
  if (!session) {
    const [reused] = await context.database.query<{ session_id: string }>(findRedeemed, { codeDigests });
    if (reused) {
      context.database.record('tokens_reused', { token_type: 'authorization_code' });
      await endSession(context.database, {
        id: reused.session_id,
        accountId: null,
        at: new Date(now),
        reason: 'reuse',
        actor: `client:${client.client_id}`,
        source: request.source,
      });
    }
    return oauthRefuse('invalid_grant', 'the code is unknown, used or expired, or does not fit the request');
  }
  return startSession(context, session, { grant: 'code', clientId: client.client_id, scope, refreshToken });
}
