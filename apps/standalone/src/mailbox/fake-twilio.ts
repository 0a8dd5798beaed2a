import { randomBytes, randomUUID } from 'node:crypto';
import { isSameText } from '@rekey/kernel';
import type { FastifyInstance } from 'fastify';
import type { MessageStore } from './message-store.js';

/** Credentials in Twilio's format, made at each start and passed to the courier in the same process. */
export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  from: string;
}

export const newTwilioAccount = (): TwilioAccount => ({
  accountSid: `AC${randomBytes(16).toString('hex')}`,
  authToken: randomBytes(16).toString('hex'),
  from: '+15005550006',
});

const error = (status: number, code: number, message: string) => ({
  code,
  message,
  more_info: `https://www.twilio.com/docs/errors/${code}`,
  status,
});

/** Characters in a message, of any alphabet. */
const longest = 1_600;

/** SMS that a text becomes: of septets where GSM's default alphabet has all of it, else of UCS-2 (3GPP TS 23.038). */
function segmentsOf(text: string): number {
  const isGsm = /^[\n\r A-Za-z0-9@$_!"#%&'()*+,\-./:;<=>?£¥èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà¡¿§¤ΔΦΓΛΩΠΨΣΘΞ]*$/.test(
    text,
  );
  const [alone, joined] = isGsm ? [160, 153] : [70, 67];
  return text.length <= alone ? 1 : Math.ceil(text.length / joined);
}

/** The one resource of Twilio's API that sends: `POST /2010-04-01/Accounts/{Sid}/Messages.json`. */
export function twilioRoutes(fastify: FastifyInstance, store: MessageStore, account: TwilioAccount): void {
  fastify.post<{ Params: { sid: string }; Body: Record<string, string> }>(
    '/2010-04-01/Accounts/:sid/Messages.json',
    async (request, reply) => {
      if (request.params.sid !== account.accountSid || !isBasic(request.headers.authorization, account)) {
        return reply.status(401).send(error(401, 20003, 'Authenticate'));
      }
      const { To: to = '', Body: body = '', From: from, MessagingServiceSid: service } = request.body ?? {};
      if (!/^\+[1-9]\d{6,14}$/.test(to)) {
        return reply.status(400).send(error(400, 21211, "The 'To' number is not a valid phone number."));
      }
      if (!from && !service)
        return reply.status(400).send(error(400, 21603, "A 'From' phone number is required."));
      if (body === '') return reply.status(400).send(error(400, 21602, 'Message body is required.'));
      if (body.length > longest) {
        return reply.status(400).send(error(400, 21617, 'The concatenated message body is too long.'));
      }
      const sender = from ?? service ?? '';
      const now = new Date();
      store.add({
        id: randomUUID(),
        channel: 'sms',
        to,
        from: sender,
        text: body,
        received_at: now.toISOString(),
        recipients: [to],
      });
      return reply.status(201).send({
        sid: `SM${randomBytes(16).toString('hex')}`,
        account_sid: account.accountSid,
        api_version: '2010-04-01',
        to,
        from: from ?? null,
        messaging_service_sid: service ?? null,
        body,
        status: 'queued',
        direction: 'outbound-api',
        num_segments: String(segmentsOf(body)),
        num_media: '0',
        error_code: null,
        error_message: null,
        price: null,
        price_unit: 'USD',
        date_created: now.toUTCString(),
        date_updated: now.toUTCString(),
        date_sent: null,
        uri: `/2010-04-01/Accounts/${account.accountSid}/Messages.json`,
        subresource_uris: {},
      });
    },
  );
}

function isBasic(authorization: string | undefined, { accountSid, authToken }: TwilioAccount): boolean {
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  return isSameText(authorization ?? '', expected);
}
