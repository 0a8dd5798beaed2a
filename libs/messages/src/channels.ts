import { DeliveryFault } from './delivery-fault.js';
import { mailTransports } from './mail/registry.js';
import type { MailSettings } from './mail/transport.js';
import type { Rendered } from './render.js';
import type { SmsSettings } from './sms/provider.js';
import { smsProviders } from './sms/registry.js';

export type ChannelOptions = MailSettings & SmsSettings;

export type Outgoing = Rendered & { id: string; kind: string; to: string; locale: string };

export interface Channels {
  /** The name of what sends on each channel, for spans. */
  senders: { email: string; sms: string };
  /** @throws {DeliveryFault} */
  send(message: Outgoing): Promise<{ providerId: string }>;
  close(): Promise<void>;
}

/** Opens what the settings choose for each channel. */
export function createChannels(settings: ChannelOptions): Channels {
  const { mail, sms } = settings;
  const transport = mailTransports[mail].open(settings);
  const provider = sms === 'off' ? undefined : smsProviders[sms].open(settings);
  return {
    senders: { email: mail, sms },
    async send(message) {
      if (message.channel === 'email') return transport.send(message);
      if (!provider) throw new DeliveryFault(true, 'no SMS provider is set');
      return provider.send(message);
    },
    async close() {
      await Promise.all([transport.close(), provider?.close()]);
    },
  };
}
