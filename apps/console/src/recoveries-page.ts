import { listRecoveriesFor, type ManagementContext } from '@rekey/management';
import { listedRecoverySchema, recoveryTimelineSchema } from '@rekey/recovery';
import { z } from 'zod';
import { listedRecoveryExample, timelineExample } from './examples.js';
import { nextOf, pageWanted } from './paging.js';
import { next, type recoveriesQuery } from './query.schema.js';

export const recoveriesResponse = z
  .object({ recoveries: z.array(listedRecoverySchema), next })
  .meta({ examples: [{ recoveries: [listedRecoveryExample] }] });
export const timelineResponse = recoveryTimelineSchema.meta({ examples: [timelineExample] });

/** A page of recoveries, newest first. The reading is audited. */
export async function recoveriesPage(
  context: ManagementContext,
  actor: string,
  query: z.output<typeof recoveriesQuery>,
) {
  const filter = { accountId: query.account_id, state: query.state };
  const { keyring } = context;
  const wanted = pageWanted(keyring, 'recoveries', query);
  const page = await listRecoveriesFor(context, actor, filter, wanted);
  return { recoveries: page.items, ...nextOf(keyring, 'recoveries', query, page) };
}
