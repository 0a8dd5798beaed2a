import type { SenderSettings } from '@rekey/settings';
import type { BreakerTransition } from '../breaker.js';
import type { RenderedEmail } from '../render.js';

export interface Email extends Omit<RenderedEmail, 'channel'> {
  /** The id of the message's row: a retry has the same one. */
  id: string;
  /** What the message is about, such as `recovery_code`. */
  kind: string;
  to: string;
  locale: string;
}

/** Hands mail over to whatever delivers it. */
export interface MailTransport {
  /** @throws {DeliveryFault} */
  send(email: Email): Promise<{ providerId: string }>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export type MailSettings = SenderSettings & { urls: { recovery: string } };

/** One folder of `mail`. Its name is that of the setting `MAIL`, of spans and of log lines. */
export interface MailTransportKind {
  /** Mails under way at once. More would only wait for a connection. */
  slots: number;
  /** @param onBreaker a circuit breaker of a server changes: its host and port */
  open(settings: MailSettings, onBreaker: (server: string, to: BreakerTransition) => void): MailTransport;
}
