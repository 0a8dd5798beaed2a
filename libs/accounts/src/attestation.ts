import { type Queryable, type SqlText, sql, statement } from '@rekey/database';

/**
 * The authentication context of a recovery in which the identity of the person was attested by staff. It is neither of the assurance
 * levels: who relies on tokens decides what it is worth.
 */
export const attestedAcr = 'urn:rekey:recovery:attested';

/** Whether an override stands for a missing proof of the account right now, as a condition. */
export const isAttestedBy = (override: SqlText, account: SqlText): SqlText =>
  sql`exists (select from accounts attested where attested.id = ${account} and attested.attested_by::text = ${override})`;

const attest = statement(
  'account_attest',
  sql`update accounts set attested_by = :override where id = :account and generation = :generation::uuid and status = 'active' returning id`,
);

/**
 * Lets an override stand for a missing proof of an account, in a transaction that has locked it. The one before no longer does.
 *
 * @returns false for an account that is gone or disabled, or is another one of the same id
 */
export const attestAccount = async (
  database: Queryable,
  of: { account: string; generation: string; override: string },
): Promise<boolean> => (await database.query(attest, of)).length > 0;

const end = statement(
  'account_end_attestation',
  sql`update accounts set attested_by = null where id = :account and attested_by = :override::uuid`,
);

/** An override that was ended proves nothing more. */
export const endAttestation = (
  database: Queryable,
  of: { account: string; override: string },
): Promise<object[]> => database.query(end, of);
