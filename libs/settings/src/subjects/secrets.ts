import { Keyring } from '@rekey/kernel';
import type { developmentSecrets } from '../development-secrets.js';
import { type Run, servers } from '../run.js';
import { type Given, secret, text, type Values, type Variable } from '../variable.js';
import { parseKeyring } from './keyring-text.js';

/** The keys that everything is encrypted with, and the first client of the management API. */
export const secretVariables = {
  REKEY_KEYRING: {
    ...secret(
      'encryption keys, newest first: JSON `[{"id","key"}]`, each key 32 random bytes in base64url',
      'development: generated once in the data directory',
      'JSON [{"id":"2026","key":"<32 random bytes as base64url>"}], newest first',
    ),
    neededBy: [...servers, 'keys', 'audit', 'staff'],
  },
  MANAGEMENT_CLIENT_ID: {
    ...text('client id of the first OAuth client of the management API', { default: 'management' }),
    neededBy: ['issuer', 'import', 'tokens'],
  },
  MANAGEMENT_CLIENT_SECRET: {
    ...secret('secret of that client', 'development: generated once and printed', 'at least 16 characters'),
    neededBy: ['issuer', 'import', 'tokens'],
  },
} satisfies Record<string, Variable>;

type Variables = typeof secretVariables;

export function secretProblems(given: Given<Variables>, { production }: Run): string[] {
  const problems: string[] = [];
  const { MANAGEMENT_CLIENT_SECRET: clientSecret } = given;
  if (production && clientSecret && clientSecret.length < 16)
    problems.push(`MANAGEMENT_CLIENT_SECRET: read ${clientSecret.length} characters; allowed: at least 16`);
  try {
    readKeyring(given, { weak: !production });
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    problems.push(`REKEY_KEYRING: ${reason}; allowed: ${secretVariables.REKEY_KEYRING.allowed}`);
  }
  return problems;
}

/**
 * @param development undefined in production
 * @param isUsed whether the process uses this variable: for one that does not, no development secret is made
 */
export function secretSettings(
  values: Values<Variables>,
  development: ReturnType<typeof developmentSecrets> | undefined,
  isUsed: (name: keyof Variables) => boolean,
) {
  const given = readKeyring(values, { weak: development !== undefined });
  const made =
    !given && development && isUsed('REKEY_KEYRING')
      ? new Keyring(parseKeyring(development.keyring(), { weak: false }))
      : undefined;
  const secretMade = isUsed('MANAGEMENT_CLIENT_SECRET') ? development?.managementSecret() : undefined;
  return {
    keyring: given ?? made,
    /** It is the development keyring, in the data directory. */
    keyringMadeHere: made !== undefined,
    /** `madeHere`: a development secret, which may be shown. */
    management: {
      clientId: values.MANAGEMENT_CLIENT_ID,
      clientSecret: values.MANAGEMENT_CLIENT_SECRET ?? secretMade ?? '',
      madeHere: !values.MANAGEMENT_CLIENT_SECRET,
    },
  };
}

/** @throws {Error} that never repeats what it read */
const readKeyring = ({ REKEY_KEYRING: text }: Given<Variables>, options: { weak: boolean }) =>
  text ? new Keyring(parseKeyring(text, options)) : undefined;
