import { OfflineError, ProblemError, problemOf } from './problem.js';

/** How far the server's clock is ahead of this machine's, in milliseconds, by what its answers say. */
let aheadMs = 0;

/** The server's time, in milliseconds. */
export const serverNow = (): number => Date.now() + aheadMs;

/** Called after each answer with the session, for its idle time begins anew. */
let answered: () => void = () => undefined;
export const onAnswer = (listener: () => void): void => {
  answered = listener;
};

/** Called when an answer says that there is no session any more, whatever was asked. */
let ended: () => void = () => undefined;
export const onSessionEnd = (listener: () => void): void => {
  ended = listener;
};

/** Here a passkey, or a signature of one, is refused with the code of a missing session. */
const signedPath = /^\/staff\/(sessions\/fresh|overrides(\/[^/]+\/approval)?)$/;

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

const changes = (method: Method): boolean => method !== 'GET';

/**
 * Sends a request of the console to its own process.
 *
 * @param path of a route, ids already encoded: see {@link at}
 * @returns the JSON of the answer; undefined when it has no body
 * @throws {ProblemError} what the server refused; {OfflineError} when no answer came
 */
export const request = <Answer>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> =>
  answerOf(
    method,
    path,
    body,
    (response) => response.json().catch(() => undefined) as Promise<Answer>,
    signal,
  );

/** As {@link request}, of an answer that is read otherwise. An answer that breaks off counts as none. */
export async function answerOf<Answer>(
  method: Method,
  path: string,
  body: unknown,
  read: (response: Response) => Promise<Answer>,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await send(method, path, body, signal);
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header has whole seconds: less than two is no difference.
  if (Number.isFinite(date)) aheadMs = Math.abs(date - Date.now()) > 2_000 ? date - Date.now() : 0;
  if (response.ok) {
    answered();
    return read(response).catch((fault) => {
      throw signal?.aborted ? fault : new OfflineError(fault, changes(method));
    });
  }
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  const problem = problemOf(response.status, await response.json().catch(() => undefined));
  if (response.status === 401 && problem.code === 'unauthorized' && !signedPath.test(path)) ended();
  throw new ProblemError(
    problem,
    response.headers.get('x-request-id') ?? undefined,
    Number.isFinite(after) ? after : undefined,
  );
}

async function send(method: Method, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      // An answer that leads elsewhere is none of our routes.
      redirect: 'error',
      headers: {
        accept: 'application/json, application/x-ndjson;q=0.9, text/csv;q=0.9',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new OfflineError(fault, changes(method));
  }
}

/** A path with its ids encoded: ``at`/staff/accounts/${id}` ``. */
export const at = (parts: TemplateStringsArray, ...ids: string[]): string =>
  String.raw({ raw: parts }, ...ids.map(encodeURIComponent));

/** A query of what is set. @returns `?a=1&b=2`, or nothing */
export function query(members: Record<string, string | number | undefined>): string {
  const given = Object.entries(members).filter(
    (each): each is [string, string | number] => each[1] !== undefined && each[1] !== '',
  );
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
