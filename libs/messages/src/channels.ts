import type { Channel } from '@rekey/kernel';
import type { BreakerTransition } from './breaker.js';
import { DeliveryFault } from './delivery-fault.js';
import { mailTransports } from './mail/registry.js';
import type { MailSettings } from './mail/transport.js';
import type { Rendered } from './render.js';
import type { SmsSettings } from './sms/provider.js';
import { smsProviders } from './sms/registry.js';

export type ChannelOptions = MailSettings & SmsSettings;

export type Outgoing = Rendered & { id: string; kind: string; to: string; locale: string };

/** A circuit breaker of a mail server or an HTTP API has changed. */
export interface BreakerChange {
  channel: Channel;
  /** Its host and port. */
  server: string;
  to: BreakerTransition;
}

export interface Channels {
  /** The name of what sends on each channel, for spans. */
  senders: { email: string; sms: string };
  /** Messages that each channel can have under way at once. */
  slots: Record<Channel, number>;
  /** @throws {DeliveryFault} */
  send(message: Outgoing): Promise<{ providerId: string }>;
  close(): Promise<void>;
}

/** Opens what the settings choose for each channel. */
export function createChannels(
  settings: ChannelOptions,
  onBreaker: (change: BreakerChange) => void = () => undefined,
): Channels {
  const { mail, sms } = settings;
  const tellOf = (channel: Channel) => (server: string, to: BreakerTransition) =>
    onBreaker({ channel, server, to });
  const transport = mailTransports[mail].open(settings, tellOf('email'));
  const provider = sms === 'off' ? undefined : smsProviders[sms].open(settings, tellOf('sms'));
  return {
    senders: { email: mail, sms },
    slots: { email: mailTransports[mail].slots, sms: sms === 'off' ? 1 : smsProviders[sms].slots },
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
