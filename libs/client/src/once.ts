import { RekeyError, read } from './error.js';

/** @returns an Idempotency-Key of 128 random bits; undefined where the platform has none (an old React Native) */
export function newKey(): string | undefined {
  const bytes = globalThis.crypto?.getRandomValues?.(new Uint8Array(16));
  return bytes && Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Milliseconds before a call is repeated. */
const pause = 500;
/** The first call may wait for an issuer for up to 16 seconds. */
const mostWaits = 20;

/**
 * A call that has its effect once: when the response is lost, it is repeated once, with the same key. The service then gives the same
 * response, or credentials that work. While it is still processing the first call, this one waits.
 */
export async function postOnce<Answer>(
  with_: { send: typeof fetch; sleep: (ms: number) => Promise<void>; key: string | undefined },
  url: string,
  json: object,
  bearer?: string,
): Promise<Answer> {
  const { send, sleep, key } = with_;
  const post = () => callJson<Answer>(send, url, 'POST', json, bearer, key);
  try {
    return await post();
  } catch (fault) {
    if (!key || !isLost(fault)) throw fault;
  }
  await sleep(pause);
  for (let waits = 0; ; waits++) {
    try {
      return await post();
    } catch (fault) {
      const { status, body } = fault as RekeyError;
      const wait = status === 409 ? Number(body.retry_after) : 0;
      if (!wait || waits === mostWaits) throw fault;
      await sleep(wait * 1000);
    }
  }
}

/** A gateway that gave up says nothing about the service behind it. */
const isLost = (fault: unknown): boolean =>
  fault instanceof RekeyError &&
  (fault.code === 'unreachable' || fault.status === 502 || fault.status === 504);

export async function callJson<Answer>(
  send: typeof fetch,
  url: string,
  method: string,
  json?: object,
  bearer?: string,
  key?: string,
): Promise<Answer> {
  const unreachable = (fault: unknown): never => {
    throw new RekeyError(
      'unreachable',
      `no response from ${url}: ${String(fault)}. If this page has another origin, is it in CORS_ORIGINS?`,
    );
  };
  const response = await send(url, {
    method,
    redirect: 'manual',
    // No cookie is needed, and a 401 with a challenge for clients must not open the browser's password dialog.
    credentials: 'omit',
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(key ? { 'idempotency-key': key } : {}),
      ...(json ? { 'content-type': 'application/json' } : {}),
    },
    ...(json ? { body: JSON.stringify(json) } : {}),
  }).catch(unreachable);
  return read<Answer>(url, response).catch((fault: unknown) =>
    // The connection may end within the body.
    fault instanceof RekeyError ? Promise.reject(fault) : unreachable(fault),
  );
}
