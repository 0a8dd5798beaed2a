import { z } from 'zod';
import type { Run } from '../run.js';
import {
  baseUrl,
  type Given,
  hasCredentials,
  list,
  secret,
  sparse,
  text,
  type Values,
  type Variable,
  withCredentials,
} from '../variable.js';

/** How mail and SMS are sent, and in whose name. */
export const senderVariables = {
  SMTP_URL: {
    meaning:
      'SMTP server for mail. Several, comma-separated, are tried in this order. In production, a password is only sent over TLS (smtps, or STARTTLS)',
    unset: 'the development mailbox',
    allowed: 'smtp:// or smtps:// URLs, comma-separated, user and password percent-encoded',
    secret: true,
    neededBy: ['courier'],
    schema: list(withCredentials('smtp:', 'smtps:')),
  },
  MAIL_FROM: {
    meaning: 'sender address of all mail; bounces go there too',
    default: 'Rekey <no-reply@localhost>',
    allowed: 'an address such as `Rekey <no-reply@example.com>`',
    neededBy: ['courier'],
    schema: z.string().regex(/^[^<>\r\n]*<?[^<>\s@]+@[^<>\s@]+>?$/),
  },
  TWILIO_ACCOUNT_SID: {
    meaning: 'Twilio account that sends SMS',
    unset: 'the development mailbox',
    allowed: 'AC and 32 hexadecimal digits',
    neededBy: ['courier'],
    schema: z.string().regex(/^AC[0-9a-f]{32}$/i),
  },
  TWILIO_AUTH_TOKEN: secret(
    'auth token of the Twilio account',
    'the development mailbox',
    "the account's auth token",
  ),
  TWILIO_FROM: text(
    'number or sender id that SMS come from',
    { unset: 'none' },
    'a number in E.164 or a sender id',
  ),
  TWILIO_MESSAGING_SERVICE_SID: {
    meaning: 'Twilio messaging service, instead of `TWILIO_FROM`',
    allowed: 'MG and 32 hexadecimal digits',
    schema: z.string().regex(/^MG[0-9a-f]{32}$/i),
  },
  TWILIO_API_URL: {
    meaning: 'base URL that replaces https://api.twilio.com',
    unset: "Twilio's own",
    ...baseUrl,
  },
  PRODUCT_NAME: {
    meaning: 'name of your product in mails, SMS and pages',
    default: 'Rekey',
    allowed: '1 to 40 characters on one line',
    schema: z.string().regex(/^[^\r\n<>]{1,40}$/),
  },
} satisfies Record<string, Variable>;

type Variables = typeof senderVariables;

export function senderProblems(given: Given<Variables>, { process, production }: Run): string[] {
  const problems: string[] = [];
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = given;
  const from = given.TWILIO_FROM ?? given.TWILIO_MESSAGING_SERVICE_SID;
  const set = [accountSid, authToken, from].filter(Boolean).length;
  if (set > 0 && set < 3)
    problems.push(
      'TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID: only some are set; allowed: all or none',
    );
  if (process === 'courier' && !production && !given.SMTP_URL)
    problems.push(
      `SMTP_URL: not set; allowed: ${senderVariables.SMTP_URL.allowed} (only "npm start" has a mailbox)`,
    );
  return production ? [...problems, ...plainTextPasswords(given.SMTP_URL)] : problems;
}

export function senderSettings(values: Values<Variables>, { production }: Run) {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = values;
  return {
    /** In failover order; empty: the development mailbox. */
    smtpUrls: (values.SMTP_URL ?? []).map((url) => (production ? encrypted(url) : url)),
    mailFrom: values.MAIL_FROM,
    /** Unset: the development mailbox. */
    twilio:
      accountSid && authToken
        ? sparse({
            accountSid,
            authToken,
            /** Either a number or sender id… */
            from: values.TWILIO_FROM,
            /** …or a messaging service, which picks one. */
            messagingServiceSid: values.TWILIO_MESSAGING_SERVICE_SID,
            /** Another origin for api.twilio.com's paths. */
            apiUrl: values.TWILIO_API_URL,
          })
        : undefined,
    /** The name of the product in mails, SMS and pages. */
    productName: values.PRODUCT_NAME,
  };
}

const mayBePlain = (url: string): boolean => url.startsWith('smtp:') && hasCredentials(url);
const requireTls = 'requireTLS';

/** Servers to which a password may be sent in plain text, because a setting explicitly allows it. */
const plainTextPasswords = (urls: string[] = []): string[] =>
  urls
    .filter((url) => mayBePlain(url) && (new URL(url).searchParams.get(requireTls) ?? 'true') !== 'true')
    .map(
      () =>
        `SMTP_URL: read a password with ${requireTls}=false; allowed with NODE_ENV=production: smtps://, or smtp:// with STARTTLS`,
    );

/** Sends a password only over STARTTLS: an attacker on the path could remove the offer. */
function encrypted(smtpUrl: string): string {
  if (!mayBePlain(smtpUrl)) return smtpUrl;
  const url = new URL(smtpUrl);
  url.searchParams.set(requireTls, 'true');
  return url.href;
}
