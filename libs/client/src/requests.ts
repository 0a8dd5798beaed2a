/**
 * Where a request goes.
 *
 * @returns undefined when that cannot be told for sure; then no token goes there
 */
export function originOf(url: string, base: string | undefined): string | undefined {
  try {
    const { origin } = new URL(url, base);
    return origin === 'null' ? undefined : origin;
  } catch {
    // URL of React Native may have no origin: as it stands, and with nothing that a reader of URLs could take for another host.
    return /^https?:\/\/[a-z0-9.:[\]-]+(?=[/?#]|$)/.exec(url)?.[0];
  }
}

/** What can be read once is sent once: streams, and the iterables that Node takes. */
export function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
}
