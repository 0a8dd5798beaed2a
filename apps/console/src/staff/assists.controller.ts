import { Controller, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { Context, Json, Operation, SETTINGS, unwrap } from '@rekey/http';
import type { ManagementContext } from '@rekey/management';
import { assistViewSchema, endAssist, matchAssist, readAssist, startAssist } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import type { StaffSession } from '@rekey/staff';
import { z } from 'zod';
import { accountId } from '../query.schema.js';
import { actRefusals } from './act.schema.js';
import { SameOriginGuard } from './same-origin-guard.js';
import { reasonBody } from './staff.schema.js';
import { CurrentStaff, RequireFresh, RequireRight, StaffGuard } from './staff-guard.js';

const assistBody = reasonBody.extend({ account_id: accountId });
const numberBody = z.strictObject({
  number: z
    .string()
    .trim()
    .regex(/^\d{3}$/, 'must be three digits')
    .describe('As the caller reads it from their page'),
});
const startedResponse = z.object({
  id: z.uuid(),
  code: z.string().describe('Eight letters to read out to the caller, shown once'),
  url: z.string().describe('The page on which the caller enters them'),
  expires_at: z.iso.datetime(),
});

/**
 * Helps a caller through their own recovery. Staff read out a code, and type the number that the caller's browser shows for it; the proof, and the
 * new credentials, stay in that browser.
 */
@Controller('staff/assists')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('assist')
export class StaffAssistsController {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  @Post()
  @RequireFresh()
  @Operation({
    summary: 'Start to help a caller',
    description:
      'Nothing happens to the account by that. A disabled account is refused with `invalid_state`; the caller learns of neither.',
    body: assistBody,
    responses: { 201: { description: 'the code to read out', schema: startedResponse } },
    refusals: [...actRefusals, 'invalid_state', 'rate_limited'],
  })
  async start(
    @Json(assistBody) { account_id: account, reason }: z.output<typeof assistBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    const { id, code, expiresAt } = unwrap(await startAssist(context, { account, memberId, reason }));
    const url = `${this.settings.urls.recovery}/recover/assist`;
    return { id, code, url, expires_at: expiresAt.toISOString() };
  }

  @Get(':id')
  @Operation({
    summary: 'Read an assist',
    description: 'Until a day after its end.',
    responses: { 200: { description: 'its state', schema: assistViewSchema } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async show(@Param('id') id: string, @Context() context: ManagementContext) {
    return unwrap(await readAssist(context, id));
  }

  @Post(':id/match')
  @HttpCode(200)
  @RequireFresh()
  @Operation({
    summary: 'Type the number that the caller tells',
    description:
      'For the member who started it. If it is right, a recovery is started for the browser that shows it, and every address of the account is notified. A wrong number ends the assist: the view says `ended`. `invalid_state`: nobody has entered the code yet, or it is over.',
    body: numberBody,
    responses: { 200: { description: 'the assist', schema: assistViewSchema } },
    refusals: [...actRefusals, 'invalid_state'],
  })
  async match(
    @Param('id') id: string,
    @Json(numberBody) { number }: z.output<typeof numberBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await matchAssist(context, { id, memberId, number }));
  }

  @Post(':id/end')
  @HttpCode(204)
  @RequireFresh()
  @Operation({
    summary: 'End an assist',
    description: 'For every member with the right. A recovery that it has led to goes on.',
    body: reasonBody,
    responses: { 204: { description: 'ended' } },
    refusals: [...actRefusals, 'invalid_state'],
  })
  async end(
    @Param('id') id: string,
    @Json(reasonBody) { reason }: z.output<typeof reasonBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endAssist(context, { id, memberId, reason }));
  }
}
