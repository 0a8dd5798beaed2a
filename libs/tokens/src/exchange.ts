import { insertAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { is256Bits, newSecret, uuidv7 } from '@rekey/kernel';
import { assertedSubject, spending } from './asserted-subject.js';
import { type VerifiedAssertion, verifyAssertion } from './assertion.js';
import type { ClientDirectory } from './client-directory.js';
import { type Client, holdsTokensOfPeople } from './clients.js';
import type { TokenContext } from './context.js';
import { lockedCodes, lockedSessions } from './end-sessions.js';
import { authorizationCodeMs } from './lifetimes.js';
import { isOAuthRefused, type OAuthRefusal, oauthRefuse } from './oauth-refusal.js';
import { reissueTokens } from './reissue.js';
import { codePurpose, insertCode, reissueCode } from './reissue-code.js';
import {
  type IssuedSessionRow,
  insertSession,
  newSessionValues,
  startSession,
  type TokenResponse,
} from './sessions.js';

export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
export const jwtTokenType = 'urn:ietf:params:oauth:token-type:jwt';
/** Our own type: instead of tokens, a code that an app redeems by `authorization_code` with PKCE. */
export const authorizationCodeType = 'urn:rekey:params:oauth:token-type:authorization_code';

/** Judges the evidence, marks the assertion as used and ends the account's sessions, as CTEs `subject`, `fresh`, `ended`, `void_codes`. */
const spendAndEnd = sql`
  subject as (
    ${assertedSubject}
  ), fresh as (
    insert into used_token_ids (jti, expires_at) select :jti, :jtiExpiresAt from subject where subject.status = 'active' and subject.holds
    on conflict do nothing returning jti
  ), ended as (
    update sessions set ended_at = :now::timestamptz, end_reason = 'recovery'
    where ended_at is null and id in (${lockedSessions(sql`account_id = :account and exists (select from fresh)`)})
    returning id
  ), void_codes as (
    update authorization_codes set used_at = :now::timestamptz
    where used_at is null and digest in (${lockedCodes(sql`account_id = :account and exists (select from fresh)`, sql`ended`)})
  )`;

const exchangeTokens = statement(
  'tokens_exchange',
  sql`with ${spendAndEnd}, who as (
     select subject.id as account_id, subject.roles, subject.generation from subject, fresh
   ), granted as (
     select :acr::text as acr, :amr::text[] as amr, :authTime::timestamptz as auth_time, :recoveryId::uuid as recovery_id
   ), ${insertSession(sql`who, granted`)}
   select subject.status, subject.holds, subject.roles, exists (select from fresh) as fresh, (select count(*)::integer from ended) as ended,
     session.id, subject.id as account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms
   from subject left join session on true`,
);

const exchangeCode = statement(
  'tokens_exchange_code',
  sql`with ${spendAndEnd}, code as (
     ${insertCode(sql`fresh`)}
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'authn_token_created', 'client:' || :clientId::text, subject.id, :recoveryId::uuid,
       '{"authorization_code": true}'::jsonb
     from subject, fresh
   )
   select subject.status, subject.holds, exists (select from fresh) as fresh, (select count(*)::integer from ended) as ended from subject`,
);

export interface ExchangeRequest {
  subject_token: string;
  subject_token_type: string;
  requested_token_type?: string | undefined;
  scope?: string | undefined;
  redirect_uri?: string | undefined;
  code_challenge?: string | undefined;
  audience?: string | undefined;
  resource?: string | undefined;
  actor_token?: string | undefined;
}

/**
 * RFC 8693: exchanges recovery's assertion for a fresh pair of tokens. One statement marks the assertion as used, ends every session of the
 * account, and inserts the new session: all of it happens, or nothing.
 */
export async function exchangeAssertion(
  context: TokenContext,
  clients: ClientDirectory,
  request: ExchangeRequest,
): Promise<TokenResponse | OAuthRefusal> {
  if (request.subject_token_type !== jwtTokenType) {
    return oauthRefuse('invalid_request', `subject_token_type must be ${jwtTokenType}`);
  }
  if (request.actor_token !== undefined)
    return oauthRefuse('invalid_request', 'actor_token is not supported');
  const targets = [request.audience, request.resource].filter((target) => target !== undefined);
  if (!targets.every((target) => context.audience.includes(target)))
    return oauthRefuse('invalid_target', 'this issuer issues no tokens for this audience or resource');
  const assertion = await verifyAssertion(context, request.subject_token);
  if (!assertion) return badSubject('the subject_token is not accepted');
  const client = await clients.find(assertion.clientId);
  if (!client) return oauthRefuse('invalid_client', 'unknown client');
  if (!holdsTokensOfPeople(client))
    return oauthRefuse('unauthorized_client', 'the client may not get tokens of people');
  const scope = grantedScope(client, request.scope);
  if (isOAuthRefused(scope)) return scope;
  const wanted = request.requested_token_type ?? accessTokenType;
  if (wanted === accessTokenType) {
    if (!assertion.isRepeat) return issueTokens(context, client, assertion, scope);
    const reissued = await reissueTokens(context, client, assertion);
    return reissued
      ? { ...reissued, issued_token_type: accessTokenType }
      : badSubject('the session of this recovery was used, or has ended');
  }
  if (wanted === authorizationCodeType) return issueCode(context, client, assertion, scope, request);
  return oauthRefuse('invalid_request', 'this requested_token_type is not supported');
}

/** RFC 8693 §2.2.2: an invalid subject_token, for whatever reason, is `invalid_request`. */
const badSubject = (description: string) => oauthRefuse('invalid_request', description);

/** Returns the requested scope, if the client has all of it; all scopes of the client when none was requested. */
export function grantedScope(client: Client, asked: string | undefined): string | OAuthRefusal {
  const wanted = asked?.split(' ').filter(Boolean);
  if (!wanted || wanted.length === 0) return client.scopes.join(' ');
  if (!wanted.every((scope) => client.scopes.includes(scope))) {
    return oauthRefuse('invalid_scope', 'the client does not have this scope');
  }
  return [...new Set(wanted)].join(' ');
}

interface Spent {
  status: string;
  holds: boolean;
  fresh: boolean;
  /** The number of sessions that it ended. */
  ended: number;
}

const noteEnded = ({ database }: TokenContext, { ended }: Spent): void =>
  database.record('sessions_ended', { reason: 'recovery' }, ended);

function refusalOf(row: Spent | undefined): OAuthRefusal | undefined {
  if (row?.status !== 'active') return badSubject('the account cannot be used');
  if (!row.holds) return badSubject('what was proven no longer holds');
  if (!row.fresh) return badSubject('the subject_token was already used');
  return undefined;
}

async function issueTokens(
  context: TokenContext,
  client: Client,
  assertion: VerifiedAssertion,
  scope: string,
): Promise<TokenResponse | OAuthRefusal> {
  const now = context.clock.now();
  const accessId = uuidv7(now);
  const { refreshToken, values } = newSessionValues(context, {
    sessionId: uuidv7(now),
    auditId: uuidv7(now),
    client,
    scope,
    accessId,
  });
  const [row] = await context.database.query<Spent & IssuedSessionRow>(exchangeTokens, {
    ...spending(context, assertion),
    ...values,
  });
  const refused = refusalOf(row);
  if (refused || !row) return refused ?? badSubject('the account cannot be used');
  noteEnded(context, row);
  const response = await startSession(context, row, {
    grant: 'recovery',
    clientId: client.client_id,
    scope,
    refreshToken,
    accessId,
  });
  return { ...response, issued_token_type: accessTokenType };
}

async function issueCode(
  context: TokenContext,
  client: Client,
  assertion: VerifiedAssertion,
  scope: string,
  request: ExchangeRequest,
): Promise<TokenResponse | OAuthRefusal> {
  const { redirect_uri: redirectUri, code_challenge: codeChallenge } = request;
  if (!redirectUri || !client.redirect_uris.includes(redirectUri)) {
    return oauthRefuse('invalid_request', 'redirect_uri is not registered');
  }
  if (!codeChallenge || !is256Bits(codeChallenge)) {
    return oauthRefuse('invalid_request', 'code_challenge must be an S256 challenge');
  }
  const now = context.clock.now();
  const code = newSecret();
  const values = {
    ...spending(context, assertion),
    clientId: client.client_id,
    redirectUri,
    codeChallenge,
    codeDigest: context.keyring.mac(codePurpose, code),
    codeExpiresAt: new Date(now + authorizationCodeMs),
    auditId: uuidv7(now),
  };
  if (assertion.isRepeat) {
    if (!(await reissueCode(context.database, values)))
      return badSubject('the code of this recovery was redeemed, or has ended');
  } else {
    const [row] = await context.database.query<Spent>(exchangeCode, values);
    const refused = refusalOf(row);
    if (refused || !row) return refused ?? badSubject('the account cannot be used');
    noteEnded(context, row);
  }
  // RFC 8693 §2.2.1: access_token carries the issued token, whatever its type; N_A says that it is not an access token.
  return {
    access_token: code,
    token_type: 'N_A',
    issued_token_type: authorizationCodeType,
    expires_in: authorizationCodeMs / 1000,
    scope,
  };
}
