import { type Log, logFields } from '@rekey/http';
import { DeliveryFault } from '@rekey/messages';
import type { ClaimedMessage, Delivery, MessageContext } from '@rekey/outbox';

/** For now; the message may be tried again. */
export interface ReadAgain {
  again: unknown;
}

/** What is said of one attempt: a count, how long the person has waited, and a line in the log. No address, no text. */
export function report(
  { context: { database, clock }, log }: { context: MessageContext; log: Log },
  taken: ClaimedMessage,
  attempt: Delivery | ReadAgain,
): void {
  const { kind, messageId } = taken;
  const sending = 'send' in taken ? taken.send : undefined;
  const channel = sending?.to.channel ?? 'none';
  const { outcome, reason, detail } = readingOf(attempt);
  database.record('messages', { kind, channel, outcome, reason });
  const seconds = sending && (clock.now() - sending.createdAt.getTime()) / 1000;
  if (outcome === 'sent' && seconds !== undefined)
    database.record('message_delivery_seconds', { kind, channel }, seconds);
  const line = { message: messageId, kind, channel, outcome, reason, ...detail };
  log[outcome === 'retried' ? 'warn' : 'info'](
    { ...logFields(database.trace), ...line, client: sending?.clientId, seconds },
    'message handled',
  );
}

/** The provider's own code is for the log: there are more of them than a metric can bear. */
function readingOf(attempt: Delivery | ReadAgain) {
  if ('again' in attempt) {
    const reason = attempt.again instanceof DeliveryFault ? 'provider' : 'fault';
    return { outcome: 'retried', reason, detail: { err: attempt.again } } as const;
  }
  const { state: outcome } = attempt;
  if (outcome === 'failed') return { outcome, reason: 'provider', detail: { code: attempt.reason } } as const;
  return { outcome, reason: outcome === 'dropped' ? attempt.reason : 'none', detail: {} };
}
