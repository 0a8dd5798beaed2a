import type { RecoveryCause } from './error.js';
import type { StoredTokens, TokenStorage } from './storage.js';
import { type Change, exclusive, tellTabs } from './tabs.js';
import { moment } from './waiting.js';

/** Milliseconds that an announced change may need. Less than the ten seconds in which the issuer treats a repeated refresh as a retry. */
const arrivesWithin = 5_000;

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
  /** What another tab announced and this tab does not see in the storage yet. */
  private announced: Change | undefined;

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
      this.announced = change;
      this.load().then(onChange, () => undefined);
    });
  }

  /**
   * The tokens of all tabs: after another tab announced a change, once the storage shows it here. A browser tells its processes of a change
   * one by one, and a busy machine may do so late: who read the tokens from before would renew them again.
   */
  async load(): Promise<StoredTokens | undefined> {
    for (let looks = 1; ; looks++) {
      if (this.held) return this.held.tokens;
      const { announced } = this;
      const tokens = await this.storage.load();
      const isSeen = !announced || tokens?.access_token === announced.token;
      // The other tab may also have been unable to store them.
      if (announced === this.announced && (isSeen || looks > arrivesWithin / 20)) {
        this.announced = undefined;
        return tokens;
      }
      await moment(20);
    }
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
        // Before the next tab may read: it waits until it sees this.
        this.announced = undefined;
        this.tabs.tell({ token: tokens?.access_token, cause: this.ended });
      }
      return { before, changed };
    });
    if (outcome.changed) this.onChange(tokens);
    return outcome;
  }
}
