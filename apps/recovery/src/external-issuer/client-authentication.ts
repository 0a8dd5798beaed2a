import type { ExternalIssuerSettings } from '@rekey/settings';
import { type AssertionSigner, signClientAssertion } from '@rekey/tokens';
import { type ClientAuth, ClientSecretBasic, ClientSecretPost } from 'oauth4webapi';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** How Rekey shows the external issuer which client it is. */
export function clientAuthentication(
  { issuer, clientId, clientAuth, clientSecret = '' }: ExternalIssuerSettings,
  signer: AssertionSigner,
): ClientAuth {
  if (clientAuth === 'client_secret_basic') return ClientSecretBasic(clientSecret);
  if (clientAuth === 'client_secret_post') return ClientSecretPost(clientSecret);
  // With the present one of our keys, by our clock; the library's would be one key for good.
  return async (_server, _client, body) => {
    body.set('client_id', clientId);
    body.set('client_assertion_type', assertionType);
    body.set('client_assertion', await signClientAssertion(signer, issuer, clientId));
  };
}
