import type { RecoveryCause } from './error.js';
import type { StoredTokens, TokenStorage } from './storage.js';
import { exclusive, tellTabs } from './tabs.js';
import { moment } from './waiting.js';

/**
 * The tokens of one sign-in, as all tabs see them. Every change reads and writes in one step, so that no tab overwrites what it has not
 * seen.
 */
export class Session {
  /** Why the last session ended, if known here. */
  ended: RecoveryCause | undefined;
  private readonly oneStep;
  private readonly tabs;
  /** Tokens that the storage could not save; this page continues with them. */
  private held: { tokens: StoredTokens | undefined } | undefined;

  /** @param onChange called after each change, in this tab or another */
  constructor(
    private readonly storage: TokenStorage,
    name: string | undefined,
    private readonly onChange: (tokens: StoredTokens | undefined) => void,
  ) {
    this.oneStep = exclusive(name && `${name} storage`);
    this.tabs = tellTabs(name, (change) => {
      this.held = undefined;
      this.ended = change.cause;
      this.arrived(change.token).then(onChange, () => undefined);
    });
  }

  /** Returns the stored tokens once they match the change that another tab announced, or after half a second. */
  private async arrived(token: string | undefined): Promise<StoredTokens | undefined> {
    for (let looks = 1; ; looks++) {
      const tokens = await this.load();
      if (tokens?.access_token === token || looks > 25) return tokens;
      await moment(20);
    }
  }

  async load(): Promise<StoredTokens | undefined> {
    return this.held ? this.held.tokens : this.storage.load();
  }

  /** Starts a new session, whatever was stored before. */
  async begin(tokens: StoredTokens): Promise<void> {
    await this.change(tokens);
  }

  /** @returns the tokens from before */
  async end(): Promise<StoredTokens | undefined> {
    return (await this.change(undefined)).before;
  }

  /**
   * Replaces a refresh token by its successor, or ends the session. A sign-in or sign-out in the meantime wins.
   *
   * @returns false when the session is another one by now
   */
  async follow(
    refreshToken: string,
    tokens: StoredTokens | undefined,
    cause?: RecoveryCause,
  ): Promise<boolean> {
    return (await this.change(tokens, { refreshToken, cause })).changed;
  }

  close(): void {
    this.tabs.close();
  }

  private async change(
    tokens: StoredTokens | undefined,
    only?: { refreshToken: string; cause: RecoveryCause | undefined },
  ) {
    const outcome = await this.oneStep(async () => {
      const before = await this.load();
      const changed = !only || before?.refresh_token === only.refreshToken;
      if (changed) {
        // A successor that is not stored is a lost session.
        this.held = { tokens };
        this.ended = only?.cause;
        try {
          await this.storage.save(tokens);
          this.held = undefined;
        } catch {}
      }
      return { before, changed };
    });
    if (outcome.changed) {
      this.tabs.tell({ token: tokens?.access_token, cause: this.ended });
      this.onChange(tokens);
    }
    return outcome;
  }
}
