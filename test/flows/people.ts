import { hashPassword } from '@rekey/accounts';
import { generateSync } from 'otplib';
import type { Rekey } from './rekey.js';

export interface Enrolled {
  id: string;
  /** The secret of the authenticator app, in Base32. */
  secret: string;
  /** Backup codes. */
  codes: string[];
}

export const password = 'a sentence that nobody else says';
/** Hashed once: a hash for each account would take most of the time of most tests. */
let passwordHash: Promise<string> | undefined;

/** The basis of an outcome for this account, after a proof by mail just now. */
export async function basisOf(rekey: Rekey, account: string) {
  const [row] = await rekey.sql(
    `select a.generation, d.id || ':' || d.binding as authenticator
     from accounts a join addresses d on d.account_id = a.id and d.verified and d.removed_at is null and d.kind = 'email' where a.id = $1`,
    [account],
  );
  return {
    generation: row.generation,
    authenticators: [row.authenticator],
    since: new Date(rekey.clock.now()),
  };
}

/** Accounts of a test, each with a mail address, a phone and a password; `id@example.com` is the mail address of `id`. */
export function people(rekey: Rekey) {
  const numbers = new Map<string, string>();
  const phoneOf = (id: string): string => {
    const known = numbers.get(id) ?? `+1202555${String(1000 + numbers.size)}`;
    numbers.set(id, known);
    return known;
  };
  const management = async (scope?: string): Promise<string> => {
    const { clientId, clientSecret } = rekey.settings.management;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    return (await rekey.token(scope ? { ...form, scope } : form)).body.access_token;
  };
  const put = async (id: string, more: object = {}): Promise<void> => {
    const url = `${rekey.settings.urls.console}/v1/accounts/${id}`;
    const addresses = [
      { kind: 'email', value: `${id}@example.com`, verified: true },
      { kind: 'phone', value: phoneOf(id), verified: true },
    ];
    passwordHash ??= hashPassword(password);
    const known = 'password' in more ? {} : { password_hash: await passwordHash };
    const json = { addresses, ...known, ...more };
    const answer = await rekey.call('PUT', url, { bearer: await management(), json });
    expect([200, 201]).toContain(answer.status);
  };
  const issuer = (method: string, path: string, options: object = {}) =>
    rekey.call(method, `${rekey.settings.urls.issuer}/v1/${path}`, options);
  const signIn = (id: string, more: object = {}, headers: Record<string, string> = {}) =>
    issuer('POST', 'sessions', { json: { identifier: `${id}@example.com`, password, ...more }, headers });
  const totp = (secret: string, shift = 0): string =>
    generateSync({ strategy: 'totp', secret, epoch: Math.floor(rekey.clock.now() / 1000) + shift });
  /** An account with an authenticator app and backup codes, a month old. */
  const enrol = async (id: string): Promise<Enrolled> => {
    await put(id);
    const session = (await signIn(id)).body.access_token;
    const begun = await issuer('POST', 'authenticators/totp', { bearer: session });
    expect(begun.status).toBe(201);
    const { secret } = begun.body;
    const path = `authenticators/${begun.body.id}/confirm`;
    const confirmed = await issuer('POST', path, { bearer: session, json: { value: totp(secret) } });
    expect(confirmed.status).toBe(204);
    rekey.clock.advance(60_000);
    const strong = await signIn(id, { second_factor: { kind: 'totp', value: totp(secret) } });
    const made = await issuer('POST', 'authenticators/backup_codes', { bearer: strong.body.access_token });
    expect(made.status).toBe(201);
    // Messages under way would be too late a month later.
    await rekey.idle();
    // Old enough to count in a recovery, and too old to be suspended as planted.
    rekey.clock.advance(31 * 86_400_000);
    return { id, secret, codes: made.body.codes };
  };
  return { phoneOf, management, put, issuer, signIn, totp, enrol };
}

/** The claims of an access token, unverified. */
export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

/** Client authentication (RFC 6749 §2.3.1) from the response that created the client. */
export const basicOf = (id: string, { client_secret: secret }: { client_secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});
