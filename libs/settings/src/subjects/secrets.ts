import { readFileSync } from 'node:fs';
import { Keyring } from '@rekey/kernel';
import type { developmentSecrets } from '../development-secrets.js';
import type { Run } from '../run.js';
import {
  file,
  type Given,
  notSetInProduction,
  secret,
  text,
  type Values,
  type Variable,
} from '../variable.js';
import { parseKeyring } from './keyring-text.js';

/** The keys that everything is encrypted with, and the first client of the management API. */
export const secretVariables = {
  REKEY_KEYRING: secret(
    'encryption keys, newest first: JSON `[{"id","key"}]`, each key 32 random bytes in base64url',
    'development: generated once in the data directory',
    'JSON [{"id":"2026","key":"<32 random bytes as base64url>"}], newest first',
  ),
  REKEY_KEYRING_FILE: { meaning: 'file with the same JSON', ...file },
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
  if (production && !given.REKEY_KEYRING && !given.REKEY_KEYRING_FILE)
    problems.push(notSetInProduction('REKEY_KEYRING or REKEY_KEYRING_FILE'));
  if (production && clientSecret && clientSecret.length < 16)
    problems.push(`MANAGEMENT_CLIENT_SECRET: read ${clientSecret.length} characters; allowed: at least 16`);
  try {
    readKeyring(given, { weak: !production });
  } catch (fault) {
    const name = given.REKEY_KEYRING ? 'REKEY_KEYRING' : 'REKEY_KEYRING_FILE';
    const reason = fault instanceof Error ? fault.message : String(fault);
    problems.push(`${name}: ${reason}; allowed: ${secretVariables.REKEY_KEYRING.allowed}`);
  }
  return problems;
}

/** @param development undefined in production */
export function secretSettings(
  values: Values<Variables>,
  development: ReturnType<typeof developmentSecrets> | undefined,
) {
  const keyring = readKeyring(values, { weak: development !== undefined });
  return {
    keyring: keyring ?? new Keyring(parseKeyring(development?.keyring() ?? '', { weak: false })),
    /** It is the development keyring, in the data directory. */
    keyringMadeHere: keyring === undefined,
    /** `madeHere`: a development secret, which may be shown. */
    management: {
      clientId: values.MANAGEMENT_CLIENT_ID,
      clientSecret: values.MANAGEMENT_CLIENT_SECRET ?? development?.managementSecret() ?? '',
      madeHere: !values.MANAGEMENT_CLIENT_SECRET,
    },
  };
}

/** @throws {Error} that never repeats what it read */
function readKeyring(
  { REKEY_KEYRING: inline, REKEY_KEYRING_FILE: path }: Given<Variables>,
  options: { weak: boolean },
): Keyring | undefined {
  if (!inline && !path) return undefined;
  return new Keyring(parseKeyring(inline ?? readFileSync(path ?? '', 'utf8'), options));
}
