import { isRefused, type Refusal, type RefusalCode, refuse } from '@rekey/kernel';
import type { z } from 'zod';

/**
 * Carries a refusal from a guard, a pipe or a handler to the filter. Acts return refusals; only the edge throws them, by
 * {@link unwrap} and {@link deny}.
 */
export class RefusedException extends Error {
  /** @param headers of the response, beside those that its problem has */
  constructor(
    readonly refusal: Refusal,
    readonly headers: Record<string, string> = {},
  ) {
    super(refusal.code);
  }
}

/**
 * @param headersOf a refusal, such as a challenge
 * @throws {RefusedException} when the act said no
 */
export function unwrap<T>(outcome: T | Refusal, headersOf?: (refusal: Refusal) => Record<string, string>): T {
  if (isRefused(outcome)) throw new RefusedException(outcome, headersOf?.(outcome));
  return outcome;
}

/** @throws {RefusedException} always */
export function deny(code: RefusalCode, data?: Refusal['data'], headers?: Record<string, string>): never {
  throw new RefusedException(refuse(code, data), headers);
}

/**
 * The wire's schema applied to what came in.
 *
 * @param at member of the request that the input is, for the pointers
 * @throws {RefusedException} `invalid_request` with a JSON pointer (RFC 6901) and a sentence for each thing that is wrong;
 *   no value is repeated
 */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  at: string[] = [],
): z.output<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map((issue) => ({
    pointer: `/${[...at, ...issue.path].map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
    detail: issue.message,
  }));
  throw new RefusedException(refuse('invalid_request', { errors }));
}
