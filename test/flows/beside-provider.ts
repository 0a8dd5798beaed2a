import { systemClock } from '@rekey/kernel';
import * as oauth from 'oauth4webapi';
import { freePort } from '../runner/free-port.js';
import { ExternalProvider, secret } from '../servers/external-provider.js';
import { people } from './people.js';
import { policyFile } from './policy-file.js';
import { newHousehold, type Rekey, startRekey } from './rekey.js';
import { Story } from './story.js';

export const insecure = { [oauth.allowInsecureRequests]: true } as const;

/**
 * Rekey beside a third party's authorization server, connected by settings alone. Its people are `kim`, and `max`, whom that
 * server does not know.
 */
export interface BesideProvider {
  provider: ExternalProvider;
  rekey: Rekey;
  persons: ReturnType<typeof people>;
  /** A proven recovery that can complete. */
  proven(id: string, more?: object): Promise<Story>;
  close(): Promise<void>;
}

export async function besideProvider(
  grant: string,
  auth: string,
  more: (issuer: string) => Record<string, string> = () => ({}),
): Promise<BesideProvider> {
  const port = await freePort();
  const provider = await new ExternalProvider(`http://localhost:${port}`, ['kim']).start();
  const environment = {
    // The provider uses the real clock, so no day may pass.
    RECOVERY_POLICY_FILE: policyFile({ holdAfterStopHours: 0 }),
    RECOVERY_PORT: String(port),
    EXTERNAL_ISSUER_URL: provider.issuer,
    EXTERNAL_ISSUER_GRANT: grant,
    EXTERNAL_ISSUER_CLIENT_ID: `rekey ${auth}`,
    EXTERNAL_ISSUER_CLIENT_AUTH: auth,
    ...(auth === 'private_key_jwt' ? {} : { EXTERNAL_ISSUER_CLIENT_SECRET: secret }),
    LOG_LEVEL: 'silent',
    ...more(provider.issuer),
  };
  // The provider uses the clock of the machine.
  const rekey = await startRekey({ clock: systemClock, environment });
  const persons = people(rekey);
  for (const id of ['kim', 'max']) await persons.put(id);
  return {
    provider,
    rekey,
    persons,
    async proven(id, with_ = {}) {
      newHousehold();
      const story = new Story(rekey);
      const { body } = await story.proveBy(`${id}@example.com`, `${id}@example.com`, with_);
      expect(body).toMatchObject({ state: 'proven' });
      return story;
    },
    async close() {
      await rekey.close();
      await provider.close();
    },
  };
}

/** An app beside the product that uses tokens, through a third-party client library. */
export async function appOf(issuer: string, clientId: string, auth: oauth.ClientAuth) {
  const url = new URL(issuer);
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure));
  const client = { client_id: clientId };
  return {
    refresh: async (token: string) => {
      const response = await oauth.refreshTokenGrantRequest(server, client, auth, token, insecure);
      return oauth.processRefreshTokenResponse(server, client, response);
    },
    introspect: async (token: string) => {
      const response = await oauth.introspectionRequest(server, client, auth, token, insecure);
      return oauth.processIntrospectionResponse(server, client, response);
    },
    userInfo: async (token: string) => {
      const response = await oauth.userInfoRequest(server, client, token, insecure);
      return oauth.processUserInfoResponse(server, client, oauth.skipSubjectCheck, response);
    },
    /** The raw response of the token endpoint. */
    grant: async (type: string, parameters: Record<string, string>) => {
      const form = new URLSearchParams(parameters);
      const response = await oauth.genericTokenEndpointRequest(server, client, auth, type, form, insecure);
      return { status: response.status, body: await response.json() };
    },
  };
}
