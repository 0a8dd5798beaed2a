import { z } from 'zod';
import { baseUrl, list, publicUrl, text, type Variable, withCredentials } from './variable.js';

/** Everything that the settings know of the ways to send mail and SMS. */
export interface SenderSettings {
  mail: 'smtp' | 'webhook';
  sms: 'twilio' | 'webhook' | 'off';
  /** In failover order; empty: the development mailbox. */
  smtpUrls: string[];
  mailFrom: string;
  /** Unset: the development mailbox. */
  twilio?: TwilioSettings | undefined;
  webhooks: WebhookSettings;
}

export interface TwilioSettings {
  accountSid: string;
  authToken: string;
  /** Either a number or sender id… */
  from?: string | undefined;
  /** …or a messaging service, which picks one. */
  messagingServiceSid?: string | undefined;
  /** Another origin for api.twilio.com's paths. */
  apiUrl?: string | undefined;
}

export interface WebhookSettings {
  smsUrl?: string | undefined;
  mailUrl?: string | undefined;
  /** In the form of Standard Webhooks, newest first. Each of them signs. */
  secrets: string[];
}

/** Long enough for HMAC-SHA256, and what Standard Webhooks allows. */
const isWebhookSecret = (secret: string): boolean => {
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length;
  return /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) && bytes >= 24 && bytes <= 64;
};

const webhookUrl = (what: string): Variable<string> => ({
  meaning: `URL that gets ${what} as a signed POST (see "Senders")`,
  default: 'none',
  allowed: 'an https:// URL without user or fragment; http:// for this machine, and in development',
  // Its path and query may be all that protects the receiver.
  secret: true,
  schema: publicUrl('http:', 'https:').refine((url) => !url.includes('#')),
});

export const mailVariables = {
  MAIL: {
    meaning: 'how mail is sent: by `smtp` or to a `webhook` of yours (see "Senders")',
    default: '`smtp`',
    allowed: 'smtp or webhook',
    schema: z.enum(['smtp', 'webhook']),
  },
  SMTP_URL: {
    meaning:
      'SMTP server for mail. Several, comma-separated, are tried in this order. In production, a password is only sent over TLS (smtps, or STARTTLS)',
    default: 'the development mailbox',
    allowed: 'smtp:// or smtps:// URLs, comma-separated, user and password percent-encoded',
    secret: true,
    schema: list(withCredentials('smtp:', 'smtps:')),
  },
  MAIL_FROM: {
    meaning: 'sender address of all mail; bounces go there too',
    default: '`Rekey <no-reply@localhost>`',
    allowed: 'an address such as `Rekey <no-reply@example.com>`',
    schema: z.string().regex(/^[^<>\r\n]*<?[^<>\s@]+@[^<>\s@]+>?$/),
  },
  MAIL_WEBHOOK_URL: webhookUrl('each mail'),
} satisfies Record<string, Variable>;

export const smsVariables = {
  SMS: {
    meaning:
      'how SMS are sent: by `twilio`, to a `webhook` of yours, or not at all: `off` (see "Senders"). `on` is `twilio`',
    default: '`on`',
    allowed: 'on, off, twilio or webhook',
    schema: z
      .enum(['on', 'off', 'twilio', 'webhook'])
      .transform((choice) => (choice === 'on' ? 'twilio' : choice)),
  },
  TWILIO_ACCOUNT_SID: {
    meaning: 'Twilio account that sends SMS',
    default: 'the development mailbox',
    allowed: 'AC and 32 hexadecimal digits',
    schema: z.string().regex(/^AC[0-9a-f]{32}$/i),
  },
  TWILIO_AUTH_TOKEN: text(
    'auth token of the Twilio account',
    'the development mailbox',
    "the account's auth token",
    true,
  ),
  TWILIO_FROM: text('number or sender id that SMS come from', 'none', 'a number in E.164 or a sender id'),
  TWILIO_MESSAGING_SERVICE_SID: {
    meaning: 'Twilio messaging service, instead of `TWILIO_FROM`',
    default: 'none',
    allowed: 'MG and 32 hexadecimal digits',
    schema: z.string().regex(/^MG[0-9a-f]{32}$/i),
  },
  TWILIO_API_URL: {
    meaning: 'base URL that replaces https://api.twilio.com',
    default: "Twilio's own",
    allowed: 'an http:// or https:// URL without user, query or fragment',
    schema: baseUrl,
  },
  SMS_WEBHOOK_URL: webhookUrl('each SMS'),
  WEBHOOK_SECRET: {
    meaning:
      'key that signs what goes to `MAIL_WEBHOOK_URL` and `SMS_WEBHOOK_URL`. Several, comma-separated, all sign, so that a key can be replaced',
    default: 'none',
    allowed: 'whsec_ and 24 to 64 random bytes in base64, comma-separated',
    secret: true,
    schema: list(z.string().refine(isWebhookSecret)),
  },
} satisfies Record<string, Variable>;

