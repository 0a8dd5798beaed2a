import { identifierOf, lookupDigests } from '@rekey/accounts';
import { type KeyCount, type Queryable, type SealedRows, sql, statement } from '@rekey/database';
import { codesByKey } from '@rekey/outbox';
import { sourceStates, sqlStates } from './state-machine.js';

/**
 * The encrypted columns of open recoveries, which are erased when they end, and former passwords, as long as a recovery can be stopped. The
 * digests exist under every key of the keyring, so that the account is found before and after it is encrypted again. These rows are
 * therefore processed before those of accounts.
 */
export const sealedInRecovery: SealedRows[] = [
  {
    column: 'recoveries.identifier_sealed',
    id: { column: 'id', type: 'uuid' },
    digests: { identifier_digests: 'bytea[]' },
    digest: (keyring, plain) => ({ identifier_digests: lookupDigests(keyring, identifierOf(plain)) }),
  },
  {
    column: 'former_passwords.sealed',
    id: { column: 'id', type: 'uuid' },
    account: sql`(select r.account_id from recoveries r where r.id = former_passwords.recovery_id)`,
  },
];

const underWay = statement(
  'codes_under_way_by_key',
  codesByKey(
    sql`select id from recoveries where ended_at is null and state in (${sqlStates(sourceStates('prove'))})`,
  ),
);

/** Counts the codes that may still be typed in, by the key that they are derived under. They expire within ten minutes. */
export const countCodesUnderWay = (database: Queryable, now: Date): Promise<KeyCount[]> =>
  database.query(underWay, { now });
