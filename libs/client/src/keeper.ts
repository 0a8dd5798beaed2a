import { type RecoveryCause, RekeyError, read } from './error.js';
import { Session } from './session.js';
import type { StoredTokens, TokenStorage } from './storage.js';
import { exclusive } from './tabs.js';
import { type Deferred, deferred, formOf, orAborted } from './waiting.js';

export interface KeeperOptions {
  issuer: string;
  clientId: string;
  storage: TokenStorage;
  fetch: typeof fetch;
  /** Milliseconds of this device. */
  now: () => number;
  /** Waits; a test replaces it. */
  sleep: (ms: number) => Promise<void>;
  /** Called once when the session is dead. Waiting requests continue when there are tokens again, and fail when it returns false. */
  onRecovery?: ((cause: RecoveryCause) => unknown) | undefined;
  /** Called after each change of the tokens, in this tab or another. */
  onTokens?: ((tokens: StoredTokens | undefined) => void) | undefined;
}

export interface TokenAnswer {
  access_token: string;
  refresh_token?: string;
  expires_in?: number;
  scope?: string;
  device_token?: string;
}

/** The part of its life after which a token is renewed: a request still on its way when the token expires would fail. */
const renewAt = 0.8;
/** Seconds, if the issuer does not say (RFC 6749 §5.1). A token that expires sooner is renewed on its 401. */
const assumedLife = 300;
/** Within the ten seconds in which the issuer treats a repeated refresh as a retry. */
const answerWithinMs = 6_000;

/** Keeps tokens fresh: one renewal at a time, over all requests and all tabs. */
export class TokenKeeper {
  readonly session: Session;
  private readonly alone;
  /** The current renewal, shared by all requests of this page. */
  private renewal: Promise<string | RecoveryCause> | undefined;
  private asked: Deferred | undefined;
  /** Why the last recovery was declined: requests that were waiting then fail with it too. */
  private no: unknown;

  constructor(private readonly options: KeeperOptions) {
    const { issuer, clientId, storage, onTokens } = options;
    const name = storage.shared && `rekey ${issuer} ${clientId} ${storage.shared}`;
    this.alone = exclusive(name);
    this.session = new Session(storage, name, (tokens) => {
      if (tokens) this.resume();
      onTokens?.(tokens);
    });
  }

  /** Stores the tokens of a sign-in or a recovery; waiting requests continue. */
  async accept(answer: TokenAnswer): Promise<void> {
    await this.session.begin(this.stored(answer, this.options.now()));
    try {
      if (answer.device_token) await this.options.storage.device?.save(answer.device_token);
    } catch {
      // Without a device token the owner may have to wait some day, like a stranger; nothing worse.
    }
  }

  /** For a request body: the token by which the services know this app. */
  async known(): Promise<{ device_token?: string }> {
    try {
      const token = await this.options.storage.device?.load();
      return token ? { device_token: token } : {};
    } catch {
      return {};
    }
  }

  /**
   * For one request, from start to end: returns a function that gives an access token with enough life left. When told which token a
   * resource refused, it gives another one, however young the refused one is.
   *
   * @throws {RekeyError} when there is no session and no `onRecovery`, or the issuer is not an issuer
   */
  begin(signal?: AbortSignal | null): (refused?: string) => Promise<string> {
    const { no } = this;
    return (refused) => orAborted(signal, () => this.seek(refused, no));
  }

  private async seek(refused: string | undefined, no: unknown): Promise<string> {
    for (;;) {
      const known = await this.session.load();
      if (known && this.isLiving(known, renewAt, refused)) return known.access_token;
      this.renewal ??= this.alone(() => this.renewed(refused)).finally(() => {
        this.renewal = undefined;
      });
      const found = await this.renewal;
      if (found === refused) continue;
      if (typeof found === 'string') return found;
      if (this.no !== no) throw this.no;
      await this.recovered(found);
    }
  }

