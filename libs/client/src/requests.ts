/**
 * Returns the origin of a request.
 *
 * @returns undefined when it cannot be determined for sure; no token is sent then
 */
export function originOf(url: string, base: string | undefined): string | undefined {
  try {
    const { origin } = new URL(url, base);
    return origin === 'null' ? undefined : origin;
  } catch {
    // React Native's URL may have no origin: read it from the text, and only if no parser of URLs could take it for another host.
    return /^https?:\/\/[a-z0-9.:[\]-]+(?=[/?#]|$)/.exec(url)?.[0];
  }
}

/** A body that can be read once can be sent once: streams, and the iterables that Node accepts. */
export function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
}
