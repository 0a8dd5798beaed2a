import { activeSubject, coversLevel, isOfGeneration } from '@rekey/accounts';
import { sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { Client } from '../clients.js';
import type { TokenContext } from '../context.js';
import { type OAuthRefusal, oauthRefuse } from '../oauth-refusal.js';
import {
  type IssuedSessionRow,
  insertSession,
  newSessionValues,
  startSession,
  type TokenResponse,
} from '../sessions.js';
import { deviceDigests } from './device-codes.js';

/** Each poll that comes too early makes the device wait this much longer (RFC 8628 §3.5). */
const slowDownMs = 5_000;

const poll = statement(
  'device_code_poll',
  sql`with presented as (
     select id, account_id, session_id, scope, state, expires_at <= :now::timestamptz as expired,
       polled_at is not null and polled_at + poll_ms * interval '1 millisecond' > :now::timestamptz as early
     from device_codes where device_digest = any(:digests::bytea[]) and client_id = :clientId
   ), waited as (
     update device_codes d set polled_at = :now::timestamptz, poll_ms = d.poll_ms + case when p.early then :slowDownMs::integer else 0 end
     from presented p where d.id = p.id and d.state = 'pending' and not p.expired
   ), let_in as (
     select id, account_id, session_id from presented where state = 'approved' and not expired
   ), approving as (
     select s.id, s.generation, s.acr from sessions s, let_in where s.id = let_in.session_id and s.ended_at is null
   ), who as (
     ${activeSubject(
       sql`(select account_id from let_in)`,
       sql`exists (
         select from approving
         where ${isOfGeneration(sql`a`, sql`approving.generation`)} and ${coversLevel(sql`approving.acr`, sql`:strongRoles`, 'sign-in')}
       )`,
     )}
   ), granting as materialized (
     select s.acr, s.amr, s.auth_time, s.recovery_id from sessions s, approving, who
     where s.id = approving.id and s.ended_at is null for share of s
   ), taken as (
     -- The count only forces the order: the account and the session are locked before the code, as everywhere.
     update device_codes d set state = 'used' from let_in, (select count(*) from granting) as locked
     where d.id = let_in.id and d.state = 'approved'
     returning d.id
   ), granted as (
     select granting.* from granting, taken
   ), ${insertSession(sql`who, granted`)}
   select presented.state, presented.scope, presented.expired, presented.early, who.roles,
     session.id, session.account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms
   from presented left join session on true left join who on true`,
);

interface Polled extends Omit<IssuedSessionRow, 'id'> {
  state: 'pending' | 'approved' | 'denied' | 'used';
  scope: string;
  expired: boolean;
  early: boolean;
  /** The id of the new session; null when there is none. */
  id: string | null;
}

const findScope = statement(
  'device_code_scope',
  sql`select scope from device_codes where device_digest = any(:digests::bytea[]) and client_id = :clientId`,
);

/**
 * Answers a polling device (RFC 8628 §3.4). Its session gets the assurance of the session that approved it. If that session has ended in
 * the meantime, or no longer has the assurance that the account requires, the device gets none.
 *
 * Refusals: `authorization_pending`, `slow_down`, `access_denied`, `expired_token`, `invalid_grant`.
 */
export async function redeemDeviceCode(
  context: TokenContext,
  client: Client,
  request: { device_code: string },
): Promise<TokenResponse | OAuthRefusal> {
  const { database, keyring, clock } = context;
  const now = clock.now();
  const digests = deviceDigests(keyring, request.device_code);
  const [known] = await database.query<{ scope: string }>(findScope, {
    digests,
    clientId: client.client_id,
  });
  if (!known) return oauthRefuse('invalid_grant', 'the device_code is unknown');
  const { refreshToken, values } = newSessionValues(context, {
    sessionId: uuidv7(now),
    auditId: uuidv7(now),
    client,
    scope: known.scope,
    isDevice: true,
  });
  const [row] = await database.query<Polled>(poll, {
    ...values,
    digests,
    slowDownMs,
    strongRoles: context.strongRoles,
  });
  if (row?.id) {
    const session = { ...row, id: row.id };
    return startSession(context, session, {
      grant: 'device',
      clientId: client.client_id,
      scope: row.scope,
      refreshToken,
    });
  }
  return refusalOf(row);
}

function refusalOf(row: Polled | undefined): OAuthRefusal {
  if (!row || row.state === 'used') return oauthRefuse('invalid_grant', 'the device_code has been used');
  if (row.expired) return oauthRefuse('expired_token', 'the device was not approved within ten minutes');
  if (row.state === 'denied') return oauthRefuse('access_denied', 'the device was denied');
  if (row.state === 'approved')
    return oauthRefuse(
      'invalid_grant',
      'the session that let the device in has ended, or is not enough any more',
    );
  return row.early
    ? oauthRefuse('slow_down', 'poll five seconds less often')
    : oauthRefuse('authorization_pending');
}
