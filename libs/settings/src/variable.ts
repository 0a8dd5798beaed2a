import { isIP } from 'node:net';
import { z } from 'zod';

/** One environment variable: its text in the reference, what is allowed, how it is parsed. */
export interface Variable<Value = unknown> {
  meaning: string;
  /** As the reference shows it. */
  default: string;
  /** Completes "allowed: …" when a value is refused. */
  allowed: string;
  /** A refused value is not repeated in the message. */
  secret?: boolean;
  schema: z.ZodType<Value>;
}

/** Aborts on text that is not a URL, since the following checks look at one. */
export const url = (...protocols: string[]) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { abort: true });

/** Whether a URL contains a user name or a password. */
export const hasCredentials = (text: string): boolean =>
  URL.canParse(text) && new URL(text).username + new URL(text).password !== '';

/** User name and password must be percent-encoded, so that decoding them cannot fail. */
export const withCredentials = (...protocols: string[]) =>
  url(...protocols).refine((text) => {
    const { username, password } = new URL(text);
    try {
      return decodeURIComponent(username + password) !== undefined;
    } catch {
      return false;
    }
  });

/** A URL that everybody may read: it appears in links, responses and logs. */
export const publicUrl = (...protocols: string[]) =>
  url(...protocols).refine((text) => !hasCredentials(text), { abort: true });
export const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item).min(1));
const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().min(1).max(65535));
export const baseUrl = publicUrl('http:', 'https:')
  .refine((text) => new URL(text).search === '' && new URL(text).hash === '')
  .transform((text) => text.replace(/\/+$/, ''));
export const network = z.string().refine((text) => {
  const [address = '', bits] = text.split('/');
  return (
    isIP(address) !== 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128)))
  );
});

export const portVariable = (of: string, number: number): Variable<number> => ({
  meaning: `listen port of ${of}`,
  default: String(number),
  allowed: 'a port number from 1 to 65535',
  schema: port,
});
export const urlVariable = (of: string, portName: string): Variable<string> => ({
  meaning: `public base URL of ${of}; links use it, never a request header`,
  default: `http://localhost:${portName}; https with \`TLS_CERT_FILE\``,
  allowed: 'an http:// or https:// URL without user, query or fragment',
  schema: baseUrl,
});
export const text = (
  meaning: string,
  fallback: string,
  allowed = 'any text',
  secret = false,
): Variable<string> => ({
  meaning,
  default: fallback,
  allowed,
  secret,
  schema: z.string().min(1),
});

export const count = (meaning: string, fallback: number): Variable<number> => ({
  meaning,
  default: String(fallback),
  allowed: 'a whole number of 1 or more',
  schema: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(1)),
});
