import { isIP } from 'node:net';
import { z } from 'zod';
import type { ProcessName, Run } from './run.js';

/** One environment variable. Its type, its default and its line in the reference all come from this value. */
export interface Variable<Value = unknown> {
  meaning: string;
  /** The value when it is unset. */
  default?: Value;
  /** The default in words, for a variable whose default is not a fixed value. */
  unset?: string;
  /** Completes "allowed: …" when a value is refused. */
  allowed: string;
  /** A refused value is not repeated in the message, and `NAME_FILE` may name a file with the value. */
  secret?: boolean;
  /** Processes that do not start without it in production. `standalone` needs what any of them needs. */
  neededBy?: readonly ProcessName[];
  schema: z.ZodType<Value>;
}

/** What a deployment has set, parsed; a variable that is unset or empty is absent. */
export type Given<Variables extends Record<string, Variable>> = {
  [Name in keyof Variables]?: z.output<Variables[Name]['schema']> | undefined;
};

/** The same with the defaults. */
export type Values<Variables extends Record<string, Variable>> = {
  [Name in keyof Variables]:
    | z.output<Variables[Name]['schema']>
    | (Variables[Name] extends { default: unknown } ? never : undefined);
};

type Sparse<Whole> = {
  [Name in keyof Whole as undefined extends Whole[Name] ? never : Name]: Whole[Name];
} & { [Name in keyof Whole as undefined extends Whole[Name] ? Name : never]?: Whole[Name] };

/** The same value, as a type of which other code may leave out what may be undefined. */
export const sparse = <Whole extends object>(whole: Whole) => whole as unknown as Sparse<Whole>;

export const isNeeded = ({ neededBy = [] }: Variable, { process, production }: Run): boolean =>
  production && (process === 'standalone' ? neededBy.length > 0 : neededBy.includes(process));

/** Names the file with a secret. */
export const fileForm = (name: string): string => `${name}_FILE`;

/** What is missing has a development default, which nobody has decided on for a production deployment. */
export const notSetInProduction = (names: string): string =>
  `${names}: not set; NODE_ENV=production allows no development default`;

/** The default as the reference shows it. */
export function defaultText({ default: value, unset, neededBy }: Variable): string {
  if (unset !== undefined) return unset;
  if (value === undefined) return 'none';
  const shown = Array.isArray(value) ? value.join(', ') || 'none' : shownValue(value);
  return neededBy ? `development: ${shown}` : shown;
}

const shownValue = (value: unknown): string =>
  typeof value === 'string' ? `\`${value}\`` : JSON.stringify(value);

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
/** Names of ranges that `@fastify/proxy-addr` knows. */
const rangeNames = ['loopback', 'linklocal', 'uniquelocal'];

/** IP addresses, networks and named ranges. Not a number of hops, and not all addresses: anybody could then be a proxy. */
export const network = z.string().refine((text) => {
  if (rangeNames.includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0);
  const most = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && isRange && more.length === 0 && Number(bits ?? 1) <= most;
});

/** A base URL, without a trailing slash. */
export const baseUrl = {
  allowed: 'an http:// or https:// URL without user, query or fragment',
  schema: publicUrl('http:', 'https:')
    .refine((text) => new URL(text).search === '' && new URL(text).hash === '')
    .transform((text) => text.replace(/\/+$/, '')),
};

export const names = {
  allowed: 'one or more names, comma-separated',
  schema: list(z.string().min(1)),
};

/** A file that is not a secret: its path is the value. */
export const file = { allowed: 'a readable file', schema: z.string().min(1) };

export const port = (of: string, number: number) => ({
  meaning: `listen port of ${of}`,
  default: number,
  allowed: 'a port number from 1 to 65535',
  schema: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.number().min(1).max(65535)),
});

export const text = <const Words extends { default: string } | { unset: string }>(
  meaning: string,
  fallback: Words,
  allowed = 'any text',
) => ({ meaning, ...fallback, allowed, schema: z.string().min(1) });

/** Text that no message and no log repeats. */
export const secret = (meaning: string, unset: string, allowed: string) => ({
  ...text(meaning, { unset }, allowed),
  secret: true,
});

export const count = (meaning: string, number: number) => ({
  meaning,
  default: number,
  allowed: 'a whole number of 1 or more',
  schema: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(1)),
});

const or = new Intl.ListFormat('en', { type: 'disjunction' });

/** @param fallback one of the words, or what happens without one */
export const choice = <
  const Word extends string,
  const Fallback extends { default: Word } | { unset: string },
>(
  meaning: string,
  words: readonly [Word, ...Word[]],
  fallback: Fallback,
) => ({ meaning, ...fallback, allowed: or.format(words).replace(', or ', ' or '), schema: z.enum(words) });
