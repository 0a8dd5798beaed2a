import { RekeyError, read } from './error.js';
import type { TokenAnswer, TokenKeeper } from './keeper.js';
import type { ProofKind } from './proof-kinds.generated.js';

export type Channel = 'email' | 'sms';

/** A recovery as the service shows it. Times are RFC 3339. */
export interface RecoveryView {
  id: string;
  state: 'proving' | 'held' | 'proven' | 'completed' | 'cancelled' | 'stopped' | 'expired';
  methods: ProofKind[];
  expires_at: string;
  resend_at?: string;
  /** While `held`: when it is proven. Store the reference and come back then with `resumeRecovery`. */
  held_until?: string;
  match_number?: string;
  addresses?: { id: string; channel: Channel; address: string }[];
}

export interface StartRequest {
  /** A mail address, a phone number (E.164, or national with `country`) or a user name. */
  identifier: string;
  /** ISO 3166-1 alpha-2. A national number without it is refused with `country_required`: ask for the country. */
  country?: string;
  channel?: Channel;
  locale?: string;
}

/** What a page needs to continue after a reload. */
export interface RecoveryReference {
  id: string;
  token: string;
}

/** One open recovery. Every refused call throws a {@link RekeyError} with the service's code. */
export class Recovery {
  constructor(
    private readonly base: string,
    readonly reference: RecoveryReference,
    private readonly send: typeof fetch,
    private readonly keeper: Pick<TokenKeeper, 'accept' | 'known'>,
    /** The last known view. */
    public view: RecoveryView,
  ) {}

  async refresh(): Promise<RecoveryView> {
    this.view = await this.call<RecoveryView>('GET', '');
    return this.view;
  }

  /** Refusals: `resend_too_soon`, `recovery_closed`, `invalid_state`. */
  async sendCode(to: { channel?: Channel; address_id?: string } = {}): Promise<{ resend_at: string }> {
    return this.call('POST', '/codes', to);
  }

  /**
   * Refusals: `wrong_proof` (`body.tries_left`), `no_tries_left`, `recovery_closed`. Afterwards `view.methods` lists the proofs that are still
   * needed.
   */
  async prove(value: string, kind: ProofKind = 'code'): Promise<RecoveryView> {
    this.view = await this.call<RecoveryView>('POST', '/proofs', {
      kind,
      value,
      ...(await this.keeper.known()),
    });
    return this.view;
  }

  /**
   * Completes the recovery with fresh tokens, which the client stores; waiting requests continue. Without a `password` the person has none
   * from now on, unless the service keeps the old one for this client. Refusal: `password_refused`.
   */
  async complete(with_: { password?: string } = {}): Promise<void> {
    await this.keeper.accept(await this.call<TokenAnswer>('POST', '/credentials', with_));
  }

  async cancel(): Promise<void> {
    await this.call('DELETE', '');
  }

  private async call<Answer>(method: string, path: string, json?: object): Promise<Answer> {
    const { id, token } = this.reference;
    return callJson<Answer>(this.send, `${this.base}/v1/recoveries/${id}${path}`, method, json, token);
  }
}

export async function callJson<Answer>(
  send: typeof fetch,
  url: string,
  method: string,
  json?: object,
  bearer?: string,
): Promise<Answer> {
  const response = await send(url, {
    method,
    redirect: 'manual',
    // No cookie is needed, and a 401 with a challenge for clients must not open the browser's password dialog.
    credentials: 'omit',
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(json ? { 'content-type': 'application/json' } : {}),
    },
    ...(json ? { body: JSON.stringify(json) } : {}),
  }).catch((fault: unknown) => {
    throw new RekeyError(
      'unreachable',
      `no response from ${url}: ${String(fault)}. If this page has another origin, is it in CORS_ORIGINS?`,
    );
  });
  return read<Answer>(url, response);
}
