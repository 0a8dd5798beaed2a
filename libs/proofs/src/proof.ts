import type { Keyring } from '@rekey/kernel';

/**
 * Classes of evidence (NIST SP 800-63B-4 §4.2): a code sent to an address, a code saved beforehand, an authenticator that is still bound.
 * Mail and SMS are one class: we issue the codes of both.
 */
export const proofClasses = ['issued', 'saved', 'authenticator'] as const;
export type ProofClass = (typeof proofClasses)[number];

/** Types of authenticators (NIST SP 800-63B-4 §3.1), and the class of evidence that each is in a recovery. */
export const classOfType = {
  'out-of-band': 'issued',
  'look-up secret': 'saved',
  'single-factor OTP': 'authenticator',
} as const satisfies Record<string, ProofClass>;

/** A kind of proof: what sets it apart from the others. */
export interface Proof {
  /** Its name on the wire, in the database, in metrics and in audit events. */
  id: string;
  type: keyof typeof classOfType;
  /** It has fewer than 64 bits, so wrong values are counted (NIST SP 800-63B-4 §3.2.2). */
  isShort: boolean;
  /** What a notification can say about it. After the id: `totp_bound`. */
  changes: readonly string[];
}

/** What a sealed secret gives a proof to compare with. */
export interface SecretEvidence {
  id: string;
  account: string;
  /** Encrypted as the `SealedAs` of its kind; hexadecimal. */
  sealed: string;
  /** The last accepted step. */
  lastStep: number | null;
}

/** What a set of codes gives a proof to compare with, all in hexadecimal. */
export interface CodeSetEvidence {
  id: string;
  /** One salt for the whole set, so that an attempt costs one hash, whichever code it is. */
  salt: string;
  /** Of the unused codes. */
  digests: string[];
}

/** The ways in which an authenticator is stored: its evidence, and what marks a right value as used. */
export interface Storages {
  secret: { evidence: SecretEvidence; used: { step: number } };
  'code set': { evidence: CodeSetEvidence; used: { digest: Buffer } };
}

/** A proof that a person sets up beforehand, and that is a second factor at sign-in. */
export interface BoundProof<Storage extends keyof Storages = keyof Storages> extends Proof {
  storage: Storage;
  /** Authentication method (RFC 8176 where it has a word). */
  amr: string;
  /** The chance that one guess is right, where each attempt is paid for from the odds of the account. */
  chance?: number;
  /** What the keyboard of a phone shows. */
  typed: 'digits' | 'characters';
  /** The last part of the path under which it is set up, in the API and in the pages. */
  setUp: { api: string; page: string };
  /** Whether a value is meant for this kind, where one field is for all of them. */
  looksLike(value: string): boolean;
  /** Takes equally long when there is no evidence. Returns what marks the value as used; undefined for a wrong one. */
  match(
    about: { keyring: Keyring; now: number },
    value: string,
    evidence: Storages[Storage]['evidence'] | undefined,
  ): Promise<Storages[Storage]['used'] | undefined>;
}

/** Codes that are made at once and shown once. */
export interface CodeSetProof extends BoundProof<'code set'> {
  /** Bytes. */
  makeFrom: number;
  /** @param random as many bytes as `makeFrom`, for a set that can be made again; new ones when omitted */
  make(random?: Buffer): Promise<{ codes: string[]; salt: Buffer; digests: Buffer[] }>;
}
