import { type Channel, type Clock, processTimer, systemClock, type Timer } from '@rekey/kernel';
import { Agent } from 'undici';
import { z } from 'zod';
import type { BreakerTransition } from '../breaker.js';
import { attemptMs } from '../deadline.js';
import { DeliveryFault } from '../delivery-fault.js';
import { HttpExchange } from '../http-exchange.js';
import { retryAfterMs } from '../retry-after.js';
import { signedHeaders } from './signature.js';

/** Requests to one receiver at once. */
export const webhookSlots = 24;

/** Bytes. A longer response is not read. */
const maxResponseSize = 64 * 1024;

/** Of a receiver that has an id of its own for the message. */
const accepted = z.looseObject({ id: z.string().regex(/^[\x21-\x7e]{1,200}$/) });

/** The body of a POST, as JSON. */
export interface WebhookMessage {
  id: string;
  channel: Channel;
  /** What it is about, such as `recovery_code`. */
  kind: string;
  to: string;
  locale: string;
  text: string;
  /** For mail. */
  from?: string;
  subject?: string;
  html?: string;
}

/** Posts messages to one URL of the operator, signed as Standard Webhooks asks. Redirects are not followed. */
export class WebhookSender {
  private readonly agent = new Agent({
    connections: webhookSlots,
    // The deadline of the exchange is shorter.
    connect: { timeout: 2 * attemptMs },
    headersTimeout: 2 * attemptMs,
    bodyTimeout: 2 * attemptMs,
    maxResponseSize,
  });
  private readonly exchange: HttpExchange;
  private readonly clock: Clock;

  constructor(
    private readonly options: {
      url: string | undefined;
      secrets: string[];
      onBreaker?: ((server: string, to: BreakerTransition) => void) | undefined;
    },
    { clock = systemClock, timer = processTimer }: { clock?: Clock; timer?: Timer } = {},
  ) {
    this.clock = clock;
    const onBreaker = (to: BreakerTransition) => options.onBreaker?.(new URL(options.url ?? '').host, to);
    this.exchange = new HttpExchange({ clock, timer, onBreaker });
  }

  /**
   * @param message a retry has the same id and the same content, so that the receiver can drop repeats
   * @returns the receiver's id for it; without one, its own
   * @throws {DeliveryFault}
   */
  async post(message: WebhookMessage): Promise<{ providerId: string }> {
    const { url, secrets } = this.options;
    if (url === undefined || secrets.length === 0) throw new DeliveryFault(false, 'no webhook is set');
    const { origin, pathname, search } = new URL(url);
    const body = JSON.stringify(message);
    const { statusCode, text, headers } = await this.request({
      origin,
      path: `${pathname}${search}`,
      body,
      headers: {
        'content-type': 'application/json',
        ...signedHeaders({ id: message.id, at: this.clock.now(), body }, secrets),
      },
    });
    if (statusCode < 200 || statusCode > 299)
      throw refusalOf(statusCode, retryAfterMs(headers['retry-after'], this.clock.now()));
    return { providerId: idIn(text) ?? message.id };
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private request(request: { origin: string; path: string; body: string; headers: Record<string, string> }) {
    return this.exchange.run(async (signal) => {
      const { statusCode, headers, body } = await this.agent.request({ ...request, method: 'POST', signal });
      // Read in any case, so that the connection can be used again. The status has decided: what follows it may be lost.
      const text = await body.text().catch(() => '');
      return { statusCode, headers, text };
    });
  }
}

/**
 * A 4xx is about this message, so it is permanent. Others say that the receiver cannot take anything now (408, 425, 429), or that our
 * settings and its own do not match (401, 403, 404): once they do, the message can be sent.
 */
function refusalOf(status: number, retryAfter: number | undefined): DeliveryFault {
  const permanent = status >= 400 && status < 500 && ![401, 403, 404, 408, 425, 429].includes(status);
  return new DeliveryFault(permanent, `webhook ${status}`, retryAfter);
}

function idIn(text: string): string | undefined {
  try {
    return accepted.safeParse(JSON.parse(text)).data?.id;
  } catch {
    return undefined;
  }
}
