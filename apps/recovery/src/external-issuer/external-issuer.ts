import type { Database } from '@rekey/database';
import { type Clock, isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { IssuedTokens, ProvenSubject } from '@rekey/recovery';
import type { ExternalIssuerSettings } from '@rekey/settings';
import type { TraceContext } from '@rekey/telemetry';
import {
  endSessionsOf,
  jwtTokenType,
  revokeSessionsOfRecoveries,
  type SigningKeys,
  signOutcome,
  tokenExchangeGrant,
} from '@rekey/tokens';
import { allowInsecureRequests, customFetch, genericTokenEndpointRequest } from 'oauth4webapi';
import type { IssuerOverHttp } from '../issuer-over-http.js';
import { boundedFetch } from './bounded-fetch.js';
import { clientAuthentication } from './client-authentication.js';
import { serverMetadata } from './server-metadata.js';
import { readTokenResponse } from './token-response.js';

/** For discovery and exchange together; well within the lease of a settling. */
const timeoutMs = 8_000;
const jwtBearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * An authorization server that is not ours, asked by token exchange (RFC 8693) or with an assertion as the grant (RFC 7523
 * §2.1). What it answers is handed on and never kept, so nothing of it can be revoked later; and it gives no code for an
 * app's redirect.
 */
export function externalIssuer(parts: {
  settings: ExternalIssuerSettings;
  database: Database;
  clock: Clock;
  keys: SigningKeys;
  recoveryUrl: string;
  log: (fault: unknown, about: string, trace?: TraceContext) => void;
}): IssuerOverHttp {
  const { settings, database, clock, keys, log } = parts;
  const { issuer, grant, clientId } = settings;
  const http = boundedFetch();
  const authenticate = clientAuthentication(settings, { keys, clock });
  const metadata = serverMetadata(settings, clock);

  async function exchange(
    subject: ProvenSubject,
    trace: TraceContext | undefined,
  ): Promise<IssuedTokens | Refusal> {
    const options = {
      signal: AbortSignal.timeout(timeoutMs),
      [customFetch]: http.fetch,
      // One that is https: by name is spoken to over TLS only, whatever its metadata says.
      [allowInsecureRequests]: issuer.startsWith('http:'),
    };
    const server = await metadata(options);
    const assertion = await signOutcome(parts, issuer, subject);
    const isExchange = grant === 'token-exchange';
    const form = new URLSearchParams(
      isExchange ? { subject_token: assertion, subject_token_type: jwtTokenType } : { assertion },
    );
    if (settings.scope) form.set('scope', settings.scope);
    for (const resource of settings.resource) form.append('resource', resource);
    for (const audience of settings.audience) form.append('audience', audience);
    const response = await genericTokenEndpointRequest(
      server,
      { client_id: clientId },
      authenticate,
      isExchange ? tokenExchangeGrant : jwtBearerGrant,
      form,
      options,
    );
    return readTokenResponse(response, (fault, about) => log(fault, about, trace));
  }

  return {
    async exchangeForTokens(subject, trace) {
      const answer = await exchange(subject, trace).catch((fault: unknown) => {
        log(fault, 'the external issuer gave no answer that can be used', trace);
        return refuse('unavailable');
      });
      if (isRefused(answer)) return answer;
      // Only now: an issuer that says no has changed nothing.
      const at = new Date(clock.now());
      await endSessionsOf(database.within(trace), 'account', {
        id: subject.accountId,
        at,
        reason: 'recovery',
        actor: 'person',
      });
      return answer;
    },
    async revoke(recoveryId, trace) {
      await revokeSessionsOfRecoveries(database.within(trace), {
        recoveries: [recoveryId],
        at: new Date(clock.now()),
      });
    },
    close: () => http.close(),
  };
}
