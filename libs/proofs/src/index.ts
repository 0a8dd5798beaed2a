export {
  backupCode,
  backupCodeShape,
  makeBackupCodes,
  matchBackupCode,
  plainBackupCode,
} from './backup-code/backup-code.js';
export {
  type CodeBinding,
  codeShape,
  deliveredCode,
  deriveCode,
  matchCode,
} from './delivered-code/code.js';
export {
  type CodeSetEvidence,
  type ProofClass,
  proofClasses,
  type SecretEvidence,
  type Storages,
} from './proof.js';
export {
  type BoundKind,
  boundKinds,
  boundProofOf,
  boundProofs,
  type CodeSetKind,
  classOf,
  codeSetAt,
  codeSetProofOf,
  isBoundKind,
  kindOfValue,
  type ProofChange,
  type ProofKind,
  proofChanges,
  proofKinds,
  proofOf,
  type RegisteredProof,
  type SetUpPage,
} from './registry.js';
export {
  matchTotp,
  newTotpSecret,
  totp,
  totpSecretAs,
  totpShape,
  totpStep,
  totpUri,
} from './totp/totp.js';
export { wordings as kindWordings } from './wording/wordings.generated.js';
