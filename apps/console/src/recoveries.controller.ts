import { Controller, Delete, Get, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import {
  Caller,
  Context,
  InQuery,
  Json,
  type ManagementCaller,
  ManagementScopeGuard,
  Operation,
  RequireScope,
  unwrap,
} from '@rekey/http';
import {
  decideRecovery,
  endSessionsOfRecovery,
  type ManagementContext,
  readRecoveryOf,
} from '@rekey/management';
import type { z } from 'zod';
import { type DecisionBody, decisionBody } from './management.schema.js';
import { recoveriesQuery } from './query.schema.js';
import { recoveriesPage, recoveriesResponse, timelineResponse } from './recoveries-page.js';

const decisions = ['invalid_request', 'unauthorized', 'forbidden', 'not_found', 'invalid_state'] as const;

/** Recoveries, what they have led to, and whether they go on, for the operators of the product. */
@Controller('v1/recoveries')
@UseGuards(ManagementScopeGuard)
export class RecoveriesController {
  @Get()
  @RequireScope('recoveries:read')
  @Operation({
    summary: 'List recoveries',
    description:
      'Newest first. A recovery is listed by account once its account is known. Each list of one account is audited; a list of all, once an hour.',
    bearer: true,
    query: recoveriesQuery,
    responses: { 200: { description: 'a page of recoveries', schema: recoveriesResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async list(
    @InQuery(recoveriesQuery) query: z.output<typeof recoveriesQuery>,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    return recoveriesPage(context, actor, query);
  }

  @Get(':id')
  @RequireScope('recoveries:read')
  @Operation({
    summary: 'Read a recovery with its timeline',
    description:
      'Its proofs, what is still missing and why, every message and whether it was delivered, and its events of the audit. Never a code or an address in clear. The reading is audited.',
    bearer: true,
    responses: { 200: { description: 'the recovery', schema: timelineResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async get(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await readRecoveryOf(context, actor, id));
  }

  @Delete(':id/tokens')
  @HttpCode(204)
  @RequireScope('accounts:write')
  @Operation({
    summary: 'End every session that came from a recovery, also after refreshes',
    bearer: true,
    responses: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endAll(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionsOfRecovery(context, actor, id));
  }

  @Post(':id/release')
  @HttpCode(204)
  @RequireScope('recoveries:decide')
  @Operation({
    summary: 'End the waiting of a held recovery',
    description:
      'It proves nothing: the person completes the recovery in their own flow, within 72 hours, and what was proved is judged again then. Every address is notified, with a stop link. A recovery that is not held is refused with `invalid_state`.',
    bearer: true,
    body: decisionBody,
    responses: { 204: { description: 'released: it is `proven`' } },
    refusals: [...decisions],
  })
  async release(
    @Param('id') id: string,
    @Json(decisionBody) { reason }: DecisionBody,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await decideRecovery(context, actor, { id, reason, decision: 'release' }));
  }

  @Post(':id/deny')
  @HttpCode(204)
  @RequireScope('recoveries:decide')
  @Operation({
    summary: 'End a held recovery',
    description:
      'It is `stopped`, and leads to no credentials. The next recovery of the account is held, as after a stop. Every address is notified. A recovery that is not held is refused with `invalid_state`.',
    bearer: true,
    body: decisionBody,
    responses: { 204: { description: 'denied: it is `stopped`' } },
    refusals: [...decisions],
  })
  async deny(
    @Param('id') id: string,
    @Json(decisionBody) { reason }: DecisionBody,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await decideRecovery(context, actor, { id, reason, decision: 'deny' }));
  }
}