  /** @param part the part of its life that may be over. If the clock went back, the age is unknown and the token is renewed. */
  private isLiving(tokens: StoredTokens, part: number, refused: string | undefined): boolean {
    const age = this.options.now() - tokens.received_at;
    return tokens.access_token !== refused && age >= 0 && age < tokens.lives_for * part;
  }

  /** Returns a valid token while this tab holds the lock for renewals, or why there will be none. */
  private async renewed(refused: string | undefined): Promise<string | RecoveryCause> {
    const { session } = this;
    for (let pause = 500; ; pause = Math.min(pause * 2, 30_000)) {
      // Another tab may have renewed or signed out while this one waited.
      const tokens = await session.load();
      if (!tokens) return session.ended ?? { error: 'signed_out', description: 'nobody is signed in' };
      if (this.isLiving(tokens, tokens.refresh_token ? renewAt : 1, refused)) return tokens.access_token;
      const outcome = await this.renew(tokens);
      if (typeof outcome === 'string') return outcome;
      if (outcome === undefined) continue;
      // The issuer is unavailable: a token that has not expired yet is better than waiting.
      if (this.isLiving(tokens, 1, refused)) return tokens.access_token;
      await this.options.sleep(Math.max(pause, outcome));
    }
  }

  /** @returns the new access token; the minimum milliseconds to wait when the issuer is unavailable; undefined to look again */
  private async renew(tokens: StoredTokens): Promise<string | number | undefined> {
    const { issuer, clientId, fetch, now } = this.options;
    const refreshToken = tokens.refresh_token;
    if (!refreshToken) {
      await this.session.end();
      return undefined;
    }
    const url = `${issuer}/oauth2/token`;
    const at = now();
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId };
    let answer: TokenAnswer;
    try {
      // A retry gets the same successor, so a lost response costs nothing.
      const response = await fetch(url, { ...formOf(form), signal: AbortSignal.timeout?.(answerWithinMs) });
      if (response.status >= 500 || response.status === 429)
        return Math.min(Number(response.headers.get('retry-after')) || 0, 3_600) * 1000;
      answer = await read<TokenAnswer>(url, response);
      if (!answer.access_token) throw new RekeyError('bad_answer', `${url} answered without an access_token`);
    } catch (fault) {
      if (!(fault instanceof RekeyError)) return 0;
      // Anything else is a fault of the set-up: no recovery would mend it, and the session may still be valid.
      if (fault.code !== 'invalid_grant') throw fault;
      await this.session.follow(refreshToken, undefined, {
        error: fault.code,
        description: fault.message,
      });
      return undefined;
    }
    const successor = this.stored({ refresh_token: refreshToken, ...answer }, at);
    return (await this.session.follow(refreshToken, successor)) ? answer.access_token : undefined;
  }

  private stored(answer: TokenAnswer, at: number): StoredTokens {
    return {
      access_token: answer.access_token,
      ...(answer.refresh_token === undefined ? {} : { refresh_token: answer.refresh_token }),
      scope: answer.scope ?? '',
      received_at: at,
      lives_for: (answer.expires_in || assumedLife) * 1000,
    };
  }

  /** Asks for a recovery, once, and waits until there are tokens. */
  private async recovered(cause: RecoveryCause): Promise<void> {
    const { onRecovery } = this.options;
    const fault = new RekeyError(cause.error, cause.description);
    if (!onRecovery) throw fault;
    if (this.asked) return this.asked.done;
    const asked = deferred();
    this.asked = asked;
    const ask = async () => {
      // Somebody signed in between our read and the question.
      if (await this.session.load()) this.resume();
      else if ((await onRecovery(cause)) === false) throw fault;
    };
    ask().catch((why: unknown) => {
      // A late rejection of an earlier question does not apply to this one.
      if (this.asked !== asked) return;
      this.no = why;
      this.asked = undefined;
      asked.reject(why);
    });
    return asked.done;
  }

  private resume(): void {
    this.asked?.resolve();
    this.asked = undefined;
  }
}
