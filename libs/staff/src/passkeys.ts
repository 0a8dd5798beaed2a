import { type Queryable, sql, statement, type Transaction } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { isAsMade } from './members.js';
import type { StaffRole } from './rights.js';
import { checkSeal, sealOf } from './row-seal.js';
import type { NewPasskey } from './webauthn.js';

const insert = statement(
  'staff_passkey_insert',
  sql`insert into staff_passkeys (id, member_id, public_key, seal, counter, transports, synced, created_at)
   values (:id, :memberId, :publicKey, :seal, :counter, :transports, :synced, :now)`,
);

/** @throws a unique violation when the passkey is registered, for whomever */
export function insertPasskey(
  tx: Transaction,
  keyring: Keyring,
  now: Date,
  { memberId, ...passkey }: NewPasskey & { memberId: string },
): Promise<object[]> {
  const seal = sealOf(keyring, 'passkey', [passkey.id, memberId, passkey.publicKey]);
  return tx.query(insert, { ...passkey, memberId, seal, now });
}

const find = statement(
  'staff_passkey_find',
  sql`select p.public_key as "publicKey", p.seal from staff_passkeys p join staff_members m on m.id = p.member_id
   where p.id = :id and p.member_id = :memberId and p.ended_at is null and m.disabled_at is null`,
);

/** A passkey that can be used, and its seal under the newest key. */
export interface UsablePasskey {
  id: Buffer;
  memberId: string;
  publicKey: Buffer;
  seal: Buffer;
}

/**
 * @returns undefined when the passkey is another's, has ended, its member is disabled, or its row is not as we have made it: somebody has
 * written to the table
 */
export async function findPasskey(
  database: Queryable,
  keyring: Keyring,
  of: { id: Buffer; memberId: string },
): Promise<UsablePasskey | undefined> {
  const [row] = await database.query<{ publicKey: Buffer; seal: Buffer }>(find, of);
  const passkey = row && { ...of, publicKey: row.publicKey };
  const seal = passkey && checkSeal(keyring, 'passkey', [of.id, of.memberId, row.publicKey], row.seal);
  return seal && { ...passkey, seal };
}

const findSigners = statement(
  'staff_passkeys_of_signers',
  sql`select p.id, p.member_id as "memberId", p.public_key as "publicKey", p.seal, p.ended_at as "endedAt",
     m.role, m.demo, m.disabled_at, m.seal as member_seal
   from staff_passkeys p join staff_members m on m.id = p.member_id where p.id = any(:ids::bytea[])`,
);

/** A passkey that a member has or had, for what was signed with it. */
export interface Signer {
  id: Buffer;
  memberId: string;
  publicKey: Buffer;
  endedAt: Date | null;
  /** Undefined when the member is disabled, or their row is not as we have made it. */
  role: StaffRole | undefined;
}

/** The passkeys with these ids; those whose rows are not as we have made them are left out. */
export async function signersOf(
  database: Queryable,
  keyring: Keyring,
  ids: readonly Buffer[],
): Promise<Signer[]> {
  if (ids.length === 0) return [];
  const rows = await database.query<SignerRow>(findSigners, { ids: [...ids] });
  return rows.flatMap(({ seal, role, demo, disabled_at, member_seal, ...passkey }) => {
    const { id, memberId, publicKey } = passkey;
    if (!checkSeal(keyring, 'passkey', [id, memberId, publicKey], seal)) return [];
    const mayAct =
      disabled_at === null && isAsMade(keyring, { id: memberId, role, demo, disabled_at }, member_seal);
    return [{ ...passkey, role: mayAct ? role : undefined }];
  });
}

interface SignerRow extends Omit<Signer, 'role'> {
  seal: Buffer;
  role: StaffRole;
  demo: boolean;
  disabled_at: Date | null;
  member_seal: Buffer;
}

const ofMember = statement(
  'staff_passkeys_of_member',
  sql`select id, transports from staff_passkeys where member_id = :memberId and ended_at is null order by created_at, id`,
);

export const passkeysOf = (
  database: Queryable,
  memberId: string,
): Promise<{ id: Buffer; transports: string[] }[]> => database.query(ofMember, { memberId });

const count = statement(
  'staff_passkey_count',
  sql`update staff_passkeys set counter = :counter, last_used_at = :now, seal = :seal
   where id = :id and ended_at is null and (counter < :counter::bigint or counter = 0 and :counter::bigint = 0) returning id`,
);

/**
 * Records a use of a passkey whose signature was right. Of two uses with one counter, one passes.
 *
 * @returns false when the counter has not grown: a copy of the passkey may exist (WebAuthn §6.1.1)
 */
export const countUse = async (
  tx: Transaction,
  now: Date,
  { id, seal }: UsablePasskey,
  counter: number,
): Promise<boolean> => (await tx.query(count, { id, seal, counter, now })).length > 0;

const end = statement(
  'staff_passkeys_end',
  sql`update staff_passkeys set ended_at = :now where member_id = :memberId and ended_at is null returning id`,
);

/** @returns how many have ended */
export const endPasskeys = async (tx: Transaction, now: Date, memberId: string): Promise<number> =>
  (await tx.query(end, { memberId, now })).length;
