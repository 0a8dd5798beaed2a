import { type Channels, DeliveryFault, renderMessage } from '@rekey/messages';
import type { JobHandlers } from '@rekey/queue';
import {
  lifetimes,
  type MessageContext,
  type MessageToSend,
  recordDelivery,
  takeMessage,
} from '@rekey/recovery';
import type { Settings } from '@rekey/settings';

interface Courier {
  context: MessageContext;
  channels: Channels;
  settings: Pick<Settings, 'urls' | 'serviceName'>;
}

/**
 * One attempt to send one message. What is temporary is thrown, so that the queue's plan brings the message back; what is
 * for good is written down.
 */
export const sendMessage =
  ({ context, channels, settings }: Courier): JobHandlers['send_message'] =>
  async ({ messageId }, { nextAttemptIn }) => {
    const taken = await takeMessage(context, messageId);
    if ('nothing' in taken) return;
    if ('drop' in taken) return recordDelivery(context, messageId, { state: 'dropped', reason: taken.drop });
    try {
      const { providerId } = await deliver(channels, settings, taken.send);
      await recordDelivery(context, messageId, { state: 'sent', providerId });
    } catch (fault) {
      if (!(fault instanceof DeliveryFault)) throw fault;
      if (fault.permanent)
        return recordDelivery(context, messageId, { state: 'failed', reason: fault.providerCode });
      if (!isWorthAnother(taken.send, context.clock.now(), nextAttemptIn)) {
        return recordDelivery(context, messageId, { state: 'dropped', reason: 'too_late' });
      }
      throw fault;
    }
  };

/** Another attempt that would only find a dead code is not made. */
function isWorthAnother(message: MessageToSend, now: number, nextAttemptIn: number | undefined): boolean {
  const needs = message.kind === 'recovery_code' ? lifetimes.codeAtLeast : 0;
  return nextAttemptIn !== undefined && message.expiresAt.getTime() - now - nextAttemptIn >= needs;
}

function deliver(
  channels: Channels,
  { urls, serviceName }: Courier['settings'],
  message: MessageToSend,
): Promise<{ providerId: string }> {
  const rendered = renderMessage({
    kind: message.kind,
    channel: message.to.channel,
    locale: message.locale,
    serviceName,
    recoveryUrl: urls.recovery,
    stopUrl: `${urls.recovery}/stop?token=${message.stopToken}`,
    code: message.code,
    codeMinutes: 10,
    settledAt: message.settledAt,
    passwordSet: message.passwordSet,
  });
  return channels.send({ id: message.messageId, to: message.to.value, locale: message.locale, ...rendered });
}
