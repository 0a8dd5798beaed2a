import { Controller, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { Context, Json, Operation, TOKENS } from '@rekey/http';
import { diagnoseToken, type ManagementContext } from '@rekey/management';
import { actingStaff, type StaffSession } from '@rekey/staff';
import type { TokenContext } from '@rekey/tokens';
import type { z } from 'zod';
import { SameOriginGuard } from '../same-origin-guard.js';
import { CurrentStaff, RequireRight, StaffGuard } from '../staff-guard.js';
import { diagnosisBody, diagnosisResponse } from './reads.schema.js';

/** Why a token is rejected. A token that is pasted is in no log, no event and no row. */
@Controller('staff/diagnoses')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('look')
export class StaffDiagnosesController {
  constructor(@Inject(TOKENS) private readonly tokens: TokenContext) {}

  @Post()
  @HttpCode(200)
  @Operation({
    summary: 'Explain why a token is rejected: one cause, the evidence, one remedy',
    description:
      'What an event of the audit says has its id. It is audited that a diagnosis was made, with its cause and of which session, and nothing of the token.',
    body: diagnosisBody,
    responses: { 200: { description: 'the diagnosis', schema: diagnosisResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  diagnose(
    @Json(diagnosisBody) { token }: z.output<typeof diagnosisBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return diagnoseToken(context, this.tokens, actingStaff(memberId), token);
  }
}
