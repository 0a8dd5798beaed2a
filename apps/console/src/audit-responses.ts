import { type AuditEventView, auditEventMembers, auditEventSchema } from '@rekey/audit';
import { exportAudit, type ManagementContext, searchAudit } from '@rekey/management';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { auditEventExample } from './examples.js';
import { csv, ndjson } from './ndjson.js';
import { nextOf, pageWanted } from './paging.js';
import { type auditExportQuery, auditFilterOf, type auditQuery, next } from './query.schema.js';
import { sendStreamed } from './streamed.js';
import { csvRecord } from './written-csv.js';

/** What the audit answers, to clients of the management API and to staff alike. */
export const eventResponse = auditEventSchema.meta({ examples: [auditEventExample] });
export const eventsResponse = z
  .object({ events: z.array(auditEventSchema), next })
  .meta({ examples: [{ events: [auditEventExample] }] });
export const proofResponse = z.object({
  format: z.string(),
  checkpoint: z.string(),
  events: z.array(
    z.object({
      position: z.number().int(),
      content: z.record(z.string(), z.unknown()),
      opens: z.object({ account_id: z.string(), salt: z.string() }).optional(),
      path: z.array(z.string()),
    }),
  ),
});

export const exportResponses = {
  200: { description: 'one event per line', schema: auditEventSchema, type: ndjson, textType: csv },
};

/** A page of the audit, newest first. The reading is audited. */
export async function auditPage(
  context: ManagementContext,
  actor: string,
  query: z.output<typeof auditQuery>,
) {
  const { keyring } = context;
  const wanted = pageWanted(keyring, 'audit', query);
  const page = await searchAudit(context, actor, auditFilterOf(query), wanted);
  return { events: page.items, ...nextOf(keyring, 'audit', query, page) };
}

const types = { ndjson, csv: `${csv}; charset=utf-8; header=present` };

export async function sendAuditExport(
  context: ManagementContext,
  actor: string,
  query: z.output<typeof auditExportQuery>,
  reply: FastifyReply,
): Promise<void> {
  const { format } = query;
  const events = await exportAudit(context, actor, { format, ...auditFilterOf(query) });
  const lines = format === 'csv' ? csvLines(events) : jsonLines(events);
  reply.header('content-disposition', `attachment; filename="audit.${format}"`);
  await sendStreamed(reply, types[format], lines);
}

async function* jsonLines(events: AsyncIterable<AuditEventView>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(event)}\n`;
}

async function* csvLines(events: AsyncIterable<AuditEventView>): AsyncGenerator<string> {
  yield csvRecord(auditEventMembers);
  for await (const event of events) yield csvRecord(auditEventMembers.map((member) => event[member]));
}
