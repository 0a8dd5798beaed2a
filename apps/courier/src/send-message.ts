import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { withTrace } from '@rekey/database';
import { type Log, logFields } from '@rekey/http';
import {
  refundSms,
  reserveSms,
  type SmsCircuitBreakerOpened,
  type SmsPolicy,
  type SmsRefusal,
} from '@rekey/limits';
import { type Channels, DeliveryFault, type Rendered, renderMessage } from '@rekey/messages';
import {
  type ClaimedMessage,
  claimMessages,
  type Delivery,
  type MessageContext,
  type MessageToSend,
  messageLifetimes,
  postponeMessage,
  recordDeliveries,
} from '@rekey/outbox';
import { codeShape } from '@rekey/proofs';
import { type JobHandlers, JobReturned } from '@rekey/queue';
import type { Settings } from '@rekey/settings';
import { inSpan, type Telemetry, type TraceContext } from '@rekey/telemetry';
import { type ReadAgain, report } from './report.js';
import type { Slots } from './slots.js';

export interface Courier {
  context: MessageContext;
  channels: Channels;
  slots: Slots;
  settings: Pick<Settings, 'urls' | 'productName' | 'issuerIsExternal'>;
  /** What SMS may cost and where they may go. */
  smsPolicy: SmsPolicy;
  smsBreakerOpened(opened: SmsCircuitBreakerOpened, trace: TraceContext | undefined): void;
  telemetry: Telemetry;
  log: Log;
}

/**
 * What is done for a message that has somebody to go to must not fall into the time of the very next request: at an idle service
 * that one's time would tell.
 */
const mostPauseMs = 50;

/** The queue's handlers: one attempt to send a code, or notifications. */
export const messageHandlers = (courier: Courier): JobHandlers => ({
  /** What is temporary is thrown, so that the queue's plan brings the message back; what is for good is written down. */
  async send_message({ messageId }, { nextAttemptIn }) {
    await pause(randomInt(mostPauseMs));
    const [taken] = await claimMessages(courier.context, { code: messageId });
    if (!taken) return;
    await continueAt(courier, taken, 'send a code', async (here) => {
      const attempt = await attemptTo(here, taken);
      const nextIn = nextAttemptIn && Math.max(nextAttemptIn, askedWait(attempt));
      const isOver = 'again' in attempt && !isWorthAnother(courier, taken, nextIn);
      const ended: Delivery | ReadAgain = isOver ? { state: 'dropped', reason: 'too_late' } : attempt;
      await record(here, taken, ended);
      if ('again' in ended) throw ended.again;
    });
  },

  /** The outcome of each is recorded as it ends: a slow one must not let the others be sent again. */
  async send_notices({ messageIds }) {
    const taken = await claimMessages(courier.context, { notifications: messageIds });
    const ends = await Promise.allSettled(
      taken.map((message) =>
        continueAt(courier, message, 'send a notice', async (here) =>
          record(here, message, await attemptTo(here, message)),
        ),
      ),
    );
    // The sweep finds what was not sent, also of a job of an earlier release, which has many messages.
    const fault = ends.find((end) => end.status === 'rejected')?.reason;
    if (fault && !(fault instanceof JobReturned && messageIds.length > 1)) throw fault;
  },
});

async function record(here: Courier, taken: ClaimedMessage, ended: Delivery | ReadAgain): Promise<void> {
  const { messageId } = taken;
  report(here, taken, ended);
  if (!('again' in ended)) return recordDeliveries(here.context, [{ messageId, delivery: ended }]);
  // The sweep, too, must not send it sooner.
  const waitMs = askedWait(ended);
  if (waitMs > 0) await postponeMessage(here.context, messageId, waitMs);
}

/** Milliseconds that the provider asks us to wait (`Retry-After`). */
const askedWait = (attempt: Delivery | ReadAgain): number =>
  'again' in attempt && attempt.again instanceof DeliveryFault ? (attempt.again.retryAfterMs ?? 0) : 0;

