import { argon2, ownCost } from './argon2.js';
import { bcrypt } from './bcrypt.js';
import type { HashScheme, OpenedHash, ReadHash } from './hash-scheme.js';
import { readKeycloak } from './keycloak.js';
import { pbkdf2 } from './pbkdf2.js';
import { scrypt } from './scrypt.js';

const schemes: readonly HashScheme[] = [argon2, bcrypt, scrypt, pbkdf2];

/** First that returns something. */
function first<Result>(read: (scheme: HashScheme) => Result | undefined): Result | undefined {
  for (const scheme of schemes) {
    const result = read(scheme);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** The name of a scheme before a hash that names its own: Spring Security, Dovecot, Django. */
const named = /^(\{[\w@.-]{1,40}\}(?=\$)|argon2(?=\$argon2))/;

/**
 * Reads a hash of another system.
 *
 * @returns the one stored form of all spellings of it, or a reason that names the bound
 */
export function readPasswordHash(text: string): ReadHash {
  const keycloak = readKeycloak(text);
  if (keycloak && !('phc' in keycloak)) return keycloak;
  const plain = keycloak ? keycloak.phc : text.replace(named, '');
  return (
    first((scheme) => scheme.read(plain)) ?? {
      refused: 'not a hash of argon2, bcrypt, scrypt or PBKDF2 in a form that is read here',
    }
  );
}

/** @returns undefined when it is not a stored form */
export const openPasswordHash = (stored: string): OpenedHash | undefined =>
  first((scheme) => scheme.open(stored));

/** @returns undefined for a cost beyond the bounds */
export const costIn = (text: string) => first((scheme) => scheme.cost(text));

/**
 * Not every refusal pays more than this number of costs. If a product has imported more kinds, accounts with the cheaper ones can be told
 * apart.
 */
const costsAtMost = 3;

/**
 * Returns the costs still to be paid after a wrong password. Every refusal then does the same work, whatever the row contains: one of our
 * hashes, and of each kind in use the dearest. Iterations of PBKDF2 and rounds of bcrypt add up, so that a cheaper hash pays the rest; each
 * other cost is a kind of its own.
 *
 * @param paid the cost that was paid already
 */
export function costsToPay(paid: string, inUse: readonly string[]): string[] {
  const paying = costIn(paid);
  const dearest = new Map<string, { text: string; time: number }>();
  for (const text of inUse) {
    // Some hashes are older than the bounds: nobody pays for one beyond them.
    const cost = costIn(text);
    if (!cost || text === ownCost) continue;
    const kind = cost.adds ?? text;
    if (cost.time > (dearest.get(kind)?.time ?? 0)) dearest.set(kind, { text, time: cost.time });
  }
  const kinds = [...dearest].sort(([, one], [, other]) => other.time - one.time).slice(0, costsAtMost);
  const rest = kinds.flatMap(([kind, { text }]) => {
    if (text === paid) return [];
    return kind === paying?.adds && paying.upTo ? paying.upTo(text) : [text];
  });
  return paid === ownCost ? rest : [ownCost, ...rest];
}
