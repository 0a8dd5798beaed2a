import { Controller, Get, Param, Res, UseGuards } from '@nestjs/common';
import {
  anyMedia,
  Caller,
  Context,
  Gives,
  InQuery,
  type ManagementCaller,
  ManagementScopeGuard,
  Operation,
  RequireScope,
  unwrap,
} from '@rekey/http';
import { type ManagementContext, proveAuditEvent, readAuditEvent } from '@rekey/management';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  auditPage,
  eventResponse,
  eventsResponse,
  exportResponses,
  proofResponse,
  sendAuditExport,
} from './audit-responses.js';
import { auditExportQuery, auditQuery } from './query.schema.js';

/** What happened, by whom. Reading it is an event of its own. */
@Controller('v1/audit')
@UseGuards(ManagementScopeGuard)
@RequireScope('audit:read')
export class AuditController {
  @Get()
  @Operation({
    summary: 'Search the audit',
    description: 'Newest first. The search itself is audited.',
    bearer: true,
    query: auditQuery,
    responses: { 200: { description: 'a page of events', schema: eventsResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async search(
    @InQuery(auditQuery) query: z.output<typeof auditQuery>,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    return auditPage(context, actor, query);
  }

  // Before the route of one event, whose id is a UUID.
  @Get('export')
  @Gives(anyMedia)
  @Operation({
    summary: 'Export the audit',
    description:
      'Streams every event that matches, newest first, however many there are. In CSV a cell that a spreadsheet would run as a formula begins with an apostrophe. The export itself is audited.',
    bearer: true,
    query: auditExportQuery,
    responses: exportResponses,
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async export(
    @InQuery(auditExportQuery) query: z.output<typeof auditExportQuery>,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendAuditExport(context, actor, query, reply);
  }

  @Get(':id')
  @Operation({
    summary: 'Read one event of the audit',
    bearer: true,
    responses: { 200: { description: 'the event', schema: eventResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await readAuditEvent(context, actor, id));
  }

  @Get(':id/proof')
  @Operation({
    summary: 'Prove that an event is in the log',
    description:
      'The last signed head, the event, and the hashes from it to the root (RFC 9162), as `rekey audit verify` and any other verifier read them. An event is sealed within seconds; until then there is no proof.',
    bearer: true,
    responses: { 200: { description: 'the proof', schema: proofResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async prove(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await proveAuditEvent(context, actor, id));
  }
}
