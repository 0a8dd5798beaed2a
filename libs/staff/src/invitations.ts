import { pruneOldest, type Queryable, sql, statement, type Transaction } from '@rekey/database';
import { type Keyring, uuidv7 } from '@rekey/kernel';
import { staffLifetimes } from './context.js';
import type { StaffRole } from './rights.js';
import { checkSeal, sealOf } from './row-seal.js';
import { digestsOf, makeSecret } from './secrets.js';

export interface MadeInvitation {
  /** In the link, and nowhere else. */
  secret: string;
  expiresAt: Date;
}

const replace = statement(
  'staff_invitation_replace',
  sql`with former as (delete from staff_invitations where member_id = :memberId and used_at is null returning id)
   insert into staff_invitations (id, member_id, digest, seal, created_at, expires_at)
   select :id, :memberId, :digest, :seal, :now, :expiresAt where (select count(*) from former) >= 0`,
);

/** Makes the one invitation of a member that counts. The caller has locked the member. */
export async function replaceInvitation(
  tx: Transaction,
  keyring: Keyring,
  now: number,
  memberId: string,
): Promise<MadeInvitation> {
  const { secret, digest } = makeSecret(keyring, 'staff-invitation');
  const expiresAt = new Date(now + staffLifetimes.invitation);
  const id = uuidv7(now);
  const seal = sealOf(keyring, 'invitation', [id, memberId, digest, expiresAt]);
  await tx.query(replace, { id, memberId, digest, seal, now: new Date(now), expiresAt });
  return { secret, expiresAt };
}

export interface OpenInvitation {
  id: string;
  member_id: string;
  name: string;
  role: StaffRole;
}

const find = statement(
  'staff_invitation_find',
  sql`select i.id, i.member_id, m.name, m.role, i.digest, i.expires_at, i.seal from staff_invitations i join staff_members m on m.id = i.member_id
   where i.digest = any(:digests::bytea[]) and i.used_at is null and i.expires_at > :now and m.disabled_at is null`,
);

/** @returns undefined for an invitation that never was, was used, has expired, was replaced, was changed in the table, or whose member is disabled */
export async function findInvitation(
  database: Queryable,
  keyring: Keyring,
  now: number,
  secret: string,
): Promise<OpenInvitation | undefined> {
  const digests = digestsOf(keyring, 'staff-invitation', secret);
  if (digests.length === 0) return undefined;
  const [row] = await database.query<OpenInvitation & { digest: Buffer; expires_at: Date; seal: Buffer }>(
    find,
    {
      digests,
      now: new Date(now),
    },
  );
  if (!row) return undefined;
  const { id, member_id, name, role, digest, expires_at, seal } = row;
  const isAsMade = checkSeal(keyring, 'invitation', [id, member_id, digest, expires_at], seal) !== undefined;
  return isAsMade ? { id, member_id, name, role } : undefined;
}

const claim = statement(
  'staff_invitation_claim',
  sql`update staff_invitations set used_at = :now where id = :id and used_at is null and expires_at > :now returning id`,
);

/** @returns true for the one registration that uses it up. The caller has locked the member */
export const claimInvitation = async (tx: Transaction, now: number, id: string): Promise<boolean> =>
  (await tx.query(claim, { id, now: new Date(now) })).length > 0;

const endAll = statement(
  'staff_invitations_end',
  sql`delete from staff_invitations where member_id = :memberId and used_at is null`,
);

/** Nobody registers with an invitation of this member any more. The caller has locked the member. */
export const endInvitations = (tx: Transaction, memberId: string): Promise<object[]> =>
  tx.query(endAll, { memberId });

const prune = statement(
  'staff_invitations_prune',
  pruneOldest('staff_invitations', 'expires_at', sql`:before`),
);

export const pruneInvitations = (database: Queryable, before: Date): Promise<object[]> =>
  database.query(prune, { before });
