import { z } from 'zod';
import type { Run } from '../run.js';
import {
  baseUrl,
  choice,
  type Given,
  hasCredentials,
  list,
  notSetInProduction,
  publicUrl,
  secret,
  sparse,
  text,
  type Values,
  type Variable,
  withCredentials,
} from '../variable.js';

/** Long enough for HMAC-SHA256, and what Standard Webhooks allows. */
const isWebhookSecret = (secret: string): boolean => {
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length;
  return /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret) && bytes >= 24 && bytes <= 64;
};

const webhookUrl = (what: string) => ({
  meaning: `URL that gets ${what} as a signed POST (see "Senders")`,
  allowed: 'an https:// URL without user or fragment; http:// for this machine, and in development',
  // Its path and query may be all that protects the receiver.
  secret: true,
  schema: publicUrl('http:', 'https:').refine((url) => !url.includes('#')),
});

const mailbox = 'the development mailbox';

/** How mail and SMS are sent, and in whose name. */
export const senderVariables = {
  MAIL: choice(
    'how mail is sent: by `smtp` or to a `webhook` of yours (see "Senders")',
    ['smtp', 'webhook'],
    { default: 'smtp' },
  ),
  SMTP_URL: {
    meaning:
      'SMTP server for mail. Several, comma-separated, are tried in this order. In production, a password is only sent over TLS (smtps, or STARTTLS)',
    unset: mailbox,
    allowed: 'smtp:// or smtps:// URLs, comma-separated, user and password percent-encoded',
    secret: true,
    schema: list(withCredentials('smtp:', 'smtps:')),
  },
  MAIL_FROM: {
    meaning: 'sender address of all mail; bounces go there too',
    default: 'Rekey <no-reply@localhost>',
    allowed: 'an address such as `Rekey <no-reply@example.com>`',
    neededBy: ['courier'],
    schema: z.string().regex(/^[^<>\r\n]*<?[^<>\s@]+@[^<>\s@]+>?$/),
  },
  MAIL_WEBHOOK_URL: webhookUrl('each mail'),
  SMS: {
    meaning:
      'how SMS are sent: by `twilio`, to a `webhook` of yours, or not at all: `off` (see "Senders"). `on` is `twilio`',
    default: 'twilio',
    unset: '`on`',
    allowed: 'on, off, twilio or webhook',
    schema: z.enum(['on', 'off', 'twilio', 'webhook']).transform((sms) => (sms === 'on' ? 'twilio' : sms)),
  },
  TWILIO_ACCOUNT_SID: {
    meaning: 'Twilio account that sends SMS',
    unset: mailbox,
    allowed: 'AC and 32 hexadecimal digits',
    schema: z.string().regex(/^AC[0-9a-f]{32}$/i),
  },
  TWILIO_AUTH_TOKEN: secret('auth token of the Twilio account', mailbox, "the account's auth token"),
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
  SMS_WEBHOOK_URL: webhookUrl('each SMS'),
  WEBHOOK_SECRET: {
    meaning:
      'key that signs what goes to `MAIL_WEBHOOK_URL` and `SMS_WEBHOOK_URL`. Several, comma-separated, all sign, so that a key can be replaced',
    default: [],
    allowed: 'whsec_ and 24 to 64 random bytes in base64, comma-separated',
    secret: true,
    schema: list(z.string().refine(isWebhookSecret)),
  },
  PRODUCT_NAME: {
    meaning: 'name of your product in mails, SMS and pages',
    default: 'Rekey',
    allowed: '1 to 40 characters on one line',
    schema: z.string().regex(/^[^\r\n<>]{1,40}$/),
  },
} satisfies Record<string, Variable>;

type Variables = typeof senderVariables;
type Name = keyof Variables;

const mailOf = ({ MAIL }: Given<Variables>) => MAIL ?? senderVariables.MAIL.default;
const smsOf = ({ SMS }: Given<Variables>) => SMS ?? senderVariables.SMS.default;

export function senderProblems(given: Given<Variables>, { process, production }: Run): string[] {
  const problems = callersOfTwilio.includes(process) ? incompleteTwilio(given) : [];
  const allowed = (name: Name) => senderVariables[name].allowed;
  const [mail, sms] = [mailOf(given), smsOf(given)];
  if (process === 'courier' && !production && mail === 'smtp' && !given.SMTP_URL)
    problems.push(`SMTP_URL: not set; allowed: ${allowed('SMTP_URL')} (only "npm start" has a mailbox)`);
  if (process !== 'courier' && process !== 'standalone')
    return production ? [...problems, ...plainTextPasswords(given.SMTP_URL)] : problems;
  const needed: [Name, string | undefined][] = [
    ['MAIL_WEBHOOK_URL', mail === 'webhook' ? 'MAIL=webhook' : undefined],
    ['SMS_WEBHOOK_URL', sms === 'webhook' ? 'SMS=webhook' : undefined],
    ['WEBHOOK_SECRET', mail === 'webhook' ? 'MAIL=webhook' : sms === 'webhook' ? 'SMS=webhook' : undefined],
  ];
  for (const [name, by] of needed)
    if (by && given[name] === undefined)
      problems.push(`${name}: no valid value, but ${by} needs one; allowed: ${allowed(name)}`);
  if (!production) return problems;
  // What a production does not take from the development mailbox.
  if (mail === 'smtp' && !given.SMTP_URL) problems.push(notSetInProduction('SMTP_URL'));
  if (sms === 'twilio' && !given.TWILIO_ACCOUNT_SID) problems.push(notSetInProduction('TWILIO_ACCOUNT_SID'));
  return [...problems, ...webhooksWithoutTls(given), ...plainTextPasswords(given.SMTP_URL)];
}

export function senderSettings(values: Values<Variables>, { production }: Run) {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = values;
  return sparse({
    mail: values.MAIL,
    sms: values.SMS,
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
    webhooks: sparse({
      mailUrl: values.MAIL_WEBHOOK_URL,
      smsUrl: values.SMS_WEBHOOK_URL,
      /** In the form of Standard Webhooks, newest first. Each of them signs. */
      secrets: values.WEBHOOK_SECRET,
    }),
    /** The name of the product in mails, SMS and pages. */
    productName: values.PRODUCT_NAME,
  });
}

/** The recovery process verifies receipts. */
const callersOfTwilio = ['recovery', 'courier', 'standalone'];

function incompleteTwilio(given: Given<Variables>): string[] {
  const from = given.TWILIO_FROM ?? given.TWILIO_MESSAGING_SERVICE_SID;
  const set = [given.TWILIO_ACCOUNT_SID, given.TWILIO_AUTH_TOKEN, from].filter(Boolean).length;
  return set === 0 || set === 3
    ? []
    : [
        'TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID: only some are set; allowed: all or none',
      ];
}

/** What is sent there holds codes: in plain text only to this machine. */
const webhooksWithoutTls = (given: Given<Variables>): string[] =>
  (['MAIL_WEBHOOK_URL', 'SMS_WEBHOOK_URL'] as const)
    .filter((name) => isPlainAndElsewhere(given[name]))
    .map((name) => `${name}: read an http:// URL; allowed with NODE_ENV=production: an https:// URL`);

const isPlainAndElsewhere = (url: string | undefined): boolean =>
  url?.startsWith('http:') === true && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);

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
