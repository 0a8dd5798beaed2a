import type { SenderSettings } from '@rekey/settings';
import type { SmsProviderKind, SmsReceipts } from './provider.js';
import { twilioProvider } from './twilio/twilio.js';
import { webhookProvider } from './webhook/sms-webhook.js';

/** Every provider of SMS, by its name in the settings. */
export const smsProviders: Record<Exclude<SenderSettings['sms'], 'off'>, SmsProviderKind> = {
  twilio: twilioProvider,
  webhook: webhookProvider,
};

/** The receipts of every provider, whether it is in use or not: its route then refuses them. */
export const smsReceipts: SmsReceipts[] = Object.values(smsProviders).flatMap(
  ({ receipts }) => receipts ?? [],
);
