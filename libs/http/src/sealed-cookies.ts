import type {} from '@fastify/cookie';
import { type Keyring, readBase64url, type SealedAs } from '@rekey/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';

type SameSite = 'strict' | 'lax';

/**
 * The cookies of one request, which no script reads. The process has registered `@fastify/cookie`. Over HTTPS they have the `__Host-` prefix (RFC 6265bis §4.1.3.2): no other host can
 * set them. What is sealed for one cookie opens in no other.
 */
export class SealedCookies<Name extends string> {
  constructor(
    private readonly keyring: Keyring,
    private readonly secure: boolean,
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {}

  /** The value of a cookie that is not sealed. */
  plain(name: string): string | undefined {
    return this.request.cookies[this.full(name)];
  }

  setPlain(name: string, value: string, sameSite: SameSite, seconds: number): void {
    this.reply.setCookie(this.full(name), value, { ...this.options(sameSite), maxAge: seconds });
  }

  open(name: Name): string | undefined {
    const value = this.plain(name);
    if (!value || value.length > 4_000) return undefined;
    return openSealed(this.keyring, value, asCookie(name));
  }

  seal(name: Name, text: string): string {
    return this.keyring.seal(text, asCookie(name)).toString('base64url');
  }

  set(name: Name, text: string, sameSite: SameSite, seconds: number): void {
    this.setPlain(name, this.seal(name, text), sameSite, seconds);
  }

  clear(name: Name): void {
    this.reply.clearCookie(this.full(name), this.options('lax'));
  }

  private full(name: string): string {
    return `${this.secure ? '__Host-' : ''}rekey-${name}`;
  }

  private options(sameSite: SameSite) {
    return { path: '/', httpOnly: true, secure: this.secure, sameSite };
  }
}

const asCookie = (name: string): SealedAs => ({ use: `page-cookie/${name}` });

/** @returns undefined for a text that was not sealed here, or for something else */
export function openSealed(keyring: Keyring, text: string, as: SealedAs): string | undefined {
  try {
    return keyring.open(readBase64url(text) ?? Buffer.alloc(0), as).toString();
  } catch {
    return undefined;
  }
}
