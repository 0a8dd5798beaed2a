import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Context, LedByMessage, Operation, Takes, WithoutCookies } from '@rekey/http';
import { recordReceipt } from '@rekey/outbox';
import { type RecoveryContext } from '@rekey/recovery';
import { z } from 'zod';
import { TwilioSignatureGuard, twilioStatusPath } from './twilio-signature-guard.js';

/** Twilio adds parameters without notice; those that are not read here are let through. */
const receipt = z.looseObject({
  MessageSid: z.string().regex(/^(SM|MM)[0-9a-f]{32}$/i),
  MessageStatus: z.string().max(40),
  ErrorCode: z.string().max(20).optional(),
});

const form = 'application/x-www-form-urlencoded';

@Controller()
@UseGuards(TwilioSignatureGuard)
@WithoutCookies()
export class TwilioStatusController {
  @Post(twilioStatusPath)
  @HttpCode(204)
  @Takes(form)
  @LedByMessage()
  @Operation({
    summary: 'Status callback of Twilio: what became of an SMS',
    body: receipt,
    bodyType: form,
    responses: { 204: { description: 'recorded' } },
    refusals: ['forbidden'],
  })
  async status(@Body() body: unknown, @Context() context: RecoveryContext): Promise<void> {
    const { success, data } = receipt.safeParse(body);
    if (!success) return;
    const { MessageSid: providerId, MessageStatus: status, ErrorCode: reason } = data;
    if (status === 'failed' || status === 'undelivered')
      await recordReceipt(context, { providerId, reason: reason ?? status });
  }
}
