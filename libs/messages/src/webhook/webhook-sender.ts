import { type Channel, type Clock, systemClock } from '@rekey/kernel';
import { Agent } from 'undici';
import { z } from 'zod';
import { DeliveryFault } from '../delivery-fault.js';
import { signedHeaders } from './signature.js';

/** For a whole exchange. The receiver may have a provider to call, and a person waits with a code that expires in ten minutes. */
const timeoutMs = 15_000;

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
    connections: 24,
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize,
  });

  constructor(
    private readonly options: { url: string | undefined; secrets: string[] },
    private readonly clock: Clock = systemClock,
  ) {}

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
    const { statusCode, text } = await this.request({
      origin,
      path: `${pathname}${search}`,
      body,
      headers: {
        'content-type': 'application/json',
        ...signedHeaders({ id: message.id, at: this.clock.now(), body }, secrets),
      },
    });
    if (statusCode < 200 || statusCode > 299) throw refusalOf(statusCode);
    return { providerId: idIn(await text()) ?? message.id };
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async request(request: {
    origin: string;
    path: string;
    body: string;
    headers: Record<string, string>;
  }): Promise<{ statusCode: number; text(): Promise<string> }> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const { statusCode, body } = await this.agent.request({ ...request, method: 'POST', signal });
      // Read in any case, so that the connection can be used again. The status has decided: what follows it may be lost.
      const read = body.text().catch(() => '');
      return { statusCode, text: () => read };
    } catch (fault) {
      const { code, name }: Partial<NodeJS.ErrnoException> = Object(fault);
      throw new DeliveryFault(
        false,
        code === undefined || typeof code !== 'string' ? (name ?? 'unknown') : code,
      );
    }
  }
}

/**
 * A 4xx is about this message, so it is permanent. Others say that the receiver cannot take anything now (408, 425, 429), or that our
 * settings and its own do not match (401, 403, 404): once they do, the message can be sent.
 */
function refusalOf(status: number): DeliveryFault {
  const permanent = status >= 400 && status < 500 && ![401, 403, 404, 408, 425, 429].includes(status);
  return new DeliveryFault(permanent, `webhook ${status}`);
}

function idIn(text: string): string | undefined {
  try {
    return accepted.safeParse(JSON.parse(text)).data?.id;
  } catch {
    return undefined;
  }
}
