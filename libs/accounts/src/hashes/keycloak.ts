import { fromBase64, type ReadHash, toBase64 } from './hash-scheme.js';
import { writePbkdf2 } from './pbkdf2.js';

/** What Keycloak exports for each password: a member of `credentials`, of type `password`. Both data are JSON in a string. */
interface Credential {
  secretData: string;
  credentialData: string;
}

const isCredential = (value: unknown): value is Credential =>
  typeof Object(value).secretData === 'string' && typeof Object(value).credentialData === 'string';

/** @returns undefined when it is not a credential of Keycloak; otherwise PHC text of argon2 or PBKDF2, not yet within bounds */
export function readKeycloak(text: string): { phc: string } | ReadHash | undefined {
  if (!text.startsWith('{"') && !/^\{\s*"/.test(text)) return undefined;
  try {
    const credential: unknown = JSON.parse(text);
    if (!isCredential(credential))
      return { refused: 'a credential of Keycloak must have secretData and credentialData' };
    return readData(JSON.parse(credential.secretData), JSON.parse(credential.credentialData));
  } catch {
    return { refused: 'not a credential of Keycloak as JSON' };
  }
}

function readData(secret: unknown, data: unknown): { phc: string } | ReadHash {
  const { value, salt } = Object(secret) as Record<string, unknown>;
  const { algorithm, hashIterations, additionalParameters } = Object(data) as Record<string, unknown>;
  const bytes = { salt: fromBase64(String(salt ?? '')), result: fromBase64(String(value ?? '')) };
  const iterations = Number(hashIterations);
  const [, digest = 'sha1'] = /^pbkdf2(?:-(\w+))?$/.exec(String(algorithm)) ?? [];
  if (String(algorithm).startsWith('pbkdf2')) return writePbkdf2({ digest, iterations, ...bytes });
  if (algorithm !== 'argon2' || !bytes.salt || !bytes.result)
    return {
      refused:
        'the algorithm of a Keycloak credential must be argon2, pbkdf2, pbkdf2-sha256 or pbkdf2-sha512',
    };
  const more = Object(additionalParameters) as Record<string, unknown>;
  // Lists of one string each.
  const named = (name: string) => String(more[name] ?? '');
  const version = named('version') === '1.0' ? 16 : 19;
  const parameters = `m=${named('memory')},t=${iterations},p=${named('parallelism')}`;
  return {
    phc: `$argon2${named('type')}$v=${version}$${parameters}$${toBase64(bytes.salt)}$${toBase64(bytes.result)}`,
  };
}