type SenderVariables = typeof mailVariables & typeof smsVariables;
type SenderVariableName = keyof SenderVariables;
type Values = { [Name in SenderVariableName]?: z.output<SenderVariables[Name]['schema']> };

/** What a production does not take from the development mailbox. */
export const sendersNeed = ({ MAIL = 'smtp', SMS = 'twilio' }: Values): SenderVariableName[] => [
  'MAIL_FROM',
  ...(MAIL === 'smtp' ? ['SMTP_URL' as const] : []),
  ...(SMS === 'twilio' ? ['TWILIO_ACCOUNT_SID' as const] : []),
];

/**
 * Returns the ways to send. Adds what is missing or contradicts itself to the problems.
 *
 * @param process.sends it is the process that sends
 */
export function readSenders(
  values: Values,
  process: { sends: boolean; production: boolean },
  problems: string[],
): Omit<SenderSettings, 'smtpUrls' | 'mailFrom'> {
  const { MAIL: mail = 'smtp', SMS: sms = 'twilio', WEBHOOK_SECRET: secrets = [] } = values;
  const { MAIL_WEBHOOK_URL: mailUrl, SMS_WEBHOOK_URL: smsUrl } = values;
  if (process.sends) {
    if (mail === 'webhook') problems.push(...missing('MAIL', ['MAIL_WEBHOOK_URL', 'WEBHOOK_SECRET'], values));
    if (sms === 'webhook') problems.push(...missing('SMS', ['SMS_WEBHOOK_URL', 'WEBHOOK_SECRET'], values));
    if (process.production) problems.push(...withoutTls(values));
  }
  return { mail, sms, twilio: readTwilio(values, problems), webhooks: { mailUrl, smsUrl, secrets } };
}

const missing = (by: 'MAIL' | 'SMS', names: SenderVariableName[], values: Values): string[] =>
  names
    .filter((name) => values[name] === undefined)
    .map((name) => `${name}: no valid value, but ${by}=webhook needs one; allowed: ${allowedFor(name)}`);

const allowedFor = (name: SenderVariableName): string =>
  ({ ...mailVariables, ...smsVariables })[name].allowed;

/** What is sent there holds codes: in plain text only to this machine. */
const withoutTls = (values: Values): string[] =>
  (['MAIL_WEBHOOK_URL', 'SMS_WEBHOOK_URL'] as const)
    .filter((name) => isPlainAndElsewhere(values[name]))
    .map((name) => `${name}: read an http:// URL; allowed with NODE_ENV=production: an https:// URL`);

const isPlainAndElsewhere = (url: string | undefined): boolean =>
  url?.startsWith('http:') === true && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);

function readTwilio(values: Values, problems: string[]): TwilioSettings | undefined {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from } = values;
  const messagingServiceSid = values.TWILIO_MESSAGING_SERVICE_SID;
  if (!accountSid && !authToken && !from && !messagingServiceSid) return undefined;
  if (!accountSid || !authToken || (!from && !messagingServiceSid)) {
    problems.push(
      'TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID: only some are set; allowed: all or none',
    );
    return undefined;
  }
  return { accountSid, authToken, from, messagingServiceSid, apiUrl: values.TWILIO_API_URL };
}
