import { type Queryable, sql, statement } from '@rekey/database';
import { type Keyring, newSecret, uuidv7 } from '@rekey/kernel';
import type { Client } from '../clients.js';
import type { TokenContext } from '../context.js';
import { grantedScope } from '../exchange.js';
import { isOAuthRefused, type OAuthRefusal } from '../oauth-refusal.js';
import { newUserCode, normaliseUserCode } from './user-code.js';

const lifetimeMs = 600_000;
const firstPollMs = 5_000;

/** RFC 8628 §3.2. */
export interface DeviceAuthorization {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  /** Seconds. */
  expires_in: number;
  interval: number;
}

const userPurpose = 'user-code';
export const deviceDigests = (keyring: Keyring, code: string): Buffer[] => keyring.macs('device-code', code);

const insert = statement(
  'device_code_insert',
  sql`insert into device_codes (id, device_digest, user_digest, client_id, scope, created_at, expires_at, poll_ms)
   values (:id, :deviceDigest, :userDigest, :clientId, :scope, :now, :expiresAt, :pollMs)
   on conflict (user_digest) do nothing returning id`,
);

/** Starts a device authorization (RFC 8628 §3.1). Refusals: `invalid_scope`. */
export async function startDeviceAuthorization(
  { database, keyring, clock, recoveryUrl }: TokenContext,
  client: Client,
  request: { scope?: string | undefined },
): Promise<DeviceAuthorization | OAuthRefusal> {
  const scope = grantedScope(client, request.scope);
  if (isOAuthRefused(scope)) return scope;
  const now = clock.now();
  const deviceCode = newSecret();
  for (;;) {
    const userCode = newUserCode();
    const [row] = await database.query(insert, {
      id: uuidv7(now),
      deviceDigest: keyring.mac('device-code', deviceCode),
      userDigest: keyring.mac(userPurpose, userCode.replace('-', '')),
      clientId: client.client_id,
      scope,
      now: new Date(now),
      expiresAt: new Date(now + lifetimeMs),
      pollMs: firstPollMs,
    });
    // Another pending device already has this code.
    if (!row) continue;
    const uri = `${recoveryUrl}/device`;
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: uri,
      verification_uri_complete: `${uri}?user_code=${userCode}`,
      expires_in: lifetimeMs / 1000,
      interval: firstPollMs / 1000,
    };
  }
}

/** A pending device, as the person who decides on it sees it. */
export interface WaitingDevice {
  client_id: string;
  scope: string;
  expires_at: Date;
}

const find = statement(
  'device_code_find',
  sql`select client_id, scope, expires_at from device_codes
   where user_digest = any(:digests::bytea[]) and state = 'pending' and expires_at > :now`,
);

const decide = statement(
  'device_code_decide',
  sql`update device_codes set state = :state, account_id = :account, session_id = :session
   where user_digest = any(:digests::bytea[]) and state = 'pending' and expires_at > :now returning client_id`,
);

const userDigests = (keyring: Keyring, typed: string): Buffer[] => {
  const code = normaliseUserCode(typed);
  return code ? keyring.macs(userPurpose, code) : [];
};

/** @returns undefined when no device is pending with this code */
export async function findWaitingDevice(
  { database, keyring, clock }: Pick<TokenContext, 'database' | 'keyring' | 'clock'>,
  typed: string,
): Promise<WaitingDevice | undefined> {
  const digests = userDigests(keyring, typed);
  const [row] = await database.query<WaitingDevice>(find, { digests, now: new Date(clock.now()) });
  return row;
}

const same = statement(
  'device_code_decided_alike',
  sql`select from device_codes where user_digest = any(:digests::bytea[]) and state = any(:states::text[]) and session_id = :session and expires_at > :now`,
);

/** Whether this session has decided the same before: a form that is sent again is no other decision. */
export async function hasDecidedAlike(
  database: Queryable,
  keyring: Keyring,
  { typed, allow, session, now }: { typed: string; allow: boolean; session: string; now: Date },
): Promise<boolean> {
  const digests = userDigests(keyring, typed);
  const values = { digests, states: allow ? ['approved', 'used'] : ['denied'], session, now };
  return (await database.query(same, values)).length > 0;
}

/** One decision wins. @returns the client; undefined when no device is pending with this code any more */
export async function decideOnDevice(
  database: Queryable,
  keyring: Keyring,
  of: { typed: string; allow: boolean; account: string; session: string; now: Date },
): Promise<string | undefined> {
  const { typed, allow, ...values } = of;
  const [row] = await database.query<{ client_id: string }>(decide, {
    ...values,
    digests: userDigests(keyring, typed),
    state: allow ? 'approved' : 'denied',
  });
  return row?.client_id;
}
