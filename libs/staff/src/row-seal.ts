import { countByKey, type KeyCount, keyIdIn, type Queryable, sql, statement } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';

type Sealed = 'member' | 'invitation' | 'passkey' | 'session' | 'override-use';
type Value = string | boolean | Date | Buffer | null;

const purposeOf = (of: Sealed): string => `staff-row/${of}`;
const textOf = (values: readonly Value[]): string =>
  JSON.stringify(
    values.map((value) =>
      value instanceof Date
        ? value.toISOString()
        : Buffer.isBuffer(value)
          ? value.toString('base64url')
          : value,
    ),
  );

/**
 * A keyed digest of the columns of a row that say who somebody is and what they may do. Who can write to the table, and has no key of the
 * keyring, can make no member, passkey, invitation or session, and change none of them into another's.
 */
export const sealOf = (keyring: Keyring, of: Sealed, values: readonly Value[]): Buffer =>
  keyring.digest(purposeOf(of), textOf(values));

/** @returns the seal under the newest key, to be stored from now on; undefined when the row is not as we have made it */
export const checkSeal = (
  keyring: Keyring,
  of: Sealed,
  values: readonly Value[],
  seal: Buffer,
): Buffer | undefined => keyring.freshDigest(seal, purposeOf(of), textOf(values));

const passkeys = statement(
  'staff_passkeys_by_key',
  countByKey(sql`staff_passkeys where ended_at is null`, keyIdIn(sql`seal`)),
);
const members = statement(
  'staff_members_by_key',
  countByKey(sql`staff_members where not demo`, keyIdIn(sql`seal`)),
);

/** Passkeys and members that need each key of the keyring. A sign-in moves both to the newest one. */
export async function countStaffByKey(
  database: Queryable,
): Promise<{ passkeys: KeyCount[]; members: KeyCount[] }> {
  return {
    passkeys: await database.query<KeyCount>(passkeys),
    members: await database.query<KeyCount>(members),
  };
}
