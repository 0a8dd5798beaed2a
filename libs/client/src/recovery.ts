import { RekeyError } from './error.js';
import type { TokenAnswer, TokenKeeper } from './keeper.js';
import { callJson, newKey, postOnce } from './once.js';
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
  /** Of the calls without a response: the same call has the same key when the app makes it again. */
  private readonly keys = new Map<string, string | undefined>();

  constructor(
    private readonly base: string,
    readonly reference: RecoveryReference,
    private readonly send: typeof fetch,
    private readonly keeper: Pick<TokenKeeper, 'accept' | 'known'>,
    private readonly sleep: (ms: number) => Promise<void>,
    /** The last known view. */
    public view: RecoveryView,
  ) {}

  async refresh(): Promise<RecoveryView> {
    this.view = await this.call<RecoveryView>('GET', '');
    return this.view;
  }

  /** Refusals: `resend_too_soon`, `recovery_closed`, `invalid_state`. */
  async sendCode(to: { channel?: Channel; address_id?: string } = {}): Promise<{ resend_at: string }> {
    return this.post('/codes', to);
  }

  /**
   * Refusals: `wrong_proof` (`body.tries_left`), `no_tries_left`, `recovery_closed`. Afterwards `view.methods` lists the proofs that are still
   * needed.
   */
  async prove(value: string, kind: ProofKind = 'code'): Promise<RecoveryView> {
    this.view = await this.post<RecoveryView>('/proofs', {
      kind,
      value,
      ...(await this.keeper.known()),
    });
    return this.view;
  }

  /**
   * Completes the recovery with fresh tokens, which the client stores; waiting requests continue. Without a `password` the person has none
   * from now on, unless the service keeps the old one for this client. When it throws `unreachable`, call it again within ten minutes, with
   * the same password: it gets the tokens even if the recovery is completed. Refusal: `password_refused`.
   */
  async complete(with_: { password?: string } = {}): Promise<void> {
    await this.keeper.accept(await this.post<TokenAnswer>('/credentials', with_));
  }

  async cancel(): Promise<void> {
    await this.call('DELETE', '');
  }

  private async call<Answer>(method: string, path: string): Promise<Answer> {
    return callJson<Answer>(this.send, this.url(path), method, undefined, this.reference.token);
  }

  private async post<Answer>(path: string, json: object): Promise<Answer> {
    const call = path + JSON.stringify(json);
    const key = this.keys.get(call) ?? newKey();
    this.keys.delete(call);
    const { send, sleep, reference } = this;
    try {
      return await postOnce<Answer>({ send, sleep, key }, this.url(path), json, reference.token);
    } catch (fault) {
      // Nobody knows whether it was done.
      if (!(fault instanceof RekeyError) || fault.status === 0 || fault.status >= 500)
        this.keys.set(call, key);
      throw fault;
    }
  }

  private url(path: string): string {
    return `${this.base}/v1/recoveries/${this.reference.id}${path}`;
  }
}
