/** What the service refused, or why a call cannot be made. `code` is stable; the message is for a developer. */
export class RekeyFault extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** 0 where no answer came. */
    readonly status = 0,
    /** The problem document (RFC 9457) or OAuth error that came. */
    readonly body: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'RekeyFault';
  }
}

/** The body of an answer, or what it refuses as a fault. */
export async function read<Answer>(response: Response): Promise<Answer> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (response.ok) return body as Answer;
  const code = String(body.code ?? body.error ?? `http_${response.status}`);
  throw new RekeyFault(code, String(body.title ?? body.error_description ?? code), response.status, body);
}
