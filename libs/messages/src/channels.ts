import { DeliveryFault } from './delivery-fault.js';
import { EmailChannel } from './email-channel.js';
import type { Rendered } from './render.js';
import { SmsChannel, type SmsOptions } from './sms-channel.js';

export interface ChannelOptions {
  smtpUrls: string[];
  mailFrom: string;
  twilio?: Omit<SmsOptions, 'statusCallback'> | undefined;
  urls: { recovery: string };
}

export type Outgoing = Rendered & { id: string; to: string; locale: string };

export interface Channels {
  /** @throws {DeliveryFault} */
  send(message: Outgoing): Promise<{ providerId: string }>;
  close(): Promise<void>;
}

/** The path that Twilio sends delivery receipts to. */
const statusPath = '/webhooks/twilio/status';

export function createChannels({ smtpUrls, mailFrom, twilio, urls }: ChannelOptions): Channels {
  const email = new EmailChannel({ smtpUrls, mailFrom, messageIdHost: new URL(urls.recovery).hostname });
  const sms = twilio && new SmsChannel({ ...twilio, statusCallback: `${urls.recovery}${statusPath}` });
  return {
    async send(message) {
      if (message.channel === 'email') return email.send(message);
      if (!sms) throw new DeliveryFault(true, 'no SMS provider is set');
      return sms.send(message);
    },
    close: () => email.close(),
  };
}
