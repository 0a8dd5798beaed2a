import { type SqlText, sql } from '@rekey/database';

/**
 * Whether codes and notifications go to the address with this alias, and a code from it proves something, as a condition: it is confirmed,
 * it was not removed, and nobody has marked it as compromised. An address that is compromised still names its account.
 */
export const isTrusted = (d: SqlText): SqlText =>
  sql`${d}.verified and ${d}.removed_at is null and ${d}.compromised_at is null`;
