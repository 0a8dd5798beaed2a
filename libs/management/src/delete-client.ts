import { recordAudit } from '@rekey/audit';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { endSessionsOf, type ManagementCaller, deleteClient as removeClient } from '@rekey/tokens';
import { type ManagementContext, writerOf } from './management-context.js';

/** Deletes a client and ends its sessions, in one transaction. Refusals: `invalid_state`, `not_found`, `forbidden`. */
export async function deleteClient(
  { database, clock }: ManagementContext,
  caller: ManagementCaller,
  id: string,
): Promise<undefined | Refusal> {
  // Requests that name no client are for this one.
  if (id === 'default') return refuse('invalid_state');
  const now = clock.now();
  const at = new Date(now);
  const { actor } = caller;
  return database.transaction(async (tx) => {
    const refused = await removeClient(tx, id, writerOf(caller));
    if (refused) return refused;
    await endSessionsOf(tx, 'client', { id, at, reason: 'client', actor });
    await recordAudit(tx, { id: uuidv7(now), at, event: 'client_deleted', actor, detail: { client_id: id } });
    return undefined;
  });
}
