import { isUtf8 } from 'node:buffer';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyBodyParser, FastifyInstance } from 'fastify';

/** A change of a JSON document (RFC 7396). A route that reads it says so. */
export const mergePatch = 'application/merge-patch+json';

const notText = (what: string): Error => Object.assign(new Error(`${what} is no text`), { statusCode: 400 });

/**
 * Reads bodies without changing their text: what does not decode is refused with 400, where a decoder would put U+FFFD for it. Bytes that
 * are not UTF-8 are not JSON (RFC 8259 §8.1), and half of a surrogate pair is no character (RFC 7493 §2.1).
 *
 * A body of no bytes is none, also of who always says that it is JSON: where one is needed, its members are what is missing.
 */
export function readBodies(adapter: Pick<FastifyAdapter, 'useBodyParser'>, fastify: FastifyInstance): void {
  const json = fastify.getDefaultJsonParser('error', 'error') as FastifyBodyParser<string>;
  const { bodyLimit } = fastify.initialConfig;
  const options = bodyLimit === undefined ? {} : { bodyLimit };
  for (const type of ['application/json', mergePatch])
    adapter.useBodyParser(type, false, options, (request, body, done) => {
      const bytes = body as Buffer | undefined;
      if (!bytes?.length) return done(null, undefined);
      const text = String(bytes);
      if (!isUtf8(bytes) || hasHalfCharacter(text)) return done(notText('the body'));
      void json(request as never, text, done);
    });
  adapter.useBodyParser('application/x-www-form-urlencoded', false, options, (_request, body, done) => {
    const bytes = Buffer.from((body as Buffer | undefined) ?? '');
    const form = isUtf8(bytes) ? readForm(String(bytes)) : undefined;
    if (form) done(null, form);
    else done(notText('the form'));
  });
}

/** Whether a string of a JSON text has an escaped surrogate without its other half. */
export function hasHalfCharacter(json: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return false;
  const escapes = json.replaceAll('\\\\', '').replace(/\\u[dD][89abAB]..\\u[dD][c-fC-F]../g, '');
  return /\\u[dD][89a-fA-F]/.test(escapes);
}

/**
 * The fields of a form (WHATWG URL §5.1); one that is given again is an array.
 *
 * @returns undefined when the percent-encoding is broken or does not decode to UTF-8, and for `__proto__`, which would change what is made
 * of the fields
 */
export function readForm(text: string): Record<string, string | string[]> | undefined {
  const form: Record<string, string | string[]> = Object.create(null);
  try {
    decodeURIComponent(text);
  } catch {
    return undefined;
  }
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === '__proto__') return undefined;
    const before = form[name];
    form[name] = before === undefined ? value : [before, value].flat();
  }
  return form;
}
