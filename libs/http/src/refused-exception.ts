import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { z } from 'zod';

/** Carries a refusal from a controller to the filter. Acts return refusals; only controllers throw them, by {@link unwrap}. */
export class RefusedException extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
  }
}

/** @throws {RefusedException} when the act said no */
export function unwrap<T>(outcome: T | Refusal): T {
  if (isRefused(outcome)) throw new RefusedException(outcome);
  return outcome;
}

/**
 * The wire's schema applied to what came in.
 *
 * @throws {RefusedException} `invalid_request` with a JSON pointer (RFC 6901) and a sentence for each thing that is wrong;
 *   no value is repeated
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map((issue) => ({
    pointer: `/${issue.path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`,
    detail: issue.message,
  }));
  throw new RefusedException(refuse('invalid_request', { errors }));
}
