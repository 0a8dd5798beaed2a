import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { deny, requestOf } from '@rekey/http';
import twilio from 'twilio';

export const TWILIO = Symbol('Twilio');
export const twilioStatusPath = '/webhooks/twilio/status';

/** Lets in what Twilio has signed for this address. */
@Injectable()
export class TwilioSignatureGuard implements CanActivate {
  constructor(@Inject(TWILIO) private readonly account: { authToken?: string; baseUrl: string }) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers, body } = requestOf(context);
    const { authToken, baseUrl } = this.account;
    const signature = headers['x-twilio-signature']?.toString() ?? '';
    const url = `${baseUrl}${twilioStatusPath}`;
    const parameters = Object(body) as Record<string, unknown>;
    if (!authToken) return deny('forbidden');
    return twilio.validateRequest(authToken, signature, url, parameters) || deny('forbidden');
  }
}
