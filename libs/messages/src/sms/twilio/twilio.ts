import type { TwilioSettings } from '@rekey/settings';
import twilio from 'twilio';
import { DeliveryFault } from '../../delivery-fault.js';
import type { Sms, SmsProvider, SmsProviderKind } from '../provider.js';
import { statusCallback, twilioReceipts } from './receipts.js';

export const twilioProvider: SmsProviderKind = {
  open: (settings) =>
    settings.twilio && new Twilio({ ...settings.twilio, statusCallback: statusCallback(settings) }),
  receipts: twilioReceipts,
};

export interface TwilioOptions extends TwilioSettings {
  /** The URL for delivery receipts; only a public https URL is passed on. */
  statusCallback?: string;
}

type RequestOptions = Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0];

/** Twilio's own client, with another origin. */
class RedirectedClient extends twilio.RequestClient {
  constructor(private readonly origin: string) {
    super({ keepAlive: true, timeout: 30_000 });
  }

  override request<TData>(options: RequestOptions) {
    const { pathname, search } = new URL(options.uri);
    const uri = `${this.origin.replace(/\/$/, '')}${pathname}${search}`;
    return super.request<TData>({ ...(options as object), uri } as Parameters<
      typeof twilio.RequestClient.prototype.request<TData>
    >[0]);
  }
}

export class Twilio implements SmsProvider {
  private readonly client: ReturnType<typeof twilio>;

  constructor(private readonly options: TwilioOptions) {
    const httpClient = options.apiUrl
      ? new RedirectedClient(options.apiUrl)
      : new twilio.RequestClient({ keepAlive: true, timeout: 30_000 });
    this.client = twilio(options.accountSid, options.authToken, { httpClient, lazyLoading: true });
  }

  async send(sms: Pick<Sms, 'to' | 'body'>): Promise<{ providerId: string }> {
    const { from, messagingServiceSid, statusCallback } = this.options;
    try {
      const message = await this.client.messages.create({
        to: sms.to,
        body: sms.body,
        ...(messagingServiceSid ? { messagingServiceSid } : { from: from ?? '' }),
        ...(statusCallback?.startsWith('https:') ? { statusCallback } : {}),
      });
      return { providerId: message.sid };
    } catch (fault) {
      throw deliveryFaultOf(fault);
    }
  }

  /** A request has a time limit of its own. */
  async close(): Promise<void> {}
}

/** 429 and 5xx are temporary, like a lost connection. Another 4xx is about this number or this text, so it is permanent. */
function deliveryFaultOf(fault: unknown): DeliveryFault {
  const { status, code } = Object(fault) as { status?: number; code?: number | string };
  // 401, 403 and 404 are about our account: once it is mended, the message can be sent.
  const permanent =
    status !== undefined && status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status);
  return new DeliveryFault(
    permanent,
    status === undefined ? String(code ?? 'unknown') : `twilio ${code ?? status}`,
  );
}
