import twilio from 'twilio';
import { z } from 'zod';
import type { SmsReceipts, SmsSettings } from '../provider.js';

const path = '/webhooks/twilio/status';

/** Where Twilio sends its receipts. */
export const statusCallback = ({ urls }: Pick<SmsSettings, 'urls'>): string => `${urls.recovery}${path}`;

/** Twilio adds parameters without notice; those that are not read here are let through. */
const receipt = z.looseObject({
  MessageSid: z.string().regex(/^(SM|MM)[0-9a-f]{32}$/i),
  MessageStatus: z.string().max(40),
  ErrorCode: z.string().max(20).optional(),
});

export const twilioReceipts: SmsReceipts = {
  path,
  provider: 'Twilio',
  mediaType: 'application/x-www-form-urlencoded',
  schema: receipt,
  isSigned({ headers, body }, settings) {
    const { authToken } = settings.twilio ?? {};
    const signature = headers['x-twilio-signature']?.toString() ?? '';
    const parameters = Object(body) as Record<string, unknown>;
    return (
      authToken !== undefined &&
      twilio.validateRequest(authToken, signature, statusCallback(settings), parameters)
    );
  },
  parse(body) {
    const { success, data } = receipt.safeParse(body);
    if (!success) return undefined;
    const { MessageSid: providerId, MessageStatus: status, ErrorCode: reason } = data;
    return status === 'failed' || status === 'undelivered'
      ? { providerId, reason: reason ?? status }
      : undefined;
  },
};
