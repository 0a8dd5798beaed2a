import { auditEventSchema } from '@rekey/audit';
import type { AccountExport } from '@rekey/management';
import { messageViewSchema } from '@rekey/outbox';
import { listedRecoverySchema } from '@rekey/recovery';
import { sessionViewSchema } from '@rekey/tokens';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { accountResponse } from './management.schema.js';
import { sendStreamed } from './streamed.js';

/** All that is stored about a person. */
export const personalDataResponse = z.object({
  exported_at: z.string(),
  account: accountResponse,
  authenticators: z.array(z.looseObject({ id: z.string(), kind: z.string(), bound_at: z.string() })),
  sessions: z.array(sessionViewSchema).describe('Newest first, 200 at most'),
  recoveries: z.array(listedRecoverySchema).describe('Newest first'),
  messages: z.array(messageViewSchema).describe('Oldest first'),
  overrides: z
    .array(
      z.looseObject({
        id: z.string(),
        requested_at: z.string(),
        requested_by: z.string().describe('A member of staff'),
        evidence: z.string().optional().describe('How the identity was attested'),
        reason: z.string().optional(),
      }),
    )
    .describe('What two members of staff have signed for the person, newest first'),
  assists: z
    .array(
      z.looseObject({ id: z.string(), state: z.string(), started_by: z.string(), started_at: z.string() }),
    )
    .describe('Where staff have helped the person, newest first; kept for a day'),
  events: z.array(auditEventSchema).describe('The audit of the account, newest first'),
});

/** Sends it as one JSON document, however long the audit of the person is. */
export const sendPersonalData = (reply: FastifyReply, data: AccountExport): Promise<void> =>
  sendStreamed(reply, 'application/json; charset=utf-8', written(data));

/** One JSON object, whose events are written as they are read. */
async function* written({ events, ...data }: AccountExport): AsyncGenerator<string> {
  yield `${JSON.stringify(data).slice(0, -1)},"events":[`;
  let separator = '';
  for await (const event of events) {
    yield `${separator}${JSON.stringify(event)}`;
    separator = ',';
  }
  yield ']}\n';
}
