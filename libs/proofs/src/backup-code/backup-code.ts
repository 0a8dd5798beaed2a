import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { readCode } from '@rekey/kernel';
import type { CodeSetEvidence, CodeSetProof } from '../proof.js';

/** Codes per set, and the bits of each (NIST SP 800-63B-4 §4.2.1.1 asks for at least 64). */
export const backupCodeShape = { codes: 10, bits: 80 } as const;

/** Crockford's Base32: no I, L, O or U, so that none is misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** OWASP's first choice for argon2id, as for passwords. The library's default algorithm is argon2id. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const digestOf = (plain: string, salt: Buffer): Promise<Buffer> => hashRaw(plain, { ...cost, salt });

/** Random bytes for each code: five bits of each are used. */
const bytesOfCode = backupCodeShape.bits / 5;

/** `ABCD-EFGH-JKMN-PQRS`: sixteen characters of five random bits. */
function codeFrom(random: Buffer): string {
  const characters = [...random].map((byte) => alphabet[byte & 31]).join('');
  return characters.replace(/.{4}(?=.)/g, '$&-');
}

/** The sixteen characters of a typed code; `''` for what is none. Look-alikes are equal. */
export const plainBackupCode = (typed: string): string =>
  readCode(typed, {
    length: backupCodeShape.bits / 5,
    alphabet,
    lookAlikes: { O: '0', I: '1', L: '1' },
  }) ?? '';

const bytesOfSet = backupCodeShape.codes * bytesOfCode;

/** Returns a set of codes to be shown once, and the stored form: argon2id digests under a salt of the set's own. */
export async function makeBackupCodes(
  random = randomBytes(bytesOfSet),
): Promise<{ codes: string[]; salt: Buffer; digests: Buffer[] }> {
  const codes = Array.from({ length: backupCodeShape.codes }, (_, at) =>
    codeFrom(random.subarray(at * bytesOfCode, (at + 1) * bytesOfCode)),
  );
  const salt = randomBytes(16);
  const digests = await Promise.all(codes.map((code) => digestOf(plainBackupCode(code), salt)));
  return { codes, salt, digests };
}

/** Does the same work when there are no codes. @returns the digest of the matching code */
export async function matchBackupCode(
  typed: string,
  evidence: CodeSetEvidence | undefined,
): Promise<Buffer | undefined> {
  const plain = plainBackupCode(typed);
  const salt = evidence ? Buffer.from(evidence.salt, 'hex') : decoySalt;
  const guess = await digestOf(plain, salt);
  let right: Buffer | undefined;
  for (const text of evidence?.digests ?? []) {
    const digest = Buffer.from(text, 'hex');
    if (timingSafeEqual(digest, guess)) right = digest;
  }
  return right;
}

const decoySalt = randomBytes(16);

/** Ten codes to keep on paper. */
export const backupCode = {
  id: 'backup_code',
  type: 'look-up secret',
  isShort: false,
  changes: ['made', 'removed', 'disabled', 'restored'],
  storage: 'code set',
  amr: 'recovery-code-saved',
  typed: 'characters',
  setUp: { api: 'backup_codes', page: 'backup-codes' },
  looksLike: (value: string) => plainBackupCode(value) !== '',
  async match(_about, value, evidence) {
    const digest = await matchBackupCode(value, evidence);
    return digest && { digest };
  },
  makeFrom: bytesOfSet,
  make: makeBackupCodes,
} as const satisfies CodeSetProof;
