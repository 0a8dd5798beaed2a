import { type Refusal, refuse } from '@rekey/kernel';
import type { IssuedTokens } from '@rekey/recovery';
import { z } from 'zod';

/** RFC 6749 §5.1. What else the server says is handed on. */
const granted = z.looseObject({
  access_token: z.string().min(1),
  // Any other type wants a proof that the person's app could not give.
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .transform(() => 'Bearer'),
  // A number; several servers send its digits.
  expires_in: z
    .union([
      z.int(),
      z
        .string()
        .regex(/^\d{1,10}$/)
        .transform(Number),
    ])
    .optional(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
});

/** RFC 6749 §5.2; too short to hold a token that a server would repeat. */
const refused = z.looseObject({ error: z.string().regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,60}$/) });

/** Answers that are about the moment, not about the request. */
const passing = ['temporarily_unavailable', 'server_error'];

/**
 * The tokens; or `invalid_state` when the server refuses the recovery. That it does not know us is not the person's matter:
 * `unavailable`, until somebody has mended it.
 *
 * @throws for an answer that is neither; the message holds nothing of it
 */
export async function readTokenResponse(
  response: Response,
  log: (fault: unknown, about: string) => void,
): Promise<IssuedTokens | Refusal> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const tokens = granted.safeParse(body);
  if (status === 200 && tokens.success) return tokens.data;
  const refusal = refused.safeParse(body);
  if (status < 400 || status >= 500 || status === 408 || status === 429 || !refusal.success)
    throw new Error(`its token endpoint answered ${status} and nothing of RFC 6749 §5`);
  const { error } = refusal.data;
  log(new Error(`${status} ${error}`), 'the external issuer refused a recovery');
  const isNo = error !== 'invalid_client' && !passing.includes(error);
  return refuse(isNo ? 'invalid_state' : 'unavailable', {}, error);
}