/** What is done of this message was caused by whatever caused the message. */
const continueAt = <Result>(
  courier: Courier,
  { cause }: ClaimedMessage,
  name: string,
  work: (courier: Courier) => Promise<Result>,
): Promise<Result> =>
  courier.telemetry.continueTrace(cause, name, (trace) =>
    work({ ...courier, context: withTrace(courier.context, trace) }),
  );

/** @returns how it ended, or why it may be tried again @throws {JobReturned} without a slot */
const attemptTo = async (courier: Courier, taken: ClaimedMessage): Promise<Delivery | ReadAgain> =>
  'drop' in taken
    ? { state: 'dropped', reason: taken.drop }
    : courier.slots.run(taken.send.to.channel, () => send(courier, taken.send));

async function send(courier: Courier, message: MessageToSend): Promise<Delivery | ReadAgain> {
  const { messageId: id, kind, locale, to } = message;
  try {
    const rendered = render(courier.settings, message);
    const refused = await payFor(courier, message, rendered);
    if (refused) return { state: 'dropped', reason: refused };
    const outgoing = { id, kind, to: to.value, locale, ...rendered };
    const provider = courier.channels.senders[to.channel];
    const { providerId } = await inSpan(
      courier.context.database.trace,
      `send by ${provider}`,
      'client',
      { 'messaging.system': provider },
      () => courier.channels.send(outgoing),
    );
    return { state: 'sent', providerId };
  } catch (fault) {
    if (!(fault instanceof DeliveryFault && fault.permanent)) return { again: fault };
    // Only now is it certain that nobody will bill it. If this fails too, the money counts as spent.
    if (to.channel === 'sms')
      await refund(courier, id).catch((lost: unknown) =>
        courier.log.warn(
          { err: lost, ...logFields(courier.context.database.trace) },
          'SMS money was not given back',
        ),
      );
    return { state: 'failed', reason: fault.providerCode };
  }
}

/** Before anything leaves. @returns why it may not be sent, if so @throws when the store is away: then nothing is sent */
async function payFor(
  { context, smsPolicy, smsBreakerOpened }: Courier,
  { messageId, kind, to, clientId }: MessageToSend,
  rendered: Rendered,
): Promise<SmsRefusal | undefined> {
  if (rendered.channel !== 'sms') return undefined;
  const isCode = kind === 'recovery_code';
  const { refused, opened } = await reserveSms(context.database, context.clock.now(), smsPolicy, {
    messageId,
    to: to.value,
    number: context.keyring.mac('sms-number', to.value),
    body: rendered.body,
    isCode,
    clientId,
  });
  for (const one of opened) smsBreakerOpened(one, context.database.trace);
  return refused;
}

const refund = ({ context: { database, clock } }: Courier, messageId: string): Promise<void> =>
  refundSms(database, clock.now(), messageId);

/** Another attempt that would only find a dead code is not made. */
const isWorthAnother = (
  { context }: Courier,
  taken: ClaimedMessage,
  nextAttemptIn: number | undefined,
): boolean =>
  'send' in taken &&
  nextAttemptIn !== undefined &&
  taken.send.expiresAt.getTime() - context.clock.now() - nextAttemptIn >= messageLifetimes.codeAtLeast;

function render(
  { urls, productName, issuerIsExternal }: Courier['settings'],
  message: MessageToSend,
): Rendered {
  return renderMessage({
    kind: message.kind,
    channel: message.to.channel,
    locale: message.locale,
    productName,
    issuerIsExternal,
    recoveryUrl: urls.recovery,
    stopUrl: message.stopToken && `${urls.recovery}/stop?token=${message.stopToken}`,
    undoUrl: message.undoToken && `${urls.recovery}/stop?token=${message.undoToken}`,
    linkUrl: message.linkToken && `${urls.recovery}/recover/link?token=${message.linkToken}`,
    code: message.code,
    codeMinutes: codeShape.lifetimeMs / 60_000,
    happenedAt: message.happenedAt,
    changes: message.changes,
    password: message.password,
    suspended: message.suspended,
    heldUntil: message.heldUntil,
  });
}
