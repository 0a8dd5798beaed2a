import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Context, Json, ManagementScopeGuard, Operation, RequireScope } from '@rekey/http';
import {
  causeNames,
  type Diagnosis,
  diagnose,
  longestToken,
  remedies,
  type TokenContext,
} from '@rekey/tokens';
import { z } from 'zod';

const body = z.strictObject({
  token: z.string().min(1).max(longestToken),
  audience: z.string().max(500).optional().describe('The resource server that refused the token'),
});
const when = z.iso.datetime().optional();
const answer = z.object({
  cause: z.enum(causeNames),
  remedy: z.enum(remedies),
  description: z.string(),
  evidence: z.object({
    token: z.enum(['access_token', 'refresh_token', 'other']),
    kid: z.string().optional(),
    account_id: z.string().optional(),
    client_id: z.string().optional(),
    session_id: z.string().optional(),
    recovery_id: z.string().optional(),
    issued_at: when,
    expired_at: when,
    expired_for_seconds: z.number().int().optional(),
    revoked_at: when,
    revoked_by: z.string().optional(),
    revoked_from: z.string().optional().describe('The network from which a retired token was used again'),
    audit_id: z.string().optional(),
  }),
});

/** Why a token is not taken, for those who help. The public learns it from a 401 only as far as RFC 6750 goes. */
@Controller('v1/tokens')
@UseGuards(ManagementScopeGuard)
@RequireScope('tokens:read')
export class DiagnoseController {
  @Post('diagnose')
  @HttpCode(200)
  @Operation({
    summary: 'Explain why a token is refused: one cause, the evidence, one remedy',
    bearer: true,
    body,
    responses: { 200: { description: 'the diagnosis', schema: answer } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  diagnose(
    @Context() context: TokenContext,
    @Json(body) { token, audience }: z.output<typeof body>,
  ): Promise<Diagnosis> {
    return diagnose(context, token, { audience });
  }
}
