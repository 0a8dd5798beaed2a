import { WebhookSender } from '../../webhook/webhook-sender.js';
import type { SmsProviderKind } from '../provider.js';

/** SMS as a signed POST to the operator, who passes them on to any provider. */
export const webhookProvider: SmsProviderKind = {
  open({ webhooks: { smsUrl: url, secrets } }) {
    const sender = new WebhookSender({ url, secrets });
    return {
      send: ({ id, kind, to, locale, body: text }) =>
        sender.post({ id, channel: 'sms', kind, to, locale, text }),
      close: () => sender.close(),
    };
  },
};
