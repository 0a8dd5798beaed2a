import { type Channels, DeliveryFault, renderMessage } from '@rekey/messages';
import type { JobHandlers } from '@rekey/queue';
import {
  type Delivery,
  lifetimes,
  type MessageContext,
  type MessageToSend,
  recordDeliveries,
  type Taken,
  takeMessages,
} from '@rekey/recovery';
import type { Settings } from '@rekey/settings';

export interface Courier {
  context: MessageContext;
  channels: Channels;
  settings: Pick<Settings, 'urls' | 'serviceName'>;
  /** Of a bunch, for a message that did not go out and will be tried again. */
  log(fault: unknown): void;
}

/** The queue's handlers: one attempt to send one code, or a bunch of notices. */
export const messageHandlers = (courier: Courier): JobHandlers => ({
  /** What is temporary is thrown, so that the queue's plan brings the message back; what is for good is written down. */
  async send_message({ messageId }, { nextAttemptIn }) {
    const [taken] = await takeMessages(courier.context, [messageId]);
    if (!taken) return;
    const attempt = await attemptTo(courier, taken);
    if (!('again' in attempt)) return recordDeliveries(courier.context, [{ messageId, delivery: attempt }]);
    const isWorthIt =
      'send' in taken && isWorthAnother(taken.send, courier.context.clock.now(), nextAttemptIn);
    if (isWorthIt) throw attempt.again;
    await recordDeliveries(courier.context, [
      { messageId, delivery: { state: 'dropped', reason: 'too_late' } },
    ]);
  },

  async send_notices({ messageIds }) {
    const taken = await takeMessages(courier.context, messageIds);
    const attempts = await Promise.all(
      taken.map(async (message) => ({
        messageId: message.messageId,
        delivery: await attemptTo(courier, message),
      })),
    );
    const ended = attempts.flatMap(({ messageId, delivery }) =>
      'again' in delivery ? [] : [{ messageId, delivery }],
    );
    await recordDeliveries(courier.context, ended);
    for (const { delivery } of attempts) if ('again' in delivery) courier.log(delivery.again);
  },
});

/** @returns how it ended, or why it may be tried again */
async function attemptTo(
  { channels, settings }: Courier,
  taken: Taken,
): Promise<Delivery | { again: unknown }> {
  if ('drop' in taken) return { state: 'dropped', reason: taken.drop };
  try {
    const { providerId } = await deliver(channels, settings, taken.send);
    return { state: 'sent', providerId };
  } catch (fault) {
    const isForGood = fault instanceof DeliveryFault && fault.permanent;
    return isForGood ? { state: 'failed', reason: fault.providerCode } : { again: fault };
  }
}

/** Another attempt that would only find a dead code is not made. */
function isWorthAnother(message: MessageToSend, now: number, nextAttemptIn: number | undefined): boolean {
  return (
    nextAttemptIn !== undefined && message.expiresAt.getTime() - now - nextAttemptIn >= lifetimes.codeAtLeast
  );
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
    stopUrl: message.stopToken && `${urls.recovery}/stop?token=${message.stopToken}`,
    linkUrl: message.linkToken && `${urls.recovery}/recover/link?token=${message.linkToken}`,
    code: message.code,
    codeMinutes: 10,
    happenedAt: message.happenedAt,
    change: message.change,
    passwordSet: message.passwordSet,
  });
  return channels.send({ id: message.messageId, to: message.to.value, locale: message.locale, ...rendered });
}
