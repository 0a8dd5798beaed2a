import { type Clock, processTimer, systemClock, type Timer } from '@rekey/kernel';
import type { TwilioSettings } from '@rekey/settings';
import twilio from 'twilio';
import { z } from 'zod';
import type { BreakerTransition } from '../../breaker.js';
import { attemptMs } from '../../deadline.js';
import { DeliveryFault } from '../../delivery-fault.js';
import { HttpExchange } from '../../http-exchange.js';
import { retryAfterMs } from '../../retry-after.js';
import type { Sms, SmsProvider, SmsProviderKind } from '../provider.js';
import { statusCallback, twilioReceipts } from './receipts.js';

/** SMS under way at once, and connections to Twilio. */
const slots = 24;

export const twilioProvider: SmsProviderKind = {
  slots,
  open: (settings, onBreaker) =>
    settings.twilio &&
    new Twilio({ ...settings.twilio, statusCallback: statusCallback(settings), onBreaker }),
  receipts: twilioReceipts,
};

export interface TwilioOptions extends TwilioSettings {
  /** The URL for delivery receipts; only a public https URL is passed on. */
  statusCallback?: string;
  /** @param server its host and port */
  onBreaker?: (server: string, to: BreakerTransition) => void;
}

type HttpClient = InstanceType<typeof twilio.RequestClient>;

/** Twilio's own client, with a deadline, a circuit breaker, and maybe another origin. */
class TwilioHttp extends twilio.RequestClient {
  private readonly exchange: HttpExchange;

  constructor(
    private readonly origin: string | undefined,
    private readonly timing: Timing,
    onBreaker: TwilioOptions['onBreaker'],
  ) {
    // The deadline of the exchange is shorter: a socket's own timeout starts again at every byte.
    super({ keepAlive: true, timeout: 2 * attemptMs, maxSockets: slots });
    const server = new URL(origin ?? 'https://api.twilio.com').host;
    this.exchange = new HttpExchange({ ...timing, onBreaker: (to) => onBreaker?.(server, to) });
  }

  /** @throws {DeliveryFault} for all but a 2xx: Twilio's own error knows no headers */
  override async request(options: Parameters<HttpClient['request']>[0]): Promise<never> {
    const { pathname, search } = new URL(options.uri);
    const uri = this.origin ? `${this.origin.replace(/\/$/, '')}${pathname}${search}` : options.uri;
    const response = await this.exchange.run((signal) => this.requestUntil(signal, { ...options, uri }));
    const { statusCode, body, headers } = response;
    if (statusCode < 200 || statusCode > 299)
      throw refusalOf(statusCode, body, retryAfterMs(headers?.['retry-after'], this.timing.clock.now()));
    return response as never;
  }

  /** The client takes no signal, but the axios in it does, which makes the request before the call returns. */
  private requestUntil(signal: AbortSignal, options: Parameters<HttpClient['request']>[0]) {
    this.axios.defaults.signal = signal;
    try {
      return super.request<unknown>(options).catch(acceptedWithoutBody);
    } finally {
      delete this.axios.defaults.signal;
    }
  }
}

/** A 2xx has decided. A message whose response was cut off after it is sent, and would be paid for twice. @throws any other fault */
function acceptedWithoutBody(fault: unknown) {
  const { status = 0 }: { status?: number } = Object(Object(fault).response);
  if (status < 200 || status > 299) throw fault;
  return { statusCode: status, body: {}, headers: {} };
}

interface Timing {
  clock: Clock;
  timer: Timer;
}

export class Twilio implements SmsProvider {
  private readonly client: ReturnType<typeof twilio>;

  constructor(
    private readonly options: TwilioOptions,
    { clock = systemClock, timer = processTimer }: Partial<Timing> = {},
  ) {
    const httpClient = new TwilioHttp(options.apiUrl, { clock, timer }, options.onBreaker);
    this.client = twilio(options.accountSid, options.authToken, { httpClient, lazyLoading: true });
  }

  /** @returns Twilio's id for it; its own where the response did not say */
  async send(sms: Pick<Sms, 'id' | 'to' | 'body'>): Promise<{ providerId: string }> {
    const { from, messagingServiceSid, statusCallback } = this.options;
    const message = await this.client.messages.create({
      to: sms.to,
      body: sms.body,
      ...(messagingServiceSid ? { messagingServiceSid } : { from: from ?? '' }),
      ...(statusCallback?.startsWith('https:') ? { statusCallback } : {}),
    });
    return { providerId: message.sid ?? sms.id };
  }

  /** A request has a deadline of its own. */
  async close(): Promise<void> {}
}

const error = z.looseObject({ code: z.union([z.int(), z.string().max(20)]) });

/** 429 and 5xx are temporary, like a lost connection. Another 4xx is about this number or this text, so it is permanent. */
function refusalOf(status: number, body: unknown, retryAfter: number | undefined): DeliveryFault {
  // 401, 403 and 404 are about our account: once it is mended, the message can be sent.
  const permanent = status >= 400 && status < 500 && ![401, 403, 404, 408, 425, 429].includes(status);
  const code = error.safeParse(body).data?.code;
  return new DeliveryFault(permanent, `twilio ${code ?? status}`, retryAfter);
}
