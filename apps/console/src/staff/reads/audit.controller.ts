import { Controller, Get, Param, Res, UseGuards } from '@nestjs/common';
import { anyMedia, Context, Gives, InQuery, Operation, unwrap } from '@rekey/http';
import { type ManagementContext, proveAuditEvent, readAuditEvent, readRequestOf } from '@rekey/management';
import { actingStaff, type StaffSession } from '@rekey/staff';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import {
  auditPage,
  eventResponse,
  eventsResponse,
  exportResponses,
  proofResponse,
  sendAuditExport,
} from '../../audit-responses.js';
import { auditExportQuery, auditQuery } from '../../query.schema.js';
import { SameOriginGuard } from '../same-origin-guard.js';
import { CurrentStaff, RequireRight, StaffGuard } from '../staff-guard.js';
import { requestResponse } from './reads.schema.js';

/** What happened, by whom. Reading it is an event of its own. */
@Controller('staff')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('look')
export class StaffAuditController {
  @Get('audit')
  @RequireRight('audit')
  @Operation({
    summary: 'Search the audit',
    description: 'Newest first. The search itself is audited.',
    query: auditQuery,
    responses: { 200: { description: 'a page of events', schema: eventsResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  search(
    @InQuery(auditQuery) query: z.output<typeof auditQuery>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return auditPage(context, actingStaff(memberId), query);
  }

  // Before the route of one event, whose id is a UUID.
  @Get('audit/export')
  @RequireRight('audit')
  @Gives(anyMedia)
  @Operation({
    summary: 'Export the audit',
    description:
      'Streams every event that matches, newest first, however many there are. In CSV a cell that a spreadsheet would run as a formula begins with an apostrophe. The export itself is audited.',
    query: auditExportQuery,
    responses: exportResponses,
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async export(
    @InQuery(auditExportQuery) query: z.output<typeof auditExportQuery>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendAuditExport(context, actingStaff(memberId), query, reply);
  }

  @Get('audit/:id')
  @Operation({
    summary: 'Read one event of the audit',
    responses: { 200: { description: 'the event', schema: eventResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(
    @Param('id') id: string,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await readAuditEvent(context, actingStaff(memberId), id));
  }

  @Get('audit/:id/proof')
  @Operation({
    summary: 'Prove that an event is in the log',
    description:
      'The last signed head, the event, and the hashes from it to the root (RFC 9162). An event is sealed within seconds; until then there is no proof.',
    responses: { 200: { description: 'the proof', schema: proofResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async prove(
    @Param('id') id: string,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await proveAuditEvent(context, actingStaff(memberId), id));
  }

  @Get('requests/:id')
  @Operation({
    summary: 'Read what a request has caused',
    description:
      'By the id that a person reads to you: the header `X-Request-Id` of a response, and the reference of an error page. The lookup is audited.',
    responses: { 200: { description: 'its events', schema: requestResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async ofRequest(
    @Param('id') id: string,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return { events: unwrap(await readRequestOf(context, actingStaff(memberId), id)) };
  }
}
