import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { inRequest, Operation, parse, RefusedException } from '@rekey/http';
import { refuse } from '@rekey/kernel';
import {
  authenticateManagement,
  causeNames,
  type Diagnosis,
  diagnose,
  isOAuthRefused,
  longestToken,
  remedies,
  type TokenContext,
} from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CONTEXT } from './injection.js';

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
export class DiagnoseController {
  constructor(@Inject(CONTEXT) private readonly context: TokenContext) {}

  @Post('diagnose')
  @HttpCode(200)
  @Operation({
    summary: 'Explain why a token is refused: one cause, the evidence, one remedy',
    bearer: true,
    body,
    answers: { 200: { description: 'the diagnosis', schema: answer } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async diagnose(
    @Body() given: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Diagnosis> {
    const bearer = /^bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const context = inRequest(this.context, request);
    const caller = await authenticateManagement(context, bearer, 'tokens:read');
    if (isOAuthRefused(caller)) {
      const { error } = caller;
      const why = bearer === undefined ? '' : `, error="${error}"`;
      reply.header('www-authenticate', `Bearer realm="rekey"${why}`);
      throw new RefusedException(refuse(error === 'insufficient_scope' ? 'forbidden' : 'unauthorized'));
    }
    const { token, audience } = parse(body, given);
    return diagnose(context, token, { audience });
  }
}
