import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { Context, InQuery, Operation, unwrap } from '@rekey/http';
import { type ManagementContext, readRecoveryOf } from '@rekey/management';
import { actingStaff, type StaffSession } from '@rekey/staff';
import type { z } from 'zod';
import { recoveriesQuery } from '../../query.schema.js';
import { recoveriesPage, recoveriesResponse, timelineResponse } from '../../recoveries-page.js';
import { SameOriginGuard } from '../same-origin-guard.js';
import { CurrentStaff, RequireRight, StaffGuard } from '../staff-guard.js';

/** Recoveries, as staff see them. */
@Controller('staff/recoveries')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('look')
export class StaffRecoveryReadsController {
  @Get()
  @Operation({
    summary: 'List recoveries',
    description:
      'Newest first. A recovery is listed by account once its account is known. Each list of one account is audited; a list of all, once an hour.',
    query: recoveriesQuery,
    responses: { 200: { description: 'a page of recoveries', schema: recoveriesResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  list(
    @InQuery(recoveriesQuery) query: z.output<typeof recoveriesQuery>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return recoveriesPage(context, actingStaff(memberId), query);
  }

  @Get(':id')
  @Operation({
    summary: 'Read a recovery with its timeline',
    description:
      'Its proofs, what is still missing and why, every message and whether it was delivered, and its events of the audit. Never a code or an address in clear. The reading is audited.',
    responses: { 200: { description: 'the recovery', schema: timelineResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(
    @Param('id') id: string,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await readRecoveryOf(context, actingStaff(memberId), id));
  }
}
