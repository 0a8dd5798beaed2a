import type { LimitView, Refusal, RefusalCode } from '@rekey/kernel';

/** The one place where a refusal becomes an HTTP status and a sentence. */
export const refusalStatuses: Record<RefusalCode, { status: number; title: string }> = {
  invalid_request: { status: 400, title: 'The request is not valid.' },
  unauthorized: { status: 401, title: 'The credentials are wrong or missing.' },
  second_factor_required: { status: 401, title: 'The password is right. A second factor is needed too.' },
  step_up_required: { status: 401, title: 'Sign in again with all your factors before you change this.' },
  forbidden: { status: 403, title: 'This is not allowed.' },
  not_found: { status: 404, title: 'Not found.' },
  conflict: { status: 409, title: 'Another record already has this value.' },
  not_proven: { status: 409, title: 'The recovery is not proven yet.' },
  invalid_state: { status: 409, title: 'This is not possible in the current state.' },
  recovery_closed: { status: 410, title: 'The recovery has ended or expired.' },
  country_required: { status: 422, title: 'The country of the phone number is missing.' },
  wrong_proof: { status: 422, title: 'The proof is wrong.' },
  password_refused: { status: 422, title: 'This password cannot be used.' },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key was already used for another request.',
  },
  no_tries_left: { status: 429, title: 'There are no tries left.' },
  rate_limited: { status: 429, title: 'Too many requests. Try again later.' },
  resend_too_soon: { status: 429, title: 'It is too early to send another code.' },
  unavailable: { status: 503, title: 'This is not available right now. Nothing is lost. Try again.' },
};

/** A problem document (RFC 9457). `code` is a promise; `title` may be reworded. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  [member: string]: unknown;
}

export const problem = (status: number, code: string, title: string, more: object = {}): Problem => ({
  type: `urn:rekey:problem:${code}`,
  title,
  status,
  code,
  ...more,
});

const invalidRequest: [code: string, title: string] = [
  'invalid_request',
  refusalStatuses.invalid_request.title,
];

/** Refused before a route reads the request, by HTTP status. */
export const earlyProblems: Record<number, [code: string, title: string]> = {
  400: invalidRequest,
  404: ['not_found', refusalStatuses.not_found.title],
  405: ['method_not_allowed', 'This URL does not support this method.'],
  406: ['not_acceptable', 'None of the accepted types is available.'],
  413: ['too_large', 'The request is too large.'],
  414: ['too_large', 'The URL is too long.'],
  415: ['unsupported_media_type', 'This content type is not supported.'],
  431: ['too_large', 'The headers are too large.'],
  501: ['not_implemented', 'This method is not supported.'],
  505: ['not_implemented', 'This version of HTTP is not supported.'],
};

/** The problem of a request that no route has read. */
export function earlyProblem(status: number): Problem {
  const [code, title] = earlyProblems[status] ?? invalidRequest;
  return problem(status, code, title);
}

/** @returns the document and the headers that go with it */
export function problemOf(refusal: Refusal): { body: Problem; headers: Record<string, string> } {
  const { status, title } = refusalStatuses[refusal.code];
  const { limit, ...members } = refusal.data;
  const headers: Record<string, string> = limit ? limitHeaders(limit) : {};
  const retryAfter = refusal.data.retry_after ?? (status === 503 ? 5 : limit?.reset);
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));
  return { body: problem(status, refusal.code, title, members), headers };
}

/** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10 §3 and §4). */
export function limitHeaders(limit: LimitView): Record<string, string> {
  return {
    'ratelimit-policy': `"${limit.policy}";q=${limit.quota};w=${limit.window}`,
    ratelimit: `"${limit.policy}";r=${limit.remaining};t=${Math.max(0, Math.ceil(limit.reset))}`,
  };
}
