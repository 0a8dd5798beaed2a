import type { Assurance } from '@rekey/accounts';
import { type Channel, withDefaults } from '@rekey/kernel';
import { defaultOdds, oddsShape } from '@rekey/limits';
import {
  classOf,
  isBoundKind,
  type ProofClass,
  type ProofKind,
  proofClasses,
  proofKinds,
} from '@rekey/proofs';
import { z } from 'zod';
import { holdRules } from '../holds/rules.js';
import { type AcceptedKind, attested, attestedAcr, isAttested } from './attested.js';

const alternatives = z.array(z.array(z.enum(proofClasses)).min(1)).min(1);
const shape = z.strictObject({
  aal1: alternatives,
  aal2: alternatives,
  roles: z.record(z.string(), z.union([z.literal(1), z.literal(2)])),
  bindingHoldHours: z.number().int().min(0).max(168),
  odds: oddsShape,
  holdAfterStopHours: z.number().int().min(0).max(168),
  holds: holdRules,
  clients: z.record(z.string(), z.strictObject({ keepPassword: z.boolean() })),
});

/**
 * The classes of evidence that recover an account, by the assurance level of its sign-in. One of the alternatives is enough.
 *
 * - `roles` asks for a level beyond the account's own.
 * - `bindingHoldHours`: an authenticator that was bound to a single-factor account counts in a recovery only after this time, neither as a
 * proof nor as a requirement. Until then its owner can have it undone.
 * - `odds`: how likely a stranger's attempt at one account may succeed.
 * - `holdAfterStopHours`: after a stop the next recovery of the account is held this long before it is proven; 0 for no hold.
 * - `holds`: rules that put a recovery on hold by risk, see {@link HoldRule}.
 * - `clients`: a recovery that sets no new password ends the old one, unless it was started for a client with `keepPassword`.
 */
export type RecoveryPolicy = z.output<typeof shape> & {
  /** Not of the file: `SMS=off`. No code goes to a phone, so a phone proves nothing. */
  withoutSms?: boolean;
};

/** The weakest policy that NIST SP 800-63B-4 §4.2.2.1 and §4.2.2.2 allow. */
export const defaultPolicy: RecoveryPolicy = {
  aal1: [['issued'], ['saved']],
  aal2: [
    ['issued', 'saved'],
    ['issued', 'authenticator'],
    ['saved', 'authenticator'],
  ],
  roles: {},
  bindingHoldHours: 24,
  odds: defaultOdds,
  holdAfterStopHours: 24,
  holds: [],
  clients: {},
};

/** @returns what makes a policy too weak for its levels; an empty list when it may be used */
export function weaknesses(policy: RecoveryPolicy): string[] {
  const hasCode = (classes: ProofClass[]) => classes.includes('issued') || classes.includes('saved');
  const weak = (level: 'aal1' | 'aal2', classes: ProofClass[]): string | undefined => {
    const text = `${level} [${classes.join(', ')}]`;
    if (new Set(classes).size < classes.length)
      return `${text}: the same class twice counts once; email and SMS are both "issued"`;
    if (!hasCode(classes)) return `${text}: an authenticator alone is a sign-in, not a recovery`;
    if (level === 'aal2' && classes.length < 2)
      return `${text}: an account with a second factor needs two classes (NIST SP 800-63B-4 §4.2.2.2)`;
    return undefined;
  };
  return (['aal1', 'aal2'] as const).flatMap((level) =>
    policy[level].flatMap((classes) => weak(level, classes) ?? []),
  );
}

/**
 * Reads a policy: JSON in the shape of {@link defaultPolicy}, which also fills in what is omitted.
 *
 * @throws {Error} that says, line by line, what is wrong with it
 */
export function readPolicy(text?: string): RecoveryPolicy {
  if (text === undefined) return defaultPolicy;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
  const parsed = shape.partial().safeParse(json);
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'policy'}: ${message}`).join('\n'),
    );
  }
  const policy = withDefaults(defaultPolicy, parsed.data);
  const weak = weaknesses(policy);
  if (weak.length > 0) throw new Error(weak.join('\n'));
  return policy;
}

/** How long a new binding waits, in milliseconds. */
export const bindingHoldOf = ({ bindingHoldHours }: RecoveryPolicy): number => bindingHoldHours * 3_600_000;

/** The roles for which a policy asks for level 2; {@link Assurance} takes them into account. */
export const strongRolesOf = ({ roles }: RecoveryPolicy): string[] =>
  Object.keys(roles).filter((role) => roles[role] === 2);

/** Whether the old password stays valid after a recovery for this client that sets no new one. */
export const keepsPassword = ({ clients }: RecoveryPolicy, clientId: string): boolean =>
  Object.hasOwn(clients, clientId) && clients[clientId]?.keepPassword === true;

/** The first proofs that everyone is offered. The list reveals nothing about an account. */
export function initialMethods(policy: RecoveryPolicy): ProofKind[] {
  const wanted = new Set([...policy.aal1, ...policy.aal2].flat());
  return proofKinds.filter((kind) => classOf[kind] !== 'authenticator' && wanted.has(classOf[kind]));
}

export type RemainingProofs = { proven: true } | { proven: false; next: ProofKind[] };

/**
 * Returns whether these proofs are enough for this account, and otherwise which of its other proofs would be. An empty list means that
 * nothing more can be proved here and staff have to help. What staff have attested for that very case is enough, at either level (NIST
 * SP 800-63B-4 §4.2.2.2: repeated identity proofing).
 */
export function remainingProofs(
  policy: RecoveryPolicy,
  assurance: Assurance,
  done: readonly AcceptedKind[],
): RemainingProofs {
  if (isAttested(done)) return { proven: true };
  const classes = classesOf(done);
  const missing = (assurance.aal === 2 ? policy.aal2 : policy.aal1).map((wanted) =>
    wanted.filter((one) => !classes.has(one)),
  );
  if (missing.some((list) => list.length === 0)) return { proven: true };
  const has = (kind: ProofKind) =>
    isBoundKind(kind)
      ? assurance.authenticators.includes(kind)
      : assurance.reachable.some((one) => sendsBy(policy, one));
  const available = new Set(proofKinds.filter(has).map((kind) => classOf[kind]));
  const open = new Set(missing.filter((list) => list.every((one) => available.has(one))).flat());
  return { proven: false, next: proofKinds.filter((kind) => has(kind) && open.has(classOf[kind])) };
}

/** Whether messages are sent on this channel. */
export const sendsBy = ({ withoutSms }: Pick<RecoveryPolicy, 'withoutSms'>, channel: Channel): boolean =>
  channel === 'email' || !withoutSms;

const classesOf = (done: readonly AcceptedKind[]): Set<ProofClass> =>
  new Set(done.flatMap((kind) => (kind === attested ? [] : [classOf[kind]])));

/** Authentication context of a recovery, by the number of its classes of evidence; of its own where staff have attested the identity. */
export const acrOf = (done: readonly AcceptedKind[]): string =>
  isAttested(done) ? attestedAcr : `urn:rekey:recovery:aal${classesOf(done).size > 1 ? 2 : 1}`;
