import { RekeyFault, read } from './fault.js';
import type { StoredTokens, TokenStorage } from './storage.js';
import { exclusive, tellTabs } from './tabs.js';

/** Why a person has to recover or to sign in: the issuer's own words. */
export interface RecoveryCause {
  error: string;
  description: string;
}

export interface KeeperOptions {
  issuer: string;
  clientId: string;
  storage: TokenStorage;
  fetch: typeof fetch;
  /** Milliseconds of this device. */
  now: () => number;
  /** Waits; for a test to replace. */
  sleep: (ms: number) => Promise<void>;
  /** Called once when the session is dead. What waits goes on when there are tokens again, and fails when it gives false. */
  onRecovery?: (cause: RecoveryCause) => unknown;
}

export interface TokenAnswer {
  access_token: string;
  refresh_token?: string;
  expires_in: number;
  scope: string;
}

/** Renewed before the end: what is on its way at the end would fail. */
const renewAt = 0.8;

/** Keeps tokens fresh: one renewal at a time, over all requests and all tabs. */
export class TokenKeeper {
  private readonly alone;
  private readonly tabs;
  private waiting = new Set<{ resolve(): void; reject(fault: unknown): void }>();
  private asked = false;

  constructor(private readonly options: KeeperOptions) {
    const name = `rekey ${options.issuer} ${options.clientId}`;
    this.alone = exclusive(name);
    this.tabs = tellTabs(name, () => void this.wake());
  }

  /** Takes tokens in, from a sign-in or a recovery; whatever waits for them goes on. */
  async accept(answer: TokenAnswer): Promise<void> {
    await this.save({
      access_token: answer.access_token,
      refresh_token: answer.refresh_token,
      scope: answer.scope,
      received_at: this.options.now(),
      lives_for: answer.expires_in * 1000,
    });
    await this.wake();
  }

  async forget(): Promise<void> {
    await this.save(undefined);
  }

  load(): Promise<StoredTokens | undefined> {
    return Promise.resolve(this.options.storage.load());
  }

  /**
   * An access token that is good for a while.
   *
   * @param refused one that a resource did not take, so that another is needed however young it is
   * @throws {RekeyFault} `signed_out` when there is no session and nobody to ask for a recovery
   */
  async fresh(refused?: string): Promise<string> {
    const isGood = (tokens: StoredTokens): boolean =>
      tokens.access_token !== refused && this.options.now() < tokens.received_at + tokens.lives_for * renewAt;
    for (;;) {
      const known = await this.load();
      if (known && isGood(known)) return known.access_token;
      const renewed = await this.alone(async () => {
        // Another tab may have been faster while we waited for our turn.
        const tokens = await this.load();
        if (tokens && isGood(tokens)) return tokens.access_token;
        return tokens?.refresh_token ? this.renew(tokens.refresh_token) : undefined;
      });
      if (typeof renewed === 'string') return renewed;
      await this.recovered(renewed ?? { error: 'signed_out', description: 'nobody is signed in' });
    }
  }

  close(): void {
    this.tabs.close();
  }

  /** @returns the new access token, or why there will be none */
  private async renew(refreshToken: string): Promise<string | RecoveryCause> {
    const { issuer, clientId, fetch, sleep } = this.options;
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: clientId,
    });
    // A retry gets the same successor, so an answer that was lost on the way costs nothing.
    for (let pause = 500; ; pause = Math.min(pause * 2, 30_000)) {
      const response = await fetch(`${issuer}/oauth2/token`, { method: 'POST', body }).catch(() => undefined);
      if (response && response.status < 500 && response.status !== 429) {
        try {
          const answer = await read<TokenAnswer>(response);
          await this.accept(answer);
          return answer.access_token;
        } catch (fault) {
          if (!(fault instanceof RekeyFault)) throw fault;
          await this.forget();
          return { error: fault.code, description: fault.message };
        }
      }
      await sleep(pause);
    }
  }

  /** Asks for a recovery, once, and waits until there are tokens. */
  private async recovered(cause: RecoveryCause): Promise<void> {
    const { onRecovery } = this.options;
    if (!onRecovery) throw new RekeyFault(cause.error, cause.description);
    const done = new Promise<void>((resolve, reject) => this.waiting.add({ resolve, reject }));
    if (!this.asked) {
      this.asked = true;
      Promise.resolve(onRecovery(cause)).then(
        (verdict) => {
          if (verdict === false) this.give(new RekeyFault(cause.error, cause.description));
        },
        (fault: unknown) => this.give(fault),
      );
    }
    return done;
  }

  private async wake(): Promise<void> {
    if (await this.load()) this.give();
  }

  private give(fault?: unknown): void {
    this.asked = false;
    const waiting = this.waiting;
    this.waiting = new Set();
    for (const one of waiting) fault === undefined ? one.resolve() : one.reject(fault);
  }

  private async save(tokens: StoredTokens | undefined): Promise<void> {
    await this.options.storage.save(tokens);
    this.tabs.tell();
  }
}
