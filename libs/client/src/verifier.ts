import { systemClock } from './clock.js';
import { algorithmOf, importKey, isSignedBy, readJwt } from './jwt.js';
import { patienceMs, remoteKeys } from './remote-keys.js';

export interface VerifierOptions {
  /** The issuer's base URL, exactly as in `iss`. */
  issuer: string;
  /** This resource server, exactly as in `aud`. */
  audience: string;
  /** Asks the issuer about every token as well (RFC 7662), so that the end of a session takes effect at once. */
  introspection?: { clientId: string; clientSecret: string };
  /** Part of the challenge. */
  realm?: string;
  fetch?: typeof fetch;
  /** Milliseconds since the Unix epoch. */
  now?: () => number;
}

/** What a request needs besides a valid token. */
export interface Needs {
  /** Space-separated; the token must have all of them. */
  scope?: string;
  /** Seconds since the person last authenticated (RFC 9470). */
  maxAge?: number;
  /** Any of these (RFC 9470). */
  acr?: string[];
}

/** Claims of an access token (RFC 9068). Times are seconds since the Unix epoch. */
export interface AccessClaims {
  iss: string;
  sub: string;
  aud: string | string[];
  client_id: string;
  exp: number;
  iat: number;
  jti: string;
  scope?: string;
  auth_time?: number;
  acr?: string;
  amr?: string[];
  [claim: string]: unknown;
}

/** Why a token is rejected; the issuer's `POST /v1/tokens/diagnose` knows more. */
export type VerifierCause =
  | 'missing'
  | 'invalid_request'
  | 'malformed'
  | 'refresh_token'
  | 'algorithm_not_allowed'
  | 'wrong_type'
  | 'unknown_key'
  | 'altered'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'not_yet_valid'
  | 'expired'
  | 'ended'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'issuer_away';

export type Verdict =
  | { ok: true; claims: AccessClaims }
  | {
      ok: false;
      /** 503 when the issuer's keys, or its introspection, are unavailable: every token is rejected then. */
      status: 400 | 401 | 403 | 503;
      cause: VerifierCause;
      /** For the `WWW-Authenticate` header (RFC 6750 §3). */
      challenge?: string;
    };

class No extends Error {
  constructor(
    readonly reason: VerifierCause,
    /** For the developer of the app. */
    readonly says = '',
    readonly status: 400 | 401 | 403 | 503 = 401,
    readonly more: Record<string, string | number> = {},
  ) {
    super(says);
  }
}

/** Allowed difference between clocks, in seconds. */
const tolerance = 30;

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const areTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

/** The types that {@link AccessClaims} promises, beyond those that are compared. @returns the name of a claim of another type */
function oddClaim(claims: AccessClaims): string | undefined {
  const { sub, aud, auth_time: at = 0, amr = [] } = claims;
  const texts = ['client_id', 'jti', 'scope', 'acr'];
  if (!isText(sub)) return 'sub';
  if (!isText(aud) && !areTexts(aud)) return 'aud';
  if (!isNumber(at)) return 'auth_time';
  return areTexts(amr) ? texts.find((name) => !isText(claims[name] ?? '') || claims[name] === null) : 'amr';
}

/**
 * For a resource server: verifies the token of a request. When it is not valid, gives the response to send, with the challenge of RFC 6750
 * §3 and a description that helps the app's developer.
 *
 * @returns a function of the `Authorization` header and of what the request needs; it never throws for anything that a caller sends
 */
