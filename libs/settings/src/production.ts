import { sendersNeed } from './senders.js';
import type { ProcessName } from './settings.js';
import { hasCredentials } from './variable.js';
import type { Values, VariableName } from './variables.js';

/** What each process would otherwise take from the development defaults. */
const needs: Record<Exclude<ProcessName, 'standalone'>, VariableName[]> = {
  recovery: ['RECOVERY_URL', 'ISSUER_URL'],
  courier: ['RECOVERY_URL'],
  issuer: ['ISSUER_URL', 'RECOVERY_URL', 'MANAGEMENT_CLIENT_ID', 'MANAGEMENT_CLIENT_SECRET'],
  console: ['CONSOLE_URL', 'ISSUER_URL'],
  import: ['CONSOLE_URL', 'ISSUER_URL', 'MANAGEMENT_CLIENT_ID', 'MANAGEMENT_CLIENT_SECRET'],
  tokens: ['ISSUER_URL', 'MANAGEMENT_CLIENT_ID', 'MANAGEMENT_CLIENT_SECRET'],
  migrate: ['DATABASE_URL'],
  roles: [],
  keys: ['DATABASE_URL'],
};

/** Names every development default that would be used, all at once: nobody has decided on them for a production deployment. */
export function missingInProduction(process: ProcessName, values: Values): string[] {
  const wanted =
    process === 'standalone'
      ? [...new Set<VariableName>(['DATABASE_URL', ...Object.values(needs).flat()])]
      : [...needs[process]];
  if (process === 'standalone' || process === 'courier') wanted.push(...sendersNeed(values));
  const problems = wanted
    .filter((name) => values[name] === undefined)
    .map((name) => `${name}: not set; NODE_ENV=production allows no development default`);
  if (!values.REKEY_KEYRING && !values.REKEY_KEYRING_FILE) {
    problems.push(
      'REKEY_KEYRING or REKEY_KEYRING_FILE: not set; NODE_ENV=production allows no development default',
    );
  }
  for (const name of ['RECOVERY_URL', 'ISSUER_URL', 'CONSOLE_URL'] as const) {
    const url = values[name];
    if (url && wanted.includes(name) && !url.startsWith('https:')) {
      problems.push(`${name}: read "${url}"; allowed with NODE_ENV=production: an https:// URL`);
    }
  }
  const secret = values.MANAGEMENT_CLIENT_SECRET;
  if (secret && secret.length < 16) {
    problems.push(`MANAGEMENT_CLIENT_SECRET: read ${secret.length} characters; allowed: at least 16`);
  }
  return problems;
}

const mayBePlain = (url: string): boolean => url.startsWith('smtp:') && hasCredentials(url);
const requireTls = 'requireTLS';

/** Servers to which a password may be sent in plain text, because a setting explicitly allows it. */
export const plainTextPasswords = ({ SMTP_URL: urls = [] }: Values): string[] =>
  urls
    .filter((url) => mayBePlain(url) && (new URL(url).searchParams.get(requireTls) ?? 'true') !== 'true')
    .map(
      () =>
        `SMTP_URL: read a password with ${requireTls}=false; allowed with NODE_ENV=production: smtps://, or smtp:// with STARTTLS`,
    );

/** Sends a password only over STARTTLS: an attacker on the path could remove the offer. */
export function encrypted(smtpUrl: string): string {
  if (!mayBePlain(smtpUrl)) return smtpUrl;
  const url = new URL(smtpUrl);
  url.searchParams.set(requireTls, 'true');
  return url.href;
}
