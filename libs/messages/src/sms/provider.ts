import type { SenderSettings } from '@rekey/settings';
import type { z } from 'zod';
import type { BreakerTransition } from '../breaker.js';

export interface Sms {
  /** The id of the message's row: a retry has the same one. */
  id: string;
  /** What the message is about, such as `recovery_code`. */
  kind: string;
  /** In E.164. */
  to: string;
  body: string;
  locale: string;
}

/** Sends SMS, by one company's API. */
export interface SmsProvider {
  /** @throws {DeliveryFault} */
  send(sms: Sms): Promise<{ providerId: string }>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export type SmsSettings = SenderSettings & { urls: { recovery: string } };

/** One folder of `sms`. Its name is that of the setting `SMS`, of spans and of log lines. */
export interface SmsProviderKind {
  /** SMS under way at once. */
  slots: number;
  /**
   * @param onBreaker a circuit breaker of a server changes: its host and port
   * @returns undefined without its settings: nothing can be sent
   */
  open(
    settings: SmsSettings,
    onBreaker: (server: string, to: BreakerTransition) => void,
  ): SmsProvider | undefined;
  receipts?: SmsReceipts;
}

/** A request with a receipt, as it came. */
export interface ReceiptRequest {
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

/** An SMS that the provider accepted, and could not deliver. `reason` is the provider's code. */
export interface Undelivered {
  providerId: string;
  reason: string;
}

/** How a provider reports what became of an SMS. */
export interface SmsReceipts {
  /** Below `RECOVERY_URL`. */
  path: string;
  /** The name of the provider, for the API's description. */
  provider: string;
  mediaType: string;
  schema: z.ZodType;
  isSigned(request: ReceiptRequest, settings: SmsSettings): boolean;
  /** @returns undefined for what needs no action, such as a delivery */
  parse(body: unknown): Undelivered | undefined;
}
