import { recordAudit } from '@rekey/audit';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { type Client, type ManagementCaller, managementScopes, putClientBy } from '@rekey/tokens';
import { type ManagementContext, writerOf } from './management-context.js';

/**
 * Creates or replaces a client with its audit event, in one transaction.
 *
 * @returns the secret when it was made here and now. Refusals: `invalid_request`; `forbidden` for a client of somebody else
 */
export async function putClient(
  { database, keyring, clock }: ManagementContext,
  caller: ManagementCaller,
  client: Client,
): Promise<{ created: boolean; secret?: string } | Refusal> {
  // A client that may make clients must not make one that may do what it may not.
  const exceeding = managementScopes.find(
    (scope) => client.scopes.includes(scope) && !caller.scopes.includes(scope),
  );
  if (exceeding) return refuseMember('/scopes', `you may not grant ${exceeding}`);
  if (client.client_id === 'default' && client.type !== 'public')
    return refuseMember('/type', 'the default client must stay public');
  const now = clock.now();
  return database.transaction(async (tx) => {
    const put = await putClientBy(writerOf(caller), { database: tx, keyring }, now, client);
    if (isRefused(put)) return put;
    await recordAudit(tx, {
      id: uuidv7(now),
      at: new Date(now),
      event: put.created ? 'client_created' : 'client_updated',
      actor: caller.actor,
      detail: { client_id: client.client_id },
    });
    return put;
  });
}

const refuseMember = (pointer: string, detail: string): Refusal =>
  refuse('invalid_request', { errors: [{ pointer, detail }] });
