import { createHmac } from 'node:crypto';
import { type Channel, decimals, isSameText, type Keyring, readCode } from '@rekey/kernel';
import { generateSync } from 'otplib';
import type { Proof } from '../proof.js';

/**
 * Digits of a code (NIST SP 800-63B-4 §3.1.3.2 asks for at least six) and its lifetime. A code by mail is read next to the page, so it can
 * be longer from the start. `unguessable` is 66 bits: from 64 on, attempts need not be counted (§3.2.2).
 */
export const codeShape = {
  digits: { email: 8, sms: 6 },
  unguessable: 20,
  lifetimeMs: 600_000,
} as const;

/** What a code is bound to. A change of any of it gives another code. */
export interface CodeBinding {
  recoveryId: string;
  channel: Channel;
  /** The keyed digest of the address that the message went to. */
  boundTo: Buffer;
  /** The number of the message within the recovery, from 1. A resend raises it. */
  counter: number;
  /** The key under which the message was first sent. */
  keyId: string;
  /** As the message was first sent. Null when the previous release sent it: then the default of its channel. */
  digits?: number | null | undefined;
}

/**
 * Derives the code of one message: HOTP (RFC 4226, by otplib) over a key derived from the keyring. The code is never stored; the sender and
 * the verifier each derive it. The truncation of §5.3 leaves 31 bits, too few for ten digits. A code longer than its channel's default is
 * therefore the whole HMAC of §5.2 as a number, under a key of its own.
 *
 * @returns undefined when the keyring no longer has the key
 */
export function deriveCode(keyring: Keyring, binding: CodeBinding): string | undefined {
  const context = [binding.recoveryId, binding.channel, binding.boundTo.toString('hex')].join('|');
  const usual = codeShape.digits[binding.channel];
  const digits = binding.digits ?? usual;
  const purpose = digits === usual ? 'recovery-code' : `recovery-code-${digits}`;
  const secret = keyring.derive(purpose, context, { keyId: binding.keyId });
  if (!secret) return undefined;
  // Also computed for a long code, so that the time does not reveal its length.
  const hotp = generateSync({ strategy: 'hotp', secret, counter: binding.counter, digits: usual });
  return digits === usual ? hotp : longCode(secret, binding.counter, digits);
}

function longCode(secret: Buffer, counter: number, digits: number): string {
  const text = Buffer.alloc(8);
  text.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac('sha1', secret).update(text).digest('hex');
  return (BigInt(`0x${mac}`) % 10n ** BigInt(digits)).toString().padStart(digits, '0');
}

/**
 * Compares with each candidate in the same time, whichever matches and whether one exists: it always makes two derivations, so that a
 * response does not reveal whether a message was ever sent.
 *
 * @param candidates the newest valid messages of the recovery, two at most
 * @returns the candidate whose code it is
 */
export function matchCode<Binding extends CodeBinding>(
  keyring: Keyring,
  typed: string,
  candidates: readonly Binding[],
): Binding | undefined {
  let right: Binding | undefined;
  for (let at = 0; at < 2; at++) {
    const candidate = candidates[at];
    const code = deriveCode(keyring, candidate ?? decoy(keyring));
    const length = code?.length ?? codeShape.digits.email;
    const guess = readCode(typed, { length, alphabet: decimals });
    const equal = isSameText(guess ?? '', code ?? '');
    if (candidate && code && equal) right = candidate;
  }
  return right;
}

const decoy = (keyring: Keyring): CodeBinding => ({
  recoveryId: '',
  channel: 'email',
  boundTo: Buffer.alloc(32),
  counter: 0,
  keyId: keyring.newestKeyId,
});

/** A code that is sent to an address, or the link next to it. */
export const deliveredCode = {
  id: 'code',
  type: 'out-of-band',
  isShort: true,
  changes: ['disabled'],
  /** Mail is never called a factor. */
  amrOf: (channel: Channel) => `recovery-code-${channel}`,
} as const satisfies Proof & { amrOf(channel: Channel): string };
