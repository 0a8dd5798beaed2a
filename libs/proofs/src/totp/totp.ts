import { decimals, type Keyring, readCode, type SealedAs } from '@rekey/kernel';
import { generateSecret, generateURI, verifySync } from 'otplib';
import type { BoundProof, SecretEvidence } from '../proof.js';

/** RFC 6238 with what every authenticator app supports: SHA-1, six digits, steps of thirty seconds. */
export const totpShape = { digits: 6, period: 30 } as const;

/** @param of the authenticator's id and account */
export const totpSecretAs = ({ id, account }: { id: string; account: string }): SealedAs => ({
  column: 'authenticators.secret_sealed',
  id,
  account,
});

/** A new secret of 160 bits (RFC 4226 §4, R6) as Base32. */
export const newTotpSecret = (): string => generateSecret({ length: 20 });

/** The content of the QR code that an authenticator app reads (Key Uri Format of Google Authenticator). */
export const totpUri = (of: { secret: string; service: string; label: string }): string =>
  generateURI({ issuer: of.service, label: of.label, secret: of.secret });

/**
 * Returns the step that a value belongs to: the current or the previous one, to allow for typing (RFC 6238 §5.2), and only if it is later
 * than the last accepted one.
 *
 * @param now milliseconds since the Unix epoch; the server's clock, never the caller's
 */
export function totpStep(
  secret: string | Uint8Array,
  typed: string,
  now: number,
  lastStep?: number | null,
): number | undefined {
  const token = readCode(typed, { length: totpShape.digits, alphabet: decimals });
  if (token === undefined) return undefined;
  const result = verifySync({
    strategy: 'totp',
    secret,
    token,
    epoch: Math.floor(now / 1000),
    period: totpShape.period,
    digits: totpShape.digits,
    epochTolerance: [totpShape.period, 0],
  });
  if (!result.valid) return undefined;
  const step = Math.floor(now / 1000 / totpShape.period) + ('delta' in result ? result.delta : 0);
  return lastStep != null && step <= lastStep ? undefined : step;
}

/**
 * Does the same work when there is no authenticator.
 *
 * @returns the accepted step of the authenticator, if there is one
 * @throws {SealFault} when its secret was not encrypted for this account
 */
export function matchTotp(
  keyring: Keyring,
  typed: string,
  evidence: SecretEvidence | undefined,
  now: number,
): number | undefined {
  const sealed = evidence ? Buffer.from(evidence.sealed, 'hex') : decoyOf(keyring);
  const secret = keyring.open(sealed, totpSecretAs(evidence ?? decoy)).toString();
  const step = totpStep(secret, typed, now, evidence?.lastStep);
  return evidence ? step : undefined;
}

const decoy = { id: 'decoy', account: 'nobody' };
const decoys = new WeakMap<Keyring, Buffer>();

/** An encrypted secret that belongs to nobody, to be decrypted when there is no authenticator. */
function decoyOf(keyring: Keyring): Buffer {
  const sealed = decoys.get(keyring) ?? keyring.seal(newTotpSecret(), totpSecretAs(decoy));
  decoys.set(keyring, sealed);
  return sealed;
}

/** An authenticator app. */
export const totp = {
  id: 'totp',
  type: 'single-factor OTP',
  isShort: true,
  changes: ['bound', 'removed', 'disabled', 'restored', 'guessed'],
  storage: 'secret',
  amr: 'otp',
  /** Two values are right at the same time: of this step and of the previous one. */
  chance: 2 / 10 ** totpShape.digits,
  typed: 'digits',
  setUp: { api: 'totp', page: 'totp' },
  // A backup code has numbers too, beside letters.
  looksLike: (value: string) =>
    readCode(value, { length: totpShape.digits, alphabet: decimals, apart: true }) !== undefined,
  async match({ keyring, now }, value, evidence) {
    const step = matchTotp(keyring, value, evidence, now);
    return step === undefined ? undefined : { step };
  },
} as const satisfies BoundProof<'secret'>;
