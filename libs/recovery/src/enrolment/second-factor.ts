import {
  acceptTotpStep,
  backupCodeEvidence,
  hasSecondFactor,
  totpEvidence,
  useBackupCode,
} from '@rekey/accounts';
import { statement } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { chargeRows, clearRows, failuresInARow, failureWindowMs } from '@rekey/limits';
import { type BackupCodeEvidence, matchBackupCode, matchTotp, type TotpEvidence } from '@rekey/proofs';
import type { ActContext } from '../context.js';

export interface SecondFactor {
  kind: 'totp' | 'backup_code';
  value: string;
}

/** Sign-in counts for itself: who wears an authenticator out in recoveries does not keep its owner from signing in. */
const signInFailures = (id: string) => `sha256(convert_to('sign-in-failures ' || ${id}, 'utf8'))`;

const burning = (kind: SecondFactor['kind'], evidence: string) =>
  statement(
    `sign_in_burn_${kind}`,
    `with found as (
       ${evidence}
     ), charged as (
       ${chargeRows(`select ${signInFailures('found.authenticator_id')} as key, ${failureWindowMs}::bigint as window_ms from found`)}
     )
     select found.evidence, charged.spent as failures, charged.key from found, charged`,
  );

const burnings = {
  totp: burning('totp', totpEvidence(':account', 'sign-in')),
  backup_code: burning('backup_code', backupCodeEvidence(':account', 'sign-in')),
};

const forget = statement('sign_in_forget_failures', clearRows('array[:key::bytea]'));

/**
 * The second factor of a sign-in whose password was right: asked for wherever an authenticator app is bound, a new password
 * after a recovery included (OWASP ASVS 5.0 6.4.3). A try is counted before it is looked at.
 *
 * @returns its `amr`; nothing when the account has none
 * Refusals: `second_factor_required`, `unauthorized`.
 */
export async function checkSecondFactor(
  { database, keyring, clock }: ActContext,
  account: string,
  offered: SecondFactor | undefined,
): Promise<string[] | Refusal> {
  if (!(await hasSecondFactor(database, account))) return [];
  if (!offered) return refuse('second_factor_required');
  const now = clock.now();
  const [row] = await database.query<{ evidence: unknown; failures: number; key: Buffer }>(
    burnings[offered.kind],
    { account, now: new Date(now) },
  );
  if (!row || row.failures > failuresInARow) return refuse('unauthorized');
  const right = await (offered.kind === 'totp' ? useTotp() : useCode());
  if (!right) return refuse('unauthorized');
  await database.query(forget, { key: row.key });
  return [offered.kind === 'totp' ? 'otp' : 'recovery-code-saved', 'mfa'];

  async function useTotp(): Promise<boolean> {
    const evidence = row?.evidence as TotpEvidence;
    const step = matchTotp(keyring, offered?.value ?? '', evidence, now);
    return step !== undefined && acceptTotpStep(database, { id: evidence.id, step });
  }
  async function useCode(): Promise<boolean> {
    const evidence = row?.evidence as BackupCodeEvidence;
    const digest = await matchBackupCode(offered?.value ?? '', evidence);
    return digest !== undefined && useBackupCode(database, { id: evidence.id, digest, at: new Date(now) });
  }
}
