import { backupCode } from './backup-code/backup-code.js';
import { deliveredCode } from './delivered-code/code.js';
import { type BoundProof, type CodeSetProof, classOfType, type Proof, type ProofClass } from './proof.js';
import { totp } from './totp/totp.js';

/** Every kind of proof, in the order in which they are offered. A new one is a folder and a word here. */
const registry = [deliveredCode, totp, backupCode] as const;

type Registered = (typeof registry)[number];
type Bound = Extract<Registered, { storage: string }>;
type CodeSet = Extract<Bound, { storage: 'code set' }>;
type ChangeOf<One> = One extends { id: infer Id extends string; changes: readonly (infer Change)[] }
  ? `${Id}_${Change & string}`
  : never;

export type ProofKind = Registered['id'];
/** Kinds that a person sets up beforehand. */
export type BoundKind = Bound['id'];
/** What can happen to a proof, in the word of its notification. */
export type ProofChange = ChangeOf<Registered>;
/** Kinds whose codes are made at once. */
export type CodeSetKind = CodeSet['id'];
/** The last part of the path of the page on which one is set up. */
export type SetUpPage = Bound['setUp']['page'];

type WithId<Id, One> = One & { id: Id };
export type RegisteredProof = WithId<BoundKind, BoundProof>;

const byId = <Id extends string, One>(all: readonly WithId<Id, One>[]) =>
  Object.fromEntries(all.map((one) => [one.id, one])) as Record<Id, WithId<Id, One>>;

const proofs: readonly (Proof & { id: ProofKind })[] = registry;
const isBound = (proof: Registered): proof is Bound => 'storage' in proof;
const isCodeSet = (proof: Bound): proof is CodeSet => proof.storage === 'code set';
const codeSets = registry.filter(isBound).filter(isCodeSet);

export const proofKinds: readonly ProofKind[] = proofs.map(({ id }) => id);
export const proofChanges = proofs.flatMap(({ id, changes }) =>
  changes.map((change) => `${id}_${change}` as ProofChange),
);
export const proofOf = byId<ProofKind, Proof>(registry);
export const classOf = Object.fromEntries(proofs.map(({ id, type }) => [id, classOfType[type]])) as Record<
  ProofKind,
  ProofClass
>;

export const boundProofs: readonly RegisteredProof[] = registry.filter(isBound);
export const boundKinds: readonly BoundKind[] = boundProofs.map(({ id }) => id);
export const boundProofOf = byId<BoundKind, BoundProof>(boundProofs);
export const isBoundKind = (kind: unknown): kind is BoundKind => boundKinds.some((one) => one === kind);

export const codeSetProofOf = byId<CodeSetKind, CodeSetProof>(codeSets);

/** The kind whose codes are made under a path of the API or of the pages. */
export function codeSetAt(path: string): CodeSetKind {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const found = codeSets.find(({ setUp }) => setUp.api === last || setUp.page === last);
  if (!found) throw new Error(`no codes are made under ${path}`);
  return found.id;
}

/** The kind that a value is meant for, where one field is for all of them. A value of no kind is a wrong one of the last. */
export function kindOfValue(value: string): BoundKind {
  const kind = boundProofs.find((proof) => proof.looksLike(value)) ?? boundProofs.at(-1);
  if (!kind) throw new Error('no kind of proof can be bound');
  return kind.id;
}
