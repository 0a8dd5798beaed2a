import type { ManagementContext } from '@rekey/management';
import { listClients } from '@rekey/tokens';
import { z } from 'zod';
import { clientResponse } from './management.schema.js';
import { nextOf, pageWanted } from './paging.js';
import { type clientsQuery, next } from './query.schema.js';

export const clientsResponse = z.object({ clients: z.array(clientResponse), next });

/** A page of the OAuth clients, without their secrets. */
export async function clientsPage(
  { database, keyring }: ManagementContext,
  query: z.output<typeof clientsQuery>,
) {
  const page = await listClients(database, pageWanted(keyring, 'clients', query));
  return { clients: page.items, ...nextOf(keyring, 'clients', query, page) };
}
