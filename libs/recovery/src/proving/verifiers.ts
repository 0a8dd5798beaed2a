import { authenticatorEvidence, useAuthenticator } from '@rekey/accounts';
import { type Queryable, type SqlText, sql } from '@rekey/database';
import type { Channel, Keyring } from '@rekey/kernel';
import {
  boundProofs,
  codeShape,
  deliveredCode,
  matchCode,
  type ProofKind,
  type RegisteredProof,
  type Storages,
} from '@rekey/proofs';

/**
 * One thing that an attempt is compared with, and the authenticator that the attempt is charged to; null when the account does not exist.
 */
export interface Evidence {
  authenticator: string | null;
  evidence: unknown;
  /** It has fewer than 64 bits, so its failures are counted (NIST SP 800-63B-4 §3.2.2). */
  short: boolean;
}

/** A value that was right. */
export interface Verified {
  authenticator: string;
  /** Authentication method (RFC 8176 where it has a word). Mail is never called a factor. */
  amr: string;
  /** The message that carried it. */
  messageId?: string;
  /**
   * Marks it as used, in the transaction that moves the recovery.
   * @returns false when another request was faster
   */
  spend?(database: Queryable): Promise<boolean>;
}

/** A verifier: where its evidence comes from, and how a value is compared with it. */
export interface Verifier {
  kind: ProofKind;
  /** SQL that yields `authenticator_id, evidence, short`; needs `:id` and `:now`, and `:counter` for a link. */
  evidence(account: SqlText): SqlText;
  /** Takes equally long when there is no evidence. */
  check(
    about: { keyring: Keyring; now: number; recoveryId: string },
    value: string,
    evidence: readonly Evidence[],
  ): Promise<Verified | undefined>;
}

interface SentCode {
  messageId: string;
  counter: number;
  channel: Channel;
  boundTo: string;
  keyId: string;
  digits: number | null;
}

/**
 * Messages that carry a code, newest first. Codes for nobody are included, so that an attempt takes the same steps for every identifier.
 * Whether the address still counts is checked after a right attempt.
 */
const sentCodes = (which: SqlText, limit: number, short: SqlText): SqlText => sql`
  select m.authenticator as authenticator_id, ${short} as short,
    jsonb_build_object('messageId', m.id, 'counter', m.counter, 'channel', m.channel, 'boundTo', encode(m.bound_to, 'hex'), 'keyId', m.key_id,
      'digits', m.digits) as evidence
  from messages m
  where m.recovery_id = :id and m.kind = 'recovery_code' and m.bound_to is not null and ${which}
  order by m.counter desc limit ${limit}`;

const code: Verifier = {
  kind: deliveredCode.id,
  evidence: () =>
    sentCodes(sql`m.expires_at > :now`, 2, sql`coalesce(m.digits < ${codeShape.unguessable}, true)`),
  async check({ keyring, recoveryId }, value, evidence) {
    const candidates = evidence.map(({ authenticator, evidence: sent }) => {
      const { boundTo, ...binding } = sent as SentCode;
      return { ...binding, recoveryId, authenticator, boundTo: Buffer.from(boundTo, 'hex') };
    });
    const right = matchCode(keyring, value, candidates);
    if (!right?.authenticator) return undefined;
    const { authenticator, messageId } = right;
    return { authenticator, messageId, amr: deliveredCode.amrOf(right.channel) };
  },
};

/**
 * The link in a mail proves the same as the code next to it. The token has already been read. The value is the number that the starting
 * browser shows, or empty in that browser itself.
 */
const link = (isRight: boolean): Verifier => ({
  kind: deliveredCode.id,
  evidence: () => sentCodes(sql`m.counter = :counter`, 1, sql`false`),
  async check(_about, _value, [sent]) {
    if (!sent?.authenticator || !isRight) return undefined;
    const { messageId, channel } = sent.evidence as SentCode;
    return { authenticator: sent.authenticator, messageId, amr: deliveredCode.amrOf(channel) };
  },
});

/** An authenticator that the account has bound. */
const bound = (proof: RegisteredProof): Verifier => ({
  kind: proof.id,
  evidence: (account) =>
    sql`select bound.*, ${proof.isShort ? sql`true` : sql`false`} as short from (${authenticatorEvidence(proof, account)}) bound`,
  async check({ keyring, now }, value, [first]) {
    const evidence = first?.evidence as Storages[keyof Storages]['evidence'] | undefined;
    const used = await proof.match({ keyring, now }, value, evidence);
    if (!first?.authenticator || !evidence || !used) return undefined;
    const spend = (database: Queryable) =>
      useAuthenticator(database, proof.storage, { id: evidence.id, at: new Date(now), ...used });
    return { authenticator: first.authenticator, amr: proof.amr, spend };
  },
});

/** A verifier for each kind of the registry. */
export const verifiers = {
  [deliveredCode.id]: code,
  ...Object.fromEntries(boundProofs.map((proof) => [proof.id, bound(proof)])),
} as Record<ProofKind, Verifier>;
export { link as answeringByLink };
