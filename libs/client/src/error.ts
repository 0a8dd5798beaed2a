import type { ProofKind } from './proof-kinds.generated.js';

/** Why a person has to recover or to sign in, in the issuer's words. */
export interface RecoveryCause {
  error: string;
  description: string;
}

/** A refusal of the service, or a call that cannot be made. `code` is stable; the message is for a developer. */
export class RekeyError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** 0 when there was no response. */
    readonly status = 0,
    /** The problem document (RFC 9457) or OAuth error of the response. */
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'RekeyError';
  }

  /** For `not_proven`: the proofs that are missing, or that no longer hold. */
  get methods(): ProofKind[] {
    return Array.isArray(this.body.methods) ? this.body.methods : [];
  }
}

/**
 * Returns the body of a response.
 *
 * @param url of the request
 * @throws {RekeyError} for a refusal; `redirected` and `bad_answer` when the response cannot be from Rekey
 */
export async function read<Answer>(url: string, response: Response): Promise<Answer> {
  const { status, type } = response;
  // Never follows a redirect: the request contains secrets.
  if (type === 'opaqueredirect' || (status >= 300 && status < 400))
    throw new RekeyError('redirected', `${url} redirects: give the client the final URL`, status);
  const text = await response.text();
  const body = text ? json(text) : {};
  if (!body) {
    const kind = response.headers.get('content-type') ?? 'something';
    throw new RekeyError(
      'bad_answer',
      `${url} answered ${status} with ${kind} instead of JSON: is Rekey running at this URL?`,
      status,
    );
  }
  if (response.ok) return body as Answer;
  const code = String(body.code ?? body.error ?? `http_${status}`);
  const says = String(body.title ?? body.error_description ?? code);
  // The URL itself may be wrong.
  throw new RekeyError(code, status === 404 ? `${says} (${url})` : says, status, body);
}

function json(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
