import type { Database } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { putClient, tokenExchangeGrant } from '@rekey/tokens';

/** Seconds: short enough to watch one expire. */
const accessLifetime = 30;

/** The OAuth clients of the example: its page, and its API, which asks the issuer about tokens. */
export async function putExampleClients(
  context: { database: Database; keyring: Keyring },
  now: number,
  apiSecret: string,
): Promise<void> {
  const base = { redirect_uris: [], lifetimes: {} };
  await putClient(context, now, {
    ...base,
    client_id: 'example',
    name: 'Example',
    type: 'public',
    grants: [tokenExchangeGrant, 'refresh_token'],
    scopes: ['account'],
    lifetimes: { access: accessLifetime },
  });
  await putClient(
    context,
    now,
    {
      ...base,
      client_id: 'example-api',
      name: 'Example API',
      type: 'confidential',
      grants: ['client_credentials'],
      scopes: [],
    },
    { secret: apiSecret },
  );
}
