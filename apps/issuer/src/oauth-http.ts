import { type ArgumentsHost, applyDecorators, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { anyMedia, basicChallenge, pathOf, problemOf, RouteFact } from '@rekey/http';
import { isRefused, type Refusal } from '@rekey/kernel';
import { isOAuthRefused, type OAuthErrorCode, OAuthRefusal, oauthRefuse } from '@rekey/tokens';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { z } from 'zod';

/** Carries an OAuth refusal from a controller to its filter. */
export class OAuthException extends Error {
  constructor(readonly refusal: OAuthRefusal) {
    super(refusal.error);
  }
}

/**
 * Too many requests. RFC 6749 and RFC 8628 have no word for it at the endpoints that begin something; a client that knows none but
 * the status and `Retry-After` (RFC 6585 §4) does the same.
 */
export class OAuthLimited extends OAuthException {
  constructor(readonly limit: Refusal) {
    super(oauthRefuse('slow_down', 'too many requests'));
  }
}

/** @throws {OAuthException} when the outcome is a no */
export function grantOrThrow<T>(outcome: T | OAuthRefusal | Refusal): T {
  if (isRefused(outcome)) throw new OAuthLimited(outcome);
  if (isOAuthRefused(outcome)) throw new OAuthException(outcome);
  return outcome;
}

const statuses: Partial<Record<OAuthErrorCode, number>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
};

const bodyOf = ({ error, description }: OAuthRefusal) => ({
  error,
  ...(description ? { error_description: description } : {}),
});

/** Errors as RFC 6749 §5.2 has them. */
@Catch(OAuthException)
class OAuthFilter implements ExceptionFilter {
  catch(thrown: OAuthException, host: ArgumentsHost): void {
    const { refusal } = thrown;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const status = thrown instanceof OAuthLimited ? 429 : (statuses[refusal.error] ?? 400);
    if (thrown instanceof OAuthLimited) reply.headers(problemOf(thrown.limit).headers);
    // A 401 names a scheme (RFC 9110 §11.6.1), however the client tried.
    if (status === 401) reply.header('www-authenticate', basicChallenge);
    void reply.status(status).send(bodyOf(refusal));
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whatever comes to this path is answered as RFC 6749 §5 has it. */
    oauth?: boolean;
  }
}

/** On a controller whose routes are endpoints of RFC 6749. Another content type is refused in OAuth's words, not by HTTP's 415. */
export const OAuthEndpoints = () =>
  applyDecorators(RouteFact({ oauth: true, takes: anyMedia }), UseFilters(OAuthFilter));

/** What is true of every answer of an OAuth endpoint, also of a request that no route has seen. */
export async function registerOAuthErrors(fastify: FastifyInstance): Promise<void> {
  const paths = new Set<string | undefined>();
  fastify.addHook('onRoute', ({ url, config }: RouteOptions) => {
    if (config?.oauth) paths.add(url);
  });
  fastify.addHook('onSend', (request, reply, payload, next) => {
    // A request with another method has no route, but the same path.
    if (!paths.has(request.way?.route ?? pathOf(request))) return next(null, payload);
    // Beside Cache-Control, for caches of HTTP/1.0 (RFC 6749 §5.1).
    reply.header('pragma', 'no-cache');
    const isProblem = reply.getHeader('content-type') === 'application/problem+json';
    if (!isProblem || ![400, 413, 415].includes(reply.statusCode)) return next(null, payload);
    const isLarge = reply.statusCode === 413;
    const isCoded = reply.hasHeader('accept-encoding');
    reply
      .status(isLarge ? 413 : isCoded ? 415 : 400)
      .header('content-type', 'application/json; charset=utf-8');
    const refusal = isLarge ? tooLarge : isCoded ? coded : noForm;
    next(null, JSON.stringify(bodyOf(refusal)));
  });
}

const tooLarge = oauthRefuse('invalid_request', 'the form is too large');
const coded = oauthRefuse('invalid_request', 'the content coding is not one that is read here');
const noForm = oauthRefuse('invalid_request', 'the body must be application/x-www-form-urlencoded');

/** Addresses end up in logs: what is read from a form is not taken from there, nor left there (RFC 6749 §2.3.1 and §3.2). */
const onlyInForms = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'device_code',
  'refresh_token',
  'subject_token',
  'token',
]);

export type Form = Record<string, unknown>;

/**
 * The form of an OAuth request. A parameter without a value counts as left out (RFC 6749 §3.2).
 *
 * @throws {OAuthException} `invalid_request` for another content type, or a parameter that comes twice or in the address
 */
export function formOf(request: FastifyRequest): Form {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') throw new OAuthException(noForm);
  if (Object.keys(Object(request.query)).some((name) => onlyInForms.has(name)))
    throw new OAuthException(oauthRefuse('invalid_request', 'parameters belong in the body'));
  const form: Form = {};
  for (const [name, value] of Object.entries(Object(request.body) as Form)) {
    if (Array.isArray(value))
      throw new OAuthException(oauthRefuse('invalid_request', 'a parameter is repeated'));
    if (value !== '') form[name] = value;
  }
  return form;
}

/**
 * What of a form is read; a parameter that nobody knows is passed over (RFC 6749 §3.2).
 *
 * @throws {OAuthException} `invalid_request` when one is missing or malformed, `unsupported_grant_type`
 */
export function readForm<Schema extends z.ZodType>(schema: Schema, form: Form): z.output<Schema> {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? '').replace(/[^\w]/g, '');
  if (name === 'grant_type' && form.grant_type !== undefined)
    throw new OAuthException(oauthRefuse('unsupported_grant_type'));
  throw new OAuthException(oauthRefuse('invalid_request', `parameter ${name} is missing or malformed`));
}
