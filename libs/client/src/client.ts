import { systemClock } from './clock.js';
import type { RecoveryCause } from './error.js';
import { type TokenAnswer, TokenKeeper } from './keeper.js';
import { callJson, newKey, postOnce } from './once.js';
import type { SecondFactorKind } from './proof-kinds.generated.js';
import { Recovery, type RecoveryReference, type RecoveryView, type StartRequest } from './recovery.js';
import { isStream, originOf } from './requests.js';
import { memoryStorage, type StoredTokens, type TokenStorage } from './storage.js';
import { formOf, nap } from './waiting.js';

export interface ClientOptions {
  /** Base URL of the token issuer. */
  issuer: string;
  /** Base URL of the recovery service. */
  recovery: string;
  clientId?: string;
  /** Where tokens are stored; memory when omitted. */
  storage?: TokenStorage;
  /** Origins that tokens may be sent to, besides the issuer and the page's own; no other origin ever gets one. */
  resources?: string[];
  /**
   * Called when the session is dead: show the way back in. It is called once in each tab where requests wait, however many. They continue
   * when any tab has tokens again, and fail when it returns false or throws. A later request calls it again.
   */
  onRecovery?: (cause: RecoveryCause) => unknown;
  /** Called after each sign-in, renewal and end of the session, in this tab or another. */
  onTokens?: (tokens: StoredTokens | undefined) => void;
  fetch?: typeof fetch;
  /** Milliseconds of a clock that runs on during sleep and that all tabs share. */
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

export interface SignInRequest {
  identifier: string;
  password: string;
  /** ISO 3166-1 alpha-2, for a phone number in national form. */
  country?: string;
  second_factor?: { kind: SecondFactorKind; value: string };
}

export interface Client {
  /** Like the global one, with a valid access token for the origins that may get it. */
  fetch: typeof fetch;
  /** Refusals: `unauthorized`, `country_required`, `second_factor_required`, `rate_limited`. */
  signIn(request: SignInRequest): Promise<void>;
  /** Ends the session at the issuer and forgets it here, even when the issuer is unavailable. */
  signOut(): Promise<void>;
  isSignedIn(): Promise<boolean>;
  /** Refusals: `invalid_request`, `country_required`, `rate_limited`. */
  startRecovery(request: StartRequest): Promise<Recovery>;
  /** After a reload: continues the open recovery. */
  resumeRecovery(reference: RecoveryReference): Promise<Recovery>;
  close(): void;
}

/** Creates a client that renews tokens by itself, and starts a recovery when it cannot. */
export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? ((...args: Parameters<typeof fetch>) => globalThis.fetch(...args));
  const [issuer, recovery] = [options.issuer, options.recovery].map((url) => url.replace(/\/+$/, '')) as [
    string,
    string,
  ];
  const clientId = options.clientId ?? 'default';
  const sleep = options.sleep ?? nap;
  const keeper = new TokenKeeper({
    issuer,
    clientId,
    storage: options.storage ?? memoryStorage(),
    fetch: send,
    now: options.now ?? systemClock,
    sleep,
    onRecovery: options.onRecovery,
    onTokens: options.onTokens,
  });
  const page = (globalThis as { location?: { origin?: string; href?: string } }).location;
  const origins = new Set(
    [issuer, page?.origin ?? '', ...(options.resources ?? [])].map((url) => originOf(url, undefined)),
  );
  const open = ({ token, ...view }: RecoveryView & { token: string }) =>
    new Recovery(recovery, { id: view.id, token }, send, keeper, sleep, view);

  return {
    async fetch(input, init) {
      const request = input instanceof Request ? input : undefined;
      const origin = originOf(request?.url ?? String(input), page?.href);
      if (!origin || !origins.has(origin)) return send(input, init);
      const fresh = keeper.begin(init?.signal ?? request?.signal);
      const attempt = (what: typeof input, token: string) => {
        const headers = new Headers(init?.headers ?? request?.headers);
        headers.set('authorization', `Bearer ${token}`);
        return send(what, { ...init, headers });
      };
      const token = await fresh();
      const response = await attempt(request?.clone() ?? input, token);
      if (response.status !== 401 || isStream(init?.body)) return response;
      // A newer token would not change how the person signed in (RFC 9470).
      if (/insufficient_user_authentication/.test(response.headers.get('www-authenticate') ?? ''))
        return response;
      response.body?.cancel().catch(() => undefined);
      return attempt(input, await fresh(token));
    },
    async signIn(request) {
      const body = { ...(await keeper.known()), ...request, client_id: clientId };
      await keeper.accept(await callJson<TokenAnswer>(send, `${issuer}/v1/sessions`, 'POST', body));
    },
    async signOut() {
      const tokens = await keeper.session.end();
      const token = tokens?.refresh_token ?? tokens?.access_token;
      const form = token && formOf({ token, client_id: clientId });
      if (form) await send(`${issuer}/oauth2/revoke`, form).catch(() => undefined);
    },
    isSignedIn: async () => (await keeper.session.load()) !== undefined,
    async startRecovery(request) {
      const body = { ...(await keeper.known()), ...request, client_id: clientId };
      return open(await postOnce({ send, sleep, key: newKey() }, `${recovery}/v1/recoveries`, body));
    },
    async resumeRecovery({ id, token }) {
      const view = await callJson<RecoveryView>(
        send,
        `${recovery}/v1/recoveries/${id}`,
        'GET',
        undefined,
        token,
      );
      return open({ ...view, token });
    },
    close: () => keeper.session.close(),
  };
}
