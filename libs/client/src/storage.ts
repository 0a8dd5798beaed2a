/** The stored tokens. Times are milliseconds of this device's own clock, so that a wrong clock does no harm. */
export interface StoredTokens {
  access_token: string;
  refresh_token?: string;
  scope: string;
  received_at: number;
  /** How long the access token is valid from then on. */
  lives_for: number;
}

/** Where tokens are stored; the app's choice. Tabs that share a storage share the session. */
export interface TokenStorage {
  /** A name for a storage that other tabs see too; omitted if they do not. */
  shared?: string;
  load(): Promise<StoredTokens | undefined> | StoredTokens | undefined;
  save(tokens: StoredTokens | undefined): Promise<void> | void;
  /**
   * Outlives the session: the token of a known app, so that strangers' attempts and codes do not make the owner wait. It proves nothing
   * about a person. If omitted, the app is a stranger each time.
   */
  device?: { load(): Promise<string | null> | string | null; save(token: string): Promise<void> | void };
}

/** Keeps tokens as long as the page lives. */
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

/** Stores tokens in localStorage, sessionStorage, AsyncStorage or the like. Any script in the page can read them there. */
export const keyValueStorage = (store: KeyValueStore, key = 'rekey'): TokenStorage => ({
  shared: key,
  async load() {
    // An unreadable storage is not a sign-out: let the error through.
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
