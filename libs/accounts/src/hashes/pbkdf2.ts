import { pbkdf2 as derive, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64, type HashScheme, type ReadHash, toBase64, unfitLength } from './hash-scheme.js';

const compute = promisify(derive);

/** Bytes of a digest, iterations at most, and iterations in a millisecond. The dearest takes about a second. */
const digests = {
  sha1: { bytes: 20, most: 2_000_000, perMs: 2000 },
  sha256: { bytes: 32, most: 3_000_000, perMs: 3500 },
  sha384: { bytes: 48, most: 1_000_000, perMs: 1000 },
  sha512: { bytes: 64, most: 1_000_000, perMs: 1000 },
} as const;
type Digest = keyof typeof digests;

/** NIST SP 800-132 §5.2 asks for at least a thousand. */
const leastIterations = 1000;

export interface Pbkdf2Hash {
  digest: string;
  iterations: number;
  salt: Buffer | undefined;
  result: Buffer | undefined;
}

/** Every block of the result takes all iterations (RFC 8018 §5.2). */
const workOf = (digest: Digest, iterations: number, length: number): number =>
  iterations * Math.ceil(length / digests[digest].bytes);

/** @returns the stored form: `$pbkdf2-sha256$i=600000$salt$result` */
export function writePbkdf2({ digest, iterations, salt, result }: Pbkdf2Hash): ReadHash {
  if (!Object.hasOwn(digests, digest))
    return { refused: `the digest of PBKDF2 must be ${Object.keys(digests).join(', ')}` };
  const unfit = unfitLength('salt', salt) ?? unfitLength('result', result);
  if (unfit !== undefined || !salt || !result) return { refused: unfit ?? wrongForm };
  const { most } = digests[digest as Digest];
  if (!(iterations >= leastIterations && workOf(digest as Digest, iterations, result.length) <= most))
    return {
      refused: `the iterations of PBKDF2 with ${digest} must be ${leastIterations} to ${most}, over all blocks of the result`,
    };
  return { stored: `$pbkdf2-${digest}$i=${iterations}$${toBase64(salt)}$${toBase64(result)}` };
}

const wrongForm =
  'not a PBKDF2 hash: $pbkdf2-sha256$i=…$salt$result, pbkdf2_sha256$…$salt$result, or the credential of Keycloak';

const phcForm =
  /^\$pbkdf2(?:-(sha\d{1,3}))?\$(?:i=)?(\d{1,9})(?:,l=\d{1,4})?\$([^$]{1,1400})\$([^$]{1,1400})$/;
/** Django; its salt is text. */
const djangoForm = /^pbkdf2_(sha\d{1,3})\$(\d{1,9})\$([^$]{1,1024})\$([^$]{1,1400})$/;
/** Werkzeug; its salt is text. */
const werkzeugForm = /^pbkdf2:(sha\d{1,3}):(\d{1,9})\$([^$]{1,1024})\$((?:[0-9a-f]{2}){16,1024})$/;

function parse(text: string): Pbkdf2Hash | undefined {
  const phc = phcForm.exec(text);
  const [, digest = 'sha1', iterations, salt = '', result = ''] =
    phc ?? djangoForm.exec(text) ?? werkzeugForm.exec(text) ?? [];
  if (iterations === undefined) return undefined;
  return {
    digest,
    iterations: Number(iterations),
    salt: phc ? fromBase64(salt) : Buffer.from(salt),
    result: text.startsWith('pbkdf2:') ? Buffer.from(result, 'hex') : fromBase64(result),
  };
}

/**
 * ASP.NET Core Identity (`PasswordHasher`), in base64: version 3 is 1, then pseudorandom function, iterations and length of the salt with
 * four bytes each, then salt and result; version 2 is 0, then 16 bytes of salt and 32 of result.
 */
function parseAspNet(text: string): Pbkdf2Hash | undefined {
  const bytes = /^A[A-Za-z0-9+/]{60,400}={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes[0] === 0 && bytes.length === 49)
    return { digest: 'sha1', iterations: 1000, salt: bytes.subarray(1, 17), result: bytes.subarray(17) };
  if (bytes[0] !== 1 || bytes.length < 45) return undefined;
  const end = 13 + bytes.readUInt32BE(9);
  return {
    digest: ['sha1', 'sha256', 'sha512'][bytes.readUInt32BE(1)] ?? 'unknown',
    iterations: bytes.readUInt32BE(5),
    salt: bytes.subarray(13, end),
    result: bytes.subarray(end),
  };
}

const costForm = /^pbkdf2-(sha1|sha256|sha384|sha512) i=(\d{1,9})$/;

function parseCost(text: string): { digest: Digest; work: number } | undefined {
  const [, digest, work] = costForm.exec(text) ?? [];
  return digest === undefined ? undefined : { digest: digest as Digest, work: Number(work) };
}

/** RFC 8018, as passlib, Django, Werkzeug and ASP.NET Core write it. */
export const pbkdf2: HashScheme = {
  read(text) {
    const read = parse(text) ?? parseAspNet(text);
    if (read) return writePbkdf2(read);
    return /^\$?pbkdf2/.test(text) ? { refused: wrongForm } : undefined;
  },
  open(stored) {
    const read = stored.startsWith('$pbkdf2-') ? parse(stored) : undefined;
    const { digest = '', iterations = 0, salt, result } = read ?? {};
    if (!Object.hasOwn(digests, digest) || !salt || !result) return undefined;
    return {
      cost: `pbkdf2-${digest} i=${workOf(digest as Digest, iterations, result.length)}`,
      matches: async (password) =>
        timingSafeEqual(await compute(password, salt, iterations, result.length, digest), result),
    };
  },
  cost(text) {
    const { digest, work } = parseCost(text) ?? {};
    if (digest === undefined || work === undefined || work < 1 || work > digests[digest].most)
      return undefined;
    return {
      time: work / digests[digest].perMs,
      adds: `pbkdf2-${digest}`,
      upTo(dearest) {
        const rest = (parseCost(dearest)?.work ?? 0) - work;
        return rest > 0 ? [`pbkdf2-${digest} i=${rest}`] : [];
      },
      pay: (password) => compute(password, Buffer.alloc(16), work, digests[digest].bytes, digest),
    };
  },
};
