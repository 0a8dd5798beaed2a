/** How long keys are used without a new fetch; the issuer publishes a new key an hour before it signs. */
const goodForMs = 600_000;
/** How long after an unknown key id the keys are not fetched again: made-up ids must cost the issuer nothing. */
const againAfterMs = 30_000;

/** How long the issuer may take to answer. */
export const patienceMs = 10_000;

/** As published: whether it is a key at all is for the reader. */
type Key = JsonWebKey & { kid?: unknown };

export interface RemoteKeys {
  /** The keys with this id. @throws when the issuer's keys cannot be fetched and none were fetched before */
  find(kid: unknown): Promise<Key[]>;
}

/** An issuer's public keys, by its metadata (RFC 8414): fetched once for all waiting callers, and again when a key is missing. */
export function remoteKeys(issuer: string, send: typeof fetch, now: () => number): RemoteKeys {
  let keys: Key[] | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  const read = async <Answer>(url: string): Promise<Answer> => {
    const response = await send(url, { signal: AbortSignal.timeout?.(patienceMs) });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return (await response.json()) as Answer;
  };
  const load = async () => {
    const { origin, pathname } = new URL(issuer);
    const path = pathname === '/' ? '' : pathname;
    const url = `${origin}/.well-known/oauth-authorization-server${path}`;
    const metadata = await read<{ issuer: string; jwks_uri: string }>(url);
    if (metadata.issuer !== issuer) throw new Error(`${url} describes another issuer: ${metadata.issuer}`);
    const set = await read<{ keys?: unknown } | null>(metadata.jwks_uri);
    if (!Array.isArray(set?.keys)) throw new Error(`${metadata.jwks_uri} has no list of keys`);
    keys = set.keys.filter((key) => typeof key === 'object' && key !== null);
    fetchedAt = now();
  };
  const refresh = () => {
    fetching ??= load().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };

  return {
    async find(kid) {
      const known = () => keys?.filter((key) => key.kid === kid) ?? [];
      if (known().length > 0 && now() - fetchedAt < goodForMs) return known();
      if (keys && now() - triedAt < againAfterMs) return known();
      triedAt = now();
      // While keys are cached, a fault of the issuer changes nothing.
      await refresh().catch((fault) => {
        if (!keys) throw fault;
      });
      return known();
    },
  };
}
