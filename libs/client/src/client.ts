import { type RecoveryCause, type TokenAnswer, TokenKeeper } from './keeper.js';
import {
  callJson,
  Recovery,
  type RecoveryReference,
  type RecoveryView,
  type StartRequest,
} from './recovery.js';
import { memoryStorage, type TokenStorage } from './storage.js';

export interface ClientOptions {
  /** Base URL of the token issuer. */
  issuer: string;
  /** Base URL of the recovery service. */
  recovery: string;
  clientId?: string;
  /** Where tokens are kept; memory when left out. */
  storage?: TokenStorage;
  /** Origins that tokens may be sent to, beside the issuer and the page's own; no other ever sees one. */
  resources?: string[];
  /**
   * The session is dead: show the way back in. Called once, however many requests are waiting; they go on when there are
   * tokens again, and fail when this gives false or throws.
   */
  onRecovery?: (cause: RecoveryCause) => unknown;
  fetch?: typeof fetch;
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

export interface SignInRequest {
  identifier: string;
  password: string;
  country?: string;
  second_factor?: { kind: 'totp' | 'backup_code'; value: string };
}

export interface Client {
  /** As the global one, with an access token that is good, to the origins that may see it. */
  fetch: typeof fetch;
  /** Refusals: `unauthorized`, `second_factor_required`, `rate_limited`. */
  signIn(request: SignInRequest): Promise<void>;
  /** Ends the session at the issuer and forgets it here, also when the issuer is away. */
  signOut(): Promise<void>;
  isSignedIn(): Promise<boolean>;
  startRecovery(request: StartRequest): Promise<Recovery>;
  /** After a reload: the recovery that was under way. */
  resumeRecovery(reference: RecoveryReference): Promise<Recovery>;
  close(): void;
}

/** Tokens that heal themselves, and the way back in when they cannot. */
export function createClient(options: ClientOptions): Client {
  const send = options.fetch ?? ((...args: Parameters<typeof fetch>) => globalThis.fetch(...args));
  const [issuer, recovery] = [options.issuer, options.recovery].map((url) => url.replace(/\/+$/, '')) as [
    string,
    string,
  ];
  const clientId = options.clientId ?? 'default';
  const keeper = new TokenKeeper({
    issuer,
    clientId,
    storage: options.storage ?? memoryStorage(),
    fetch: send,
    now: options.now ?? (() => performance.timeOrigin + performance.now()),
    sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    onRecovery: options.onRecovery,
  });
  const page = (globalThis as { location?: { origin?: string; href?: string } }).location;
  const origins = new Set(
    [issuer, page?.origin, ...(options.resources ?? [])]
      .filter((url) => url !== undefined)
      .map((url) => new URL(url).origin),
  );
  const open = (reference: RecoveryReference, view: RecoveryView) =>
    new Recovery(recovery, reference, send, (answer) => keeper.accept(answer), view);

  return {
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input, page?.href);
      if (!origins.has(url.origin)) return send(input, init);
      const attempt = (token: string) => {
        const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
        headers.set('authorization', `Bearer ${token}`);
        return send(input instanceof Request ? input.clone() : input, { ...init, headers });
      };
      const token = await keeper.fresh();
      const response = await attempt(token);
      if (response.status !== 401 || !isRepeatable(input, init)) return response;
      await response.body?.cancel();
      return attempt(await keeper.fresh(token));
    },
    async signIn(request) {
      const body = { ...request, client_id: clientId };
      await keeper.accept(await callJson<TokenAnswer>(send, `${issuer}/v1/sessions`, 'POST', body));
    },
    async signOut() {
      const tokens = await keeper.load();
      await keeper.forget();
      const token = tokens?.refresh_token ?? tokens?.access_token;
      const body = token && new URLSearchParams({ token, client_id: clientId });
      if (body) await send(`${issuer}/oauth2/revoke`, { method: 'POST', body }).catch(() => undefined);
    },
    isSignedIn: async () => (await keeper.load()) !== undefined,
    async startRecovery(request) {
      const body = { ...request, client_id: clientId };
      const { token, ...view } = await callJson<RecoveryView & { token: string }>(
        send,
        `${recovery}/v1/recoveries`,
        'POST',
        body,
      );
      return open({ id: view.id, token }, view);
    },
    async resumeRecovery(reference) {
      const resumed = open(reference, undefined as never);
      await resumed.refresh();
      return resumed;
    },
    close: () => keeper.close(),
  };
}

/** A stream can be read once; what was streamed is not sent again. */
function isRepeatable(input: unknown, init: RequestInit | undefined): boolean {
  if (init?.body) return !(init.body instanceof ReadableStream);
  return !(input instanceof Request) || input.body === null || !input.bodyUsed;
}
