import { WebhookSender, webhookSlots } from '../../webhook/webhook-sender.js';
import type { MailTransportKind } from '../transport.js';

/** Mail as a signed POST to the operator, who passes it on to any mail API. */
export const webhookTransport: MailTransportKind = {
  slots: webhookSlots,
  open({ mailFrom: from, webhooks: { mailUrl: url, secrets } }, onBreaker) {
    const sender = new WebhookSender({ url, secrets, onBreaker });
    return {
      send: ({ id, kind, to, locale, subject, text, html }) =>
        sender.post({ id, channel: 'email', kind, to, from, locale, subject, text, html }),
      close: () => sender.close(),
    };
  },
};
