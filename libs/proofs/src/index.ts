export {
  type BackupCodeEvidence,
  backupCodeShape,
  makeBackupCodes,
  matchBackupCode,
  plainBackupCode,
} from './backup-code/backup-code.js';
export {
  type CodeBinding,
  codeShape,
  deriveCode,
  matchCode,
  plainCode,
} from './delivered-code/code.js';
export {
  matchTotp,
  newTotpSecret,
  type TotpEvidence,
  totpSecretAs,
  totpShape,
  totpStep,
  totpUri,
} from './totp/totp.js';
