import { createHmac } from 'node:crypto';
import { isSameText, type Keyring } from '@rekey/kernel';
import { generateSync } from 'otplib';

export type CodeChannel = 'email' | 'sms';

/**
 * Digits of a code (NIST SP 800-63B-4 §3.1.3.2 asks for six at least) and how long it is good. What comes by mail is read beside the page
 * and may be longer from the start. `unguessable` is 66 bits: from 64 on no guess has to be counted (§3.2.2).
 */
export const codeShape = {
  digits: { email: 8, sms: 6 },
  unguessable: 20,
  lifetimeMs: 600_000,
} as const;

/** What a code is bound to. Change any of it and the code is another one. */
export interface CodeBinding {
  recoveryId: string;
  channel: CodeChannel;
  /** The keyed digest of the address that the message went to. */
  boundTo: Buffer;
  /** Which message of the recovery, from 1. A resend raises it. */
  counter: number;
  /** The key of the ring under which the message was first sent. */
  keyId: string;
  /** As the message was first sent; null where the release before this one sent it: then as many as its channel has by default. */
  digits?: number | null | undefined;
}

/**
 * The code of one message: HOTP (RFC 4226, by otplib) over a key derived from the keyring. It is nowhere at rest; who
 * sends it and who checks it derive it, each for itself. The truncation of §5.3 leaves 31 bits, too few for ten digits: a code that is
 * longer than its channel's default is the whole HMAC of §5.2 as a number, under a key of its own.
 *
 * @returns undefined when the keyring no longer holds the key
 */
export function deriveCode(keyring: Keyring, binding: CodeBinding): string | undefined {
  const context = [binding.recoveryId, binding.channel, binding.boundTo.toString('hex')].join('|');
  const usual = codeShape.digits[binding.channel];
  const digits = binding.digits ?? usual;
  const purpose = digits === usual ? 'recovery-code' : `recovery-code-${digits}`;
  const secret = keyring.derive(purpose, context, { keyId: binding.keyId });
  if (!secret) return undefined;
  // Made for a long code too, so that its time does not tell how long it is.
  const hotp = generateSync({ strategy: 'hotp', secret, counter: binding.counter, digits: usual });
  return digits === usual ? hotp : longCode(secret, binding.counter, digits);
}

function longCode(secret: Buffer, counter: number, digits: number): string {
  const text = Buffer.alloc(8);
  text.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac('sha1', secret).update(text).digest('hex');
  return (BigInt(`0x${mac}`) % 10n ** BigInt(digits)).toString().padStart(digits, '0');
}

/** What a person typed, without what they may have typed to read it better. */
export const plainCode = (typed: string): string => typed.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '');

/**
 * Compares with each candidate in the same time, whichever it is and whether there is one: two derivations are always
 * made, so that an answer does not tell whether a message ever left.
 *
 * @param candidates the newest messages of the recovery that are still good, two at most
 * @returns the one it is the code of
 */
export function matchCode<Binding extends CodeBinding>(
  keyring: Keyring,
  typed: string,
  candidates: readonly Binding[],
): Binding | undefined {
  const guess = plainCode(typed);
  let right: Binding | undefined;
  for (let at = 0; at < 2; at++) {
    const candidate = candidates[at];
    const code = deriveCode(keyring, candidate ?? decoy(keyring));
    const equal = isSameText(guess, code ?? '');
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
