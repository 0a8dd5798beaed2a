import { WebhookSender, webhookSlots } from '../../webhook/webhook-sender.js';
import type { SmsProviderKind } from '../provider.js';

/** SMS as a signed POST to the operator, who passes them on to any provider. */
export const webhookProvider: SmsProviderKind = {
  slots: webhookSlots,
  open({ webhooks: { smsUrl: url, secrets } }, onBreaker) {
    const sender = new WebhookSender({ url, secrets, onBreaker });
    return {
      send: ({ id, kind, to, locale, body: text }) =>
        sender.post({ id, channel: 'sms', kind, to, locale, text }),
      close: () => sender.close(),
    };
  },
};
