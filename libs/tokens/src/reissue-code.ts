import { insertAudit } from '@rekey/audit';
import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { assertedSubject, type spending } from './asserted-subject.js';

/** The key purpose for digests of authorization codes. */
export const codePurpose = 'authorization-code';

/** A code for the account of a CTE `subject`, as SQL. @param from a CTE; when it is empty, no code is issued */
export const insertCode = (from: SqlText): SqlText => sql`
  insert into authorization_codes (digest, client_id, redirect_uri, code_challenge, account_id, generation, recovery_id, acr, amr, auth_time,
    authenticators, proven_since, expires_at)
  select :codeDigest, :clientId, :redirectUri, :codeChallenge, subject.id, subject.generation, :recoveryId, :acr, :amr, :authTime,
    :authenticators, :since, :codeExpiresAt
  from subject, ${from}
  returning digest`;

/** A code that its client redeems meanwhile is locked by that, and no longer unused afterwards: nothing happens then. */
const reissue = statement(
  'tokens_reissue_code',
  sql`with subject as (
     ${assertedSubject}
   ), before as (
     select c.digest from authorization_codes c, subject
     where subject.status = 'active' and subject.holds and c.recovery_id = :recoveryId and c.account_id = subject.id
       and c.generation = subject.generation and c.client_id = :clientId and c.redirect_uri = :redirectUri
       and c.code_challenge = :codeChallenge and c.used_at is null
     for no key update of c
   ), fresh as (
     insert into used_token_ids (jti, expires_at) select :jti, :jtiExpiresAt from before on conflict do nothing returning jti
   ), withdrawn as (
     update authorization_codes c set used_at = :now::timestamptz from before, fresh
     where c.digest = before.digest and c.used_at is null returning c.digest
   ), code as (
     ${insertCode(sql`withdrawn`)}
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'authn_token_reissued', 'client:' || :clientId::text, subject.id, :recoveryId::uuid,
       '{"authorization_code": true}'::jsonb
     from subject, code
   )
   select from code`,
);

/**
 * Replaces the code of a recovery, because the redirect with it was lost. The code before ends, and nobody can redeem it. The evidence is
 * judged again.
 *
 * @returns false when the code was redeemed, when it was voided, or when the evidence no longer holds
 */
export async function reissueCode(
  database: Queryable,
  of: ReturnType<typeof spending> & {
    clientId: string;
    redirectUri: string;
    codeChallenge: string;
    codeDigest: Buffer;
    codeExpiresAt: Date;
    auditId: string;
  },
): Promise<boolean> {
  return (await database.query(reissue, of)).length > 0;
}
