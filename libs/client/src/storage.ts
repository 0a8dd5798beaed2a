/** What is kept between calls. Times are milliseconds of this device's own clock, so that a wrong clock does no harm. */
export interface StoredTokens {
  access_token: string;
  refresh_token?: string;
  scope: string;
  received_at: number;
  /** How long the access token is good, from then on. */
  lives_for: number;
}

/** Where tokens are kept; the app's choice. Several tabs that share one share the session. */
export interface TokenStorage {
  /** A name for what other tabs see too; left out where nobody else does. */
  shared?: string;
  load(): Promise<StoredTokens | undefined> | StoredTokens | undefined;
  save(tokens: StoredTokens | undefined): Promise<void> | void;
  /**
   * Beyond the session: by what the services know the app again in which somebody was signed in, so that no stranger's tries and codes
   * make its owner wait. It proves nothing of a person. Left out where an app is a stranger each time.
   */
  device?: { load(): Promise<string | null> | string | null; save(token: string): Promise<void> | void };
}

/** Kept as long as the page lives. */
export function memoryStorage(): TokenStorage {
  let kept: StoredTokens | undefined;
  return {
    load: () => kept,
    save: (tokens) => {
      kept = tokens;
    },
  };
}

/** The part of Web Storage, or of React Native's AsyncStorage, that is needed. */
export interface KeyValueStore {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** Kept in localStorage, sessionStorage, AsyncStorage or the like. Whoever can run script in the page can read it there. */
export const keyValueStorage = (store: KeyValueStore, key = 'rekey'): TokenStorage => ({
  shared: key,
  async load() {
    // A store that cannot be read is no sign-out: let it be known.
    const text = (await store.getItem(key)) ?? 'null';
    try {
      return JSON.parse(text) ?? undefined;
    } catch {
      return undefined;
    }
  },
  async save(tokens) {
    await (tokens ? store.setItem(key, JSON.stringify(tokens)) : store.removeItem(key));
  },
  device: {
    load: () => store.getItem(`${key} device`),
    save: (token) => store.setItem(`${key} device`, token),
  },
});
