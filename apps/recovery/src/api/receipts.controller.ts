import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  HttpCode,
  Inject,
  mixin,
  Post,
  type Type,
  UseGuards,
} from '@nestjs/common';
import {
  Context,
  deny,
  LedByMessage,
  Operation,
  requestOf,
  SETTINGS,
  Takes,
  WithoutCookies,
} from '@rekey/http';
import { type SmsReceipts, smsReceipts } from '@rekey/messages';
import { recordReceipt } from '@rekey/outbox';
import type { RecoveryContext } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';

/** Lets in what the provider has signed for this address. */
const signatureGuard = (receipts: SmsReceipts): Type<CanActivate> => {
  class SignatureGuard implements CanActivate {
    constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

    canActivate(context: ExecutionContext): boolean {
      return receipts.isSigned(requestOf(context), this.settings) || deny('forbidden');
    }
  }
  return mixin(SignatureGuard);
};

function receiptController(receipts: SmsReceipts): Type {
  @Controller()
  @UseGuards(signatureGuard(receipts))
  @WithoutCookies()
  class ReceiptController {
    @Post(receipts.path)
    @HttpCode(204)
    @Takes(receipts.mediaType)
    @LedByMessage()
    @Operation({
      summary: `Status callback of ${receipts.provider}: what became of an SMS`,
      body: receipts.schema,
      bodyType: receipts.mediaType,
      responses: { 204: { description: 'recorded' } },
      refusals: ['forbidden'],
    })
    async status(@Body() body: unknown, @Context() context: RecoveryContext): Promise<void> {
      const undelivered = receipts.parse(body);
      if (undelivered) await recordReceipt(context, undelivered);
    }
  }
  // Operation ids are made of it.
  Object.defineProperty(ReceiptController, 'name', { value: `${receipts.provider}StatusController` });
  return ReceiptController;
}

/** A route for each provider of SMS that sends receipts. */
export const receiptControllers: Type[] = smsReceipts.map(receiptController);
