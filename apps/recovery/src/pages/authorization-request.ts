import { is256Bits } from '@rekey/kernel';
import type { Client } from '@rekey/tokens';
import { badRequest } from './notices.js';
import { type Presenter, ShownInstead } from './presenter.js';
import type { CarriedParameters } from './views.js';

/** An app that sends a person here, as an OAuth authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3). */
export interface AppRequest {
  client: Client;
  redirectUri: string;
  state?: string | undefined;
  codeChallenge: string;
  carried: CarriedParameters;
}

const names = [
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
];

/**
 * The app that sends the person; undefined without one: then the recovery ends with a new password. The redirect address must be one
 * that is registered, to the letter (RFC 9700 §2.1).
 *
 * @throws {ShownInstead} an error page, where it is not safe to send anybody anywhere (RFC 9700 §4.11); or with the error to the
 *   registered address of the app (RFC 6749 §4.1.2.1)
 */
export async function readAuthorizationRequest(
  show: Presenter,
  query: Record<string, unknown>,
): Promise<AppRequest | undefined> {
  const { clients, context } = show.parts;
  const { issuer, issuerUrl } = context;
  const bad = () => new ShownInstead(badRequest(show));
  const carried: CarriedParameters = {};
  const broken: string[] = [];
  for (const name of names) {
    const value = query[name];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'string' || value.length > 2_000 || /\p{Cc}/u.test(value)) broken.push(name);
    else carried[name] = value;
  }
  const { client_id: clientId, redirect_uri: redirectUri, state, code_challenge: codeChallenge } = carried;
  if (clientId === undefined && redirectUri === undefined) {
    // A request of an app that does not say which.
    if (broken.length > 0 || carried.response_type !== undefined || codeChallenge !== undefined) throw bad();
    return undefined;
  }
  const client = clientId === undefined ? undefined : await clients.find(clientId);
  if (!client || redirectUri === undefined || !client.redirect_uris.includes(redirectUri)) throw bad();
  const tell = (error: string, description: string): ShownInstead =>
    new ShownInstead(show.to(errorUrl({ redirectUri, state, issuerUrl }, error, description)));
  if (broken.length > 0)
    throw tell('invalid_request', `malformed, too long or more than once: ${broken.join(', ')}`);
  if (carried.response_type !== undefined && carried.response_type !== 'code') {
    throw tell('unsupported_response_type', 'only code');
  }
  // Before anybody has proven anything: an issuer that is not ours has no codes that we could send back.
  if (!issuer.exchangeForCode)
    throw tell('unsupported_response_type', 'tokens come from another issuer here: use the recovery API');
  if (!client.grants.includes('authorization_code'))
    throw tell('unauthorized_client', 'the client may not use this grant');
  if (carried.code_challenge_method !== 'S256' || !codeChallenge || !is256Bits(codeChallenge)) {
    throw tell('invalid_request', 'code_challenge with code_challenge_method=S256 is required');
  }
  if (query.response_mode !== undefined && query.response_mode !== 'query')
    throw tell('invalid_request', 'only response_mode=query');
  return { client, redirectUri, state, codeChallenge, carried };
}

/** Where an app hears why it gets no code (RFC 6749 §4.1.2.1), and from whom (RFC 9207). */
export function errorUrl(
  of: { redirectUri: string; state?: string | undefined; issuerUrl: string },
  error: string,
  description?: string,
): string {
  const url = new URL(of.redirectUri);
  url.searchParams.set('error', error);
  if (description !== undefined) url.searchParams.set('error_description', description);
  if (of.state !== undefined) url.searchParams.set('state', of.state);
  url.searchParams.set('iss', of.issuerUrl);
  return url.href;
}

/**
 * The identifier that an app knows of the person (`login_hint`, OpenID Connect Core 3.1.2.1), to be corrected or sent; `''` for none that a
 * person could have typed.
 */
export const loginHintIn = ({ login_hint: hint }: Record<string, unknown>): string =>
  typeof hint === 'string' && hint.length <= 254 && !/\p{Cc}/u.test(hint) ? hint.trim() : '';

/** Where a form may end up, for `form-action`: the origin of an https address, the scheme of an app's own. */
export function originOf(redirectUri: string): string {
  const { origin, protocol } = new URL(redirectUri);
  return origin === 'null' ? protocol : origin;
}
