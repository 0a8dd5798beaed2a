import { literal, sql, statement, type Transaction } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { checkSeal, sealOf } from '../row-seal.js';
import type { OverrideRow } from './rows.js';
import { overrideTimes } from './times.js';

const deny = statement(
  'override_deny',
  sql`update override_requests set denied_at = :now, denied_by = :actor where id = :id and denied_at is null and used_at is null
   returning account_id`,
);

/** @returns the account; undefined when it was denied or used meanwhile */
export async function denyRow(
  tx: Transaction,
  of: { id: string; actor: string; now: Date },
): Promise<string | undefined> {
  const [row] = await tx.query<{ account_id: string }>(deny, of);
  return row?.account_id;
}

const stop = statement(
  'override_stop',
  sql`update override_requests set denied_at = :now, denied_by = 'person'
   where account_id = :account and denied_at is null and (used_at is null or id = :id) returning id, recovery_id`,
);

/** @returns those that were ended: one that was used is ended by its own link only */
export const stopRows = (
  tx: Transaction,
  of: { id: string; account: string; now: Date },
): Promise<{ id: string; recovery_id: string | null }[]> => tx.query(stop, of);

const use = statement(
  'override_use',
  sql`update override_requests set used_at = :now, used_by = :memberId, recovery_id = :recovery, use_seal = :seal
   where id = :id and used_at is null and denied_at is null and request = :request and approval = :approval
     and approved_at <= :now::timestamptz - ${literal(`${overrideTimes.waitHours} hours`)}::interval
     and :usableFrom::timestamptz <= :now and :now < :usableUntil::timestamptz
   returning id`,
);

/**
 * Marks an override as used, once, after its waiting period: by the time of the row, and by the times that were signed.
 *
 * @param of.request the texts whose signatures the caller has verified
 * @returns false when it was used or ended meanwhile, when its texts are others now, or when it is not its time
 */
export const useRow = async (
  tx: Transaction,
  keyring: Keyring,
  of: {
    id: string;
    memberId: string;
    recovery: string;
    request: string;
    approval: string;
    usableFrom: Date;
    usableUntil: Date;
    now: Date;
  },
): Promise<boolean> => {
  const { id, recovery, memberId, now } = of;
  const seal = sealOf(keyring, 'override-use', [id, recovery, memberId, now]);
  return (await tx.query(use, { ...of, seal })).length > 0;
};

/** Whether we have marked an override as used in this recovery. Who can write to the table, and has no key of the keyring, cannot. */
export const isUseOfOurs = (
  keyring: Keyring,
  { id, recovery_id, used_by, used_at, use_seal }: OverrideRow,
): boolean =>
  use_seal !== null &&
  checkSeal(keyring, 'override-use', [id, recovery_id, used_by, used_at], use_seal) !== undefined;
