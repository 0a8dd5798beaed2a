import { auditEventSchema, listAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { isUuid } from '@rekey/kernel';
import { messagesOfRecoveries, messageViewSchema } from '@rekey/outbox';
import { z } from 'zod';
import type { RecoveryEntity } from '../entities/recovery.entity.js';
import { type AttestationContext, withAttestation } from '../proving/attestation.js';
import { type Judged, judgedColumns } from '../proving/judge.js';
import { missingOf, missingSchema } from '../proving/missing.js';
import type { RecoveryPolicy } from '../proving/policy.js';
import { type ListedRow, listedColumns, listedRecovery, listedRecoverySchema } from './list-recoveries.js';

/** Events of one recovery that are shown: some hundred times what one can bring about. */
const mostEvents = 1000;

/** A recovery with all that has happened to it, for those who help its person. Times are RFC 3339. */
export const recoveryTimelineSchema = listedRecoverySchema.extend({
  channel: z.enum(['email', 'sms']).optional().describe('The channel that the start asked for'),
  attempts: z.number().int().describe('Proofs that were offered, right or wrong'),
  acr: z.string().optional(),
  password_set: z.boolean().describe('The person has chosen a new password'),
  proofs: z.array(
    z.object({
      kind: z.string(),
      amr: z.string().optional(),
      at: z.string().optional(),
      holds: z
        .boolean()
        .optional()
        .describe('Until the end: whether it still counts, for the account as it is now'),
    }),
  ),
  missing: missingSchema
    .optional()
    .describe('Why it does not lead to credentials yet; omitted after its end'),
  messages: z.array(messageViewSchema).describe('Oldest first'),
  events: z.array(auditEventSchema).describe('The audit, oldest first'),
});
export type RecoveryTimeline = z.output<typeof recoveryTimelineSchema>;

const find = statement(
  'recovery_read',
  sql`select recoveries.id, ${judgedColumns()}, listed.account_id, listed.client_id, listed.state, listed.created_at, listed.expires_at,
     listed.proven_at, listed.completed_at, listed.ended_at, recoveries.channel, recoveries.tries, recoveries.acr, recoveries.password_set, listed.assist_id
   from recoveries, lateral (select ${listedColumns} from (select recoveries.*) own) listed where recoveries.id = :id::uuid`,
);

interface FoundRow
  extends Omit<ListedRow, 'proofs' | 'held_until'>,
    Judged,
    Pick<RecoveryEntity, 'channel' | 'tries' | 'acr' | 'password_set'> {}

/**
 * A recovery and its timeline. Reading it changes nothing, and a proof that no longer holds is shown as one.
 *
 * @returns undefined when there is none
 */
export async function readRecovery(
  context: AttestationContext & { policy: RecoveryPolicy; strongRoles: string[] },
  now: Date,
  id: string,
): Promise<RecoveryTimeline | undefined> {
  if (!isUuid(id)) return undefined;
  const { database, keyring, policy, strongRoles } = context;
  const [found] = await database.query<FoundRow>(find, {
    id,
    now,
    strongRoles,
    gathersFacts: policy.holds.length > 0,
  });
  if (!found) return undefined;
  const row = await withAttestation(context, id, found);
  const missing = missingOf(policy, row, now);
  const messages = await messagesOfRecoveries(database, keyring, [id]);
  const { items: events } = await listAudit(database, { recoveryId: id }, { limit: mostEvents });
  return {
    ...listedRecovery(row),
    ...(row.channel ? { channel: row.channel } : {}),
    attempts: row.tries,
    ...(row.acr ? { acr: row.acr } : {}),
    password_set: row.password_set,
    proofs: row.proofs.map((kind, at) => proofView(row, kind, at, missing !== undefined)),
    ...(missing ? { missing } : {}),
    messages,
    events: events.reverse(),
  };
}

function proofView(
  row: Judged,
  kind: string,
  nth: number,
  isLive: boolean,
): RecoveryTimeline['proofs'][number] {
  const amr = row.amr[nth];
  const at = row.proof_times[nth];
  return {
    kind,
    ...(amr === undefined ? {} : { amr }),
    ...(at === undefined ? {} : { at: at.toISOString() }),
    ...(isLive ? { holds: row.held[nth] === true } : {}),
  };
}
