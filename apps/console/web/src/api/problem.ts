/** A problem document (RFC 9457), as the console's process writes it. */
export interface ProblemDocument {
  status: number;
  code: string;
  title: string;
  detail?: string;
  errors?: { pointer: string; detail: string }[];
}

/** What a request ended with, other than a success. `requestId` is what a person can quote. */
export class ProblemError extends Error {
  /** @param retryAfter seconds to wait, when the answer says so */
  constructor(
    readonly problem: ProblemDocument,
    readonly requestId?: string,
    readonly retryAfter?: number,
  ) {
    super(problem.title);
    this.name = 'ProblemError';
  }
}

/** The request did not get an answer: no network, or no process at the other end. */
export class OfflineError extends Error {
  /** @param mayBeDone the request changes something, and may have arrived */
  constructor(
    cause: unknown,
    readonly mayBeDone = false,
  ) {
    super('no answer', { cause });
    this.name = 'OfflineError';
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

/**
 * Reads the answer of a failed request. A proxy between us may answer with HTML: its status is then all there is.
 *
 * @param body undefined when it is no JSON
 */
export function problemOf(status: number, body: unknown): ProblemDocument {
  const { code, title, detail, errors } = Object(body) as Record<string, unknown>;
  return {
    status,
    code: isText(code) ? code : `http_${status}`,
    title: isText(title) ? title : '',
    ...(isText(detail) ? { detail } : {}),
    ...(Array.isArray(errors) ? { errors: errors.filter(isPointed) } : {}),
  };
}

const isPointed = (each: unknown): each is { pointer: string; detail: string } =>
  isText(Object(each).pointer) && isText(Object(each).detail);

/** Whether the same request may succeed a moment later. A refusal stays one. */
export function mayPass(error: unknown): boolean {
  if (error instanceof OfflineError) return true;
  return error instanceof ProblemError && (error.problem.status >= 500 || error.problem.status === 429);
}
