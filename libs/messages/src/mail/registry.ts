import type { SenderSettings } from '@rekey/settings';
import { smtpTransport } from './smtp/smtp.js';
import type { MailTransportKind } from './transport.js';
import { webhookTransport } from './webhook/mail-webhook.js';

/** Every transport of mail, by its name in the settings. */
export const mailTransports: Record<SenderSettings['mail'], MailTransportKind> = {
  smtp: smtpTransport,
  webhook: webhookTransport,
};