export function createVerifier(
  options: VerifierOptions,
): (authorization: string | null | undefined, needs?: Needs) => Promise<Verdict> {
  const { issuer, audience, introspection, realm = 'api', now = systemClock } = options;
  const send: typeof fetch = options.fetch ?? ((...args) => globalThis.fetch(...args));
  const keys = remoteKeys(issuer, send, now);

  async function signed(token: string): Promise<AccessClaims> {
    if (/^[\w-]{43}$/.test(token))
      throw new No('refresh_token', 'this looks like a refresh token: send the access_token');
    const jwt = readJwt(token);
    if (!jwt) throw new No('malformed', 'the token is not a JWT: it may have been cut off');
    const { alg, kid, typ, crit } = jwt.header;
    if (typ !== 'at+jwt' && typ !== 'application/at+jwt')
      throw new No('wrong_type', 'this JWT is not an access token');
    if (!algorithmOf(alg))
      throw new No('algorithm_not_allowed', 'the algorithm in the header is not allowed');
    const jwks = await keys.find(kid).catch((fault) => {
      throw new No('issuer_away', String(fault), 503);
    });
    const usable = (await Promise.all(jwks.map((jwk) => importKey(jwk, alg)))).filter(
      (key) => key !== undefined,
    );
    if (usable.length === 0)
      throw new No(
        'unknown_key',
        'the issuer has no key with the kid and alg of the header: is the token from another issuer?',
      );
    const signatures = await Promise.all(usable.map((key) => isSignedBy(key, alg, jwt)));
    if (!signatures.includes(true))
      throw new No('altered', 'the signature does not match: the token was altered');
    // An extension that must be understood (RFC 7515 §4.1.11): we know none.
    if (crit !== undefined) throw new No('malformed', 'the header names an extension that is not supported');
    return jwt.claims as AccessClaims;
  }

  async function ask(token: string): Promise<void> {
    if (!introspection) return;
    const { clientId, clientSecret } = introspection;
    const basic = btoa([clientId, clientSecret].map(encodeURIComponent).join(':'));
    const answer = await send(`${issuer}/oauth2/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ token }),
      signal: AbortSignal.timeout?.(patienceMs),
    })
      .then(async (response) => response.ok && ((await response.json()) as { active: unknown }))
      .catch(() => undefined);
    if (!answer) throw new No('issuer_away', '', 503);
    if (answer.active !== true)
      throw new No('ended', 'the session of the token has ended: renew it, or sign in again');
  }

  function inTime(claims: AccessClaims): void {
    const { iss, aud, iat, exp, nbf = iat } = claims;
    const seconds = Math.floor(now() / 1000);
    // Text in the place of a number would be compared as one, and JSON has numbers without an end: 1e400.
    const isPast = (time: unknown, at: number) => isNumber(time) && time <= at;
    if (iss !== issuer) throw new No('wrong_issuer', `the token is not from the issuer ${issuer}`);
    if (![aud].flat().includes(audience))
      throw new No('wrong_audience', `the token is not meant for ${audience}`);
    if (!isPast(iat, seconds + tolerance))
      throw new No('not_yet_valid', 'the token was issued in the future: a clock is wrong');
    if (!isPast(nbf, seconds + tolerance)) throw new No('not_yet_valid', 'the token is not valid yet');
    if (!isNumber(exp)) throw new No('expired', 'the token does not say when it expires');
    if (exp <= seconds - tolerance)
      throw new No('expired', `the token expired ${seconds - exp} s ago: renew it with the refresh token`);
    const odd = oddClaim(claims);
    if (odd) throw new No('malformed', `the claim ${odd} is missing or of another type`);
  }

  function enough(claims: AccessClaims, { scope = '', maxAge, acr }: Needs): void {
    const has = (claims.scope ?? '').split(' ');
    if (scope.split(' ').some((one) => one && !has.includes(one)))
      throw new No('insufficient_scope', `this needs a token with the scope ${scope}`, 403, { scope });
    const age = now() / 1000 - (claims.auth_time ?? 0);
    // A time that is to come is none.
    const isFresh = maxAge === undefined || (age <= maxAge && age >= -tolerance);
    if (!isFresh || (acr && !acr.includes(claims.acr ?? '')))
      throw new No('insufficient_user_authentication', 'this needs a more recent or stronger sign-in', 401, {
        ...(acr ? { acr_values: acr.join(' ') } : {}),
        ...(maxAge === undefined ? {} : { max_age: maxAge }),
      });
  }

  return async (authorization, needs = {}) => {
    try {
      // No token, or another scheme: a challenge without an error (RFC 6750 §3.1).
      if (!/^bearer(\s|$)/i.test(authorization ?? '')) throw new No('missing');
      const token = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '')?.[1];
      if (!token) throw new No('invalid_request', 'the text after Bearer is not a token', 400);
      const claims = await signed(token);
      inTime(claims);
      await ask(token);
      enough(claims, needs);
      return { ok: true, claims };
    } catch (no) {
      if (!(no instanceof No)) throw no;
      const { reason: cause, status } = no;
      if (status === 503) return { ok: false, status, cause };
      return { ok: false, status, cause, challenge: challengeOf(realm, no) };
    }
  };
}

function challengeOf(realm: string, { reason, says, more }: No): string {
  const own: VerifierCause[] = ['invalid_request', 'insufficient_scope', 'insufficient_user_authentication'];
  const error = own.includes(reason) ? reason : 'invalid_token';
  const fields = { realm, ...(reason === 'missing' ? {} : { error, error_description: says, ...more }) };
  // The characters that RFC 6750 §3 allows.
  const clean = (value: string | number) => String(value).replace(/[^ !#-[\]-~]/g, '');
  return `Bearer ${Object.entries(fields)
    .map(([name, value]) => `${name}="${clean(value)}"`)
    .join(', ')}`;
}
