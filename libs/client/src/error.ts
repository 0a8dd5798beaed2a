/** Why a person has to recover or to sign in: the issuer's own words. */
export interface RecoveryCause {
  error: string;
  description: string;
}

export type ProofKind = 'code' | 'totp' | 'backup_code';

/** What the service refused, or why a call cannot be made. `code` is stable; the message is for a developer. */
export class RekeyError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** 0 where no answer came. */
    readonly status = 0,
    /** The problem document (RFC 9457) or OAuth error that came. */
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'RekeyError';
  }

  /** Of `not_proven`: the proofs that are missing, or that no longer hold. */
  get methods(): ProofKind[] {
    return Array.isArray(this.body.methods) ? this.body.methods : [];
  }
}

/**
 * The body of an answer.
 *
 * @param url where it was asked for
 * @throws {RekeyError} what it refuses; `redirected` and `bad_answer` when it cannot be from Rekey
 */
export async function read<Answer>(url: string, response: Response): Promise<Answer> {
  const { status, type } = response;
  // What is sent to the service is not sent on to wherever an answer points: secrets are in it.
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
  // The address itself may be what is wrong.
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
