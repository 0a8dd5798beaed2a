import type { Clock } from '@rekey/kernel';
import type { ExternalIssuerSettings } from '@rekey/settings';
import {
  type AuthorizationServer,
  type DiscoveryRequestOptions,
  discoveryRequest,
  processDiscoveryResponse,
} from 'oauth4webapi';

/** Long enough to cost nothing, short enough that a server that moves an endpoint is followed. */
const keptMs = 10 * 60_000;

/**
 * What is known of the external issuer: the endpoint that is set, or its metadata by RFC 8414, else by OpenID Connect
 * Discovery. It is asked for when it is needed and kept for ten minutes, so that neither start waits for another.
 *
 * @returns a function that throws when there is no metadata, or when it is another issuer's
 */
export function serverMetadata(
  { issuer, tokenEndpoint }: ExternalIssuerSettings,
  clock: Clock,
): (options: DiscoveryRequestOptions) => Promise<AuthorizationServer> {
  let kept: { server: AuthorizationServer; until: number } | undefined;
  return async (options) => {
    if (tokenEndpoint) return { issuer, token_endpoint: tokenEndpoint };
    if (kept && clock.now() < kept.until) return kept.server;
    const server = await discover(issuer, options);
    // RFC 8414 §3.3: identical, while the library forgives a slash at the end. Ours is the audience of what we sign.
    if (server.issuer !== issuer)
      throw new Error(
        `metadata of ${JSON.stringify(server.issuer.slice(0, 200))}, not of ${JSON.stringify(issuer)}`,
      );
    if (!server.token_endpoint) throw new Error('its metadata names no token endpoint');
    kept = { server, until: clock.now() + keptMs };
    return server;
  };
}

async function discover(issuer: string, options: DiscoveryRequestOptions): Promise<AuthorizationServer> {
  const url = new URL(issuer);
  const first = await discoveryRequest(url, { ...options, algorithm: 'oauth2' });
  const response =
    first.status === 200 ? first : await discoveryRequest(url, { ...options, algorithm: 'oidc' });
  return processDiscoveryResponse(url, response);
}
