import { type AccountPatch, type AccountToPut, readPasswordHash } from '@rekey/accounts';
import { deny } from '@rekey/http';
import { isLanguageTag, languageTag, locales, longestTag, longestTyped } from '@rekey/kernel';
import { clientLifetimes, grants, isClientId, tokenExchangeGrant } from '@rekey/tokens';
import { z } from 'zod';
import { oneLine } from './query.schema.js';

/** Unknown members are refused, so that nobody sets what is not named here. */
const address = z.strictObject({
  kind: z.enum(['email', 'phone']),
  value: z.string().min(1).max(longestTyped),
  verified: z.boolean(),
  primary: z.boolean().optional(),
});

const role = z.string().regex(/^[\w:.-]{1,64}$/);

const locale = z
  .string()
  .max(longestTag)
  .refine(isLanguageTag, 'must be a language tag (BCP 47), such as zh-Hans');

const accountMembers = {
  username: z.string().min(1).max(longestTyped).optional(),
  addresses: z.array(address).max(20).default([]),
  roles: z.array(role).max(50).default([]),
  status: z.enum(['active', 'disabled']).default('active'),
  locale: locale
    .optional()
    .describe(
      `Language of messages (BCP 47). We write in ${locales.map(({ tag }) => tag).join(' and ')}; any other is kept, and its messages are in the language that was asked for, or en`,
    ),
  aal: z
    .union([z.literal(1), z.literal(2)])
    .optional()
    .describe(
      'Assurance level of your own sign-in: 2 if it asks for a second factor. If left out, the level stays as it is',
    ),
};

/** A member of `credentials` in a Keycloak export. */
const keycloakCredential = z.looseObject({ secretData: z.string(), credentialData: z.string() });

const passwordHash = z.union([z.string().max(4096), keycloakCredential]).superRefine((hash, context) => {
  const read = readPasswordHash(textOf(hash));
  if ('refused' in read) context.addIssue({ code: 'custom', message: read.refused });
});

const textOf = (hash: z.output<typeof passwordHash>): string =>
  typeof hash === 'string' ? hash : JSON.stringify(hash);

/** @returns the stored form of a hash that {@link passwordHash} has accepted */
function storedForm(hash: z.output<typeof passwordHash>): string | undefined {
  const read = readPasswordHash(textOf(hash));
  return 'stored' in read ? read.stored : undefined;
}

const accountFields = z.strictObject({
  ...accountMembers,
  password: z
    .string()
    .max(1024)
    .optional()
    .describe('Never returned. If left out, the account keeps its password'),
  password_hash: passwordHash
    .optional()
    .describe(
      'Instead of `password`: a hash from another system, of argon2, bcrypt, scrypt (also Firebase) or PBKDF2 (also Django, ASP.NET Core), or the credential of a Keycloak export. It is replaced when its password is next right',
    ),
});

/** Which of the two would count is not for the reader to guess. */
const onePassword = {
  test: ({ password, password_hash }: z.output<typeof accountFields>) =>
    password === undefined || password_hash === undefined,
  else: { path: ['password_hash'], message: 'set either password or password_hash, not both' },
};

const inAddress = z
  .string()
  .optional()
  .describe('If given, it must match the URL. So you can send back what you have read');

export const accountBody = accountFields.extend({ id: inAddress }).refine(onePassword.test, onePassword.else);
export const importLine = accountFields
  .extend({ id: z.string().min(1).max(128) })
  .refine(onePassword.test, onePassword.else);

/** Of a merge patch. Without a default: a member that is left out stays as it is. */
export const accountPatch = z.strictObject({
  status: z.enum(['active', 'disabled']).optional(),
  roles: z.array(role).max(50).optional(),
  username: z.string().min(1).max(longestTyped).nullable().optional(),
  locale: locale.nullable().optional(),
  id: inAddress,
});

export function accountToPatch({
  id: _same,
  locale,
  ...members
}: z.output<typeof accountPatch>): AccountPatch {
  return { ...members, ...(locale === undefined ? {} : { locale: locale && languageTag(locale) }) };
}

export const accountResponse = z.object({
  id: z.string(),
  ...accountMembers,
  addresses: z.array(address.required()),
});

export const importResult = z.object({
  line: z.number().int(),
  id: z.string().optional(),
  result: z.enum(['created', 'replaced', 'failed']),
  code: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});
export type ImportResult = z.output<typeof importResult>;

/** @throws {RefusedException} `invalid_request` when the body is about another one than the address */
export function checkSame(member: 'id' | 'client_id', inBody: string | undefined, address: string): void {
  if (inBody === undefined || inBody === address) return;
  deny('invalid_request', {
    errors: [{ pointer: `/${member}`, detail: 'does not match the id in the URL' }],
  });
}

const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/);
/** RFC 9700 §2.1 and §4.1: to the letter, without fragment or credentials; plain http only back to this machine (RFC 8252 §7.3). */
function isRedirectUri(text: string): boolean {
  if (!/^[\x21-\x7e]{1,2000}$/.test(text) || text.includes('#') || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  if (protocol === 'http:') return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  // An app's own scheme is a reversed domain name (RFC 8252 §7.1); javascript:, data: and their kind have no dot.
  return protocol === 'https:' || /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(protocol);
}

const redirectUri = z
  .string()
  .refine(
    isRedirectUri,
    'must be https, http on localhost, or the private scheme of an app, without fragment or credentials',
  );
const name = oneLine(100);

/** Why a held recovery is released or denied. */
export const decisionBody = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must have no control characters and no ends of lines')
    .describe(
      'Kept in the audit, so name no address of a person. Nobody but the readers of the audit sees it',
    ),
});
export type DecisionBody = z.output<typeof decisionBody>;

export const clientIdInPath = z
  .string()
  .refine(isClientId, 'must be 1 to 100 letters, digits, "_", ".", ":" or "-"');

const clientType = z.enum(['public', 'confidential']);

export const clientBody = z
  .strictObject({
    name,
    type: clientType,
    redirect_uris: z.array(redirectUri).max(50).default([]),
    grants: z.array(z.enum(grants)).default([tokenExchangeGrant, 'authorization_code', 'refresh_token']),
    scopes: z.array(scope).max(50).default(['account']),
    lifetimes: clientLifetimes.default({}),
    client_id: inAddress,
  })
  .refine(({ type, grants: wanted }) => type === 'confidential' || !wanted.includes('client_credentials'), {
    path: ['grants'],
    message: 'client_credentials needs a confidential client',
  });

export const clientResponse = z.object({
  client_id: z.string(),
  name: z.string(),
  type: clientType,
  redirect_uris: z.array(z.string()),
  grants: z.array(z.string()),
  scopes: z.array(z.string()),
  lifetimes: z.object({
    access: z.number().optional(),
    refresh_idle: z.number().optional(),
    refresh: z.number().optional(),
  }),
  client_secret: z.string().optional().describe('Shown once, when it is created'),
});

export const accountToPut = (id: string, body: z.output<typeof accountBody>): AccountToPut => {
  const { password_hash: hash, locale, id: _same, ...rest } = body;
  return {
    id,
    ...rest,
    passwordHash: hash === undefined ? undefined : storedForm(hash),
    locale: locale === undefined ? undefined : languageTag(locale),
  };
};
