/**
 * Every reason for which Rekey refuses. The codes are part of the contract: a client may rely on them. Only `libs/http` knows the HTTP
 * status of each and the sentence that a person reads.
 */
export type RefusalCode =
  | 'invalid_request'
  | 'country_required'
  | 'not_found'
  | 'unauthorized'
  | 'second_factor_required'
  | 'step_up_required'
  | 'forbidden'
  | 'conflict'
  | 'idempotency_key_reused'
  | 'rate_limited'
  | 'resend_too_soon'
  | 'wrong_proof'
  | 'no_tries_left'
  | 'recovery_closed'
  | 'not_proven'
  | 'invalid_state'
  | 'password_refused'
  | 'unavailable';

/** One budget as the RateLimit headers show it (draft-ietf-httpapi-ratelimit-headers). Times in seconds. */
export interface LimitView {
  policy: string;
  quota: number;
  window: number;
  remaining: number;
  reset: number;
}

/** What a caller may learn besides the code: members of the problem document, and `limit` as headers. */
export interface RefusalData {
  tries_left?: number;
  /** Seconds until the same request makes sense again. */
  retry_after?: number;
  /** Which rule a password broke: `too_short`, `too_long`, `blocklisted`, `too_similar`. */
  reason?: string;
  errors?: { pointer: string; detail: string }[];
  /** For a recovery that is not proven: kinds of proof that would move it forward. */
  methods?: readonly string[];
  limit?: LimitView;
  /** For a recovery that is closed: how it ended, and when it was completed (RFC 3339). */
  state?: string;
  completed_at?: string;
  /** What a person can do now: `sign_in`, `recover`. */
  remedies?: readonly string[];
  /** An explanation for people (RFC 9457 §3.1.4). */
  detail?: string;
}

/**
 * An expected refusal, whatever its vocabulary. It is returned, never thrown: only faults are thrown. A transaction that returns one is
 * rolled back.
 */
export abstract class AnyRefusal {}

export class Refusal extends AnyRefusal {
  constructor(
    readonly code: RefusalCode,
    readonly data: RefusalData = {},
    /** For the log only. */
    readonly detail?: string,
  ) {
    super();
  }
}

export const refuse = (code: RefusalCode, data?: RefusalData, detail?: string): Refusal =>
  new Refusal(code, data, detail);

export const isRefused = (outcome: unknown): outcome is Refusal => outcome instanceof Refusal;

export const isAnyRefused = (outcome: unknown): outcome is AnyRefusal => outcome instanceof AnyRefusal;
