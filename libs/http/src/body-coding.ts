import { MIMEType } from 'node:util';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The labels of UTF-8 (WHATWG Encoding §4.2). */
const isUtf8 = (charset: string): boolean => {
  try {
    return new TextDecoder(charset).encoding === 'utf-8';
  } catch {
    return false;
  }
};

/** @returns the media type and its parameters; undefined when the header is none */
export function mediaTypeOf(header: string | undefined): MIMEType | undefined {
  try {
    return header === undefined ? undefined : new MIMEType(header);
  } catch {
    return undefined;
  }
}

/** Bodies are read as UTF-8. Read as such, one in another charset would be another text. */
export function isReadAsUtf8(header: string | undefined): boolean {
  const charset = mediaTypeOf(header)?.params.get('charset') ?? 'utf-8';
  return isUtf8(charset);
}

/** The codings of the body, outermost last (RFC 9110 §8.4); `identity` is none. `x-gzip` is gzip (§8.4.1.3). */
export const codingsOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string[] =>
  (headers['content-encoding'] ?? '')
    .split(',')
    .map((coding) =>
      coding
        .trim()
        .toLowerCase()
        .replace(/^x-gzip$/, 'gzip'),
    )
    .filter((coding) => coding !== '' && coding !== 'identity');

/**
 * Whether the body has a coding that is not read here. The reply then names those that are (RFC 9110 §15.5.16).
 *
 * @param read codings that the route decodes itself, one at a time
 */
export function hasUnreadCoding(
  request: FastifyRequest,
  reply: FastifyReply,
  read: readonly string[],
): boolean {
  const [coding, ...more] = codingsOf(request);
  if (coding === undefined || (more.length === 0 && read.includes(coding))) return false;
  reply.header('accept-encoding', [...read, 'identity'].join(', '));
  return true;
}
