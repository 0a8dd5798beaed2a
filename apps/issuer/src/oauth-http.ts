import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import {
  type Client,
  type ClientDirectory,
  isOAuthRefused,
  type OAuthErrorCode,
  OAuthRefusal,
  oauthRefuse,
} from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Carries an OAuth refusal from a controller to its filter. */
export class OAuthException extends Error {
  constructor(
    readonly refusal: OAuthRefusal,
    /** The client tried `Authorization: Basic`: a 401 must name that scheme (RFC 6749 §5.2). */
    readonly byHeader = false,
  ) {
    super(refusal.error);
  }
}

/** @throws {OAuthException} when the outcome is a no */
export function grantOrThrow<T>(outcome: T | OAuthRefusal, byHeader = false): T {
  if (isOAuthRefused(outcome)) throw new OAuthException(outcome, byHeader);
  return outcome;
}

const statuses: Partial<Record<OAuthErrorCode, number>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
};

/** Errors as RFC 6749 §5.2 has them. */
@Catch(OAuthException)
export class OAuthFilter implements ExceptionFilter {
  catch({ refusal, byHeader }: OAuthException, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const status = statuses[refusal.error] ?? 400;
    if (status === 401 && byHeader) reply.header('www-authenticate', 'Basic realm="rekey", charset="UTF-8"');
    void reply
      .status(status)
      .header('pragma', 'no-cache')
      .send({
        error: refusal.error,
        ...(refusal.description ? { error_description: refusal.description } : {}),
      });
  }
}

/**
 * The form of an OAuth request.
 *
 * @throws {OAuthException} `invalid_request` for another content type, a parameter that comes twice (RFC 6749 §3.2), or one
 *   that is missing
 */
export function readForm<Schema extends z.ZodType>(
  schema: Schema,
  request: FastifyRequest,
): z.output<Schema> {
  const type = request.headers['content-type']?.split(';')[0]?.trim();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new OAuthException(
      oauthRefuse('invalid_request', 'the body must be application/x-www-form-urlencoded'),
    );
  }
  const form = Object(request.body) as Record<string, unknown>;
  const twice = Object.keys(form).find((name) => Array.isArray(form[name]));
  if (twice) throw new OAuthException(oauthRefuse('invalid_request', 'a parameter is given twice'));
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  const name = String(parsed.error.issues[0]?.path[0] ?? '').replace(/[^\w]/g, '');
  throw new OAuthException(oauthRefuse('invalid_request', `parameter ${name} is missing or malformed`));
}

export const clientFields = {
  client_id: z.string().max(200).optional(),
  client_secret: z.string().max(200).optional(),
};

/**
 * Who is calling: `Authorization: Basic` or the form, not both (RFC 6749 §2.3).
 *
 * @param fallback the client of a request that names none
 * @throws {OAuthException} `invalid_client` or `invalid_request`
 */
export async function callingClient(
  clients: ClientDirectory,
  request: FastifyRequest,
  form: { client_id?: string; client_secret?: string },
  fallback?: string,
): Promise<Client> {
  const header = readBasic(request.headers.authorization);
  if (header && form.client_secret !== undefined) {
    throw new OAuthException(oauthRefuse('invalid_request', 'two ways of client authentication'));
  }
  const clientId = header?.id ?? form.client_id ?? fallback;
  if (clientId === undefined)
    throw new OAuthException(oauthRefuse('invalid_client', 'client authentication is required'), true);
  return grantOrThrow(
    await clients.authenticate(clientId, header?.secret ?? form.client_secret),
    header !== undefined,
  );
}

function readBasic(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^basic ([\w+/=-]{1,1000})$/i.exec(authorization ?? '')?.[1];
  if (!encoded) return undefined;
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  // Both halves are form-encoded before they are joined (RFC 6749 §2.3.1).
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      return text;
    }
  };
  return { id: decode(id), secret: decode(rest.join(':')) };
}
