import { Body, Controller, Headers, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { inRequest, Operation, unwrap } from '@rekey/http';
import { refuse } from '@rekey/kernel';
import { type RecoveryContext, recordReceipt } from '@rekey/recovery';
import type { FastifyRequest } from 'fastify';
import twilio from 'twilio';
import { z } from 'zod';
import { CONTEXT } from '../parts.js';

export const TWILIO = Symbol('Twilio');
export const twilioStatusPath = '/webhooks/twilio/status';

/** Twilio adds parameters without notice; those that are not read here are let through. */
const receipt = z.looseObject({
  MessageSid: z.string().regex(/^(SM|MM)[0-9a-f]{32}$/i),
  MessageStatus: z.string().max(40),
  ErrorCode: z.string().max(20).optional(),
});

@Controller()
export class TwilioStatusController {
  constructor(
    @Inject(CONTEXT) private readonly context: RecoveryContext,
    @Inject(TWILIO) private readonly account: { authToken?: string; baseUrl: string },
  ) {}

  @Post(twilioStatusPath)
  @HttpCode(204)
  @Operation({
    summary: 'Status callback of Twilio: what became of an SMS',
    body: receipt,
    bodyType: 'application/x-www-form-urlencoded',
    answers: { 204: { description: 'recorded' } },
    refusals: ['forbidden'],
  })
  async status(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Headers('x-twilio-signature') signature = '',
  ): Promise<void> {
    const parameters = Object(body) as Record<string, unknown>;
    const url = `${this.account.baseUrl}${twilioStatusPath}`;
    const { authToken } = this.account;
    if (!authToken || !twilio.validateRequest(authToken, signature, url, parameters))
      unwrap(refuse('forbidden'));
    const parsed = receipt.safeParse(parameters);
    if (!parsed.success) return;
    const { MessageSid: providerId, MessageStatus: status, ErrorCode: reason } = parsed.data;
    if (status === 'failed' || status === 'undelivered') {
      await recordReceipt(inRequest(this.context, request), { providerId, reason: reason ?? status });
    }
  }
}
