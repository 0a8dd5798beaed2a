import { staffChanges } from '@rekey/audit';
import { type Queryable, sql, statement, type Transaction } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import type { StaffContext } from './context.js';
import type { StaffRole } from './rights.js';
import { checkSeal, sealOf } from './row-seal.js';

/** A member of staff as the console shows them. */
export interface MemberView {
  id: string;
  name: string;
  role: StaffRole;
  /** `invited`: no passkey yet, or no longer. */
  state: 'invited' | 'active' | 'disabled';
  demo: boolean;
  created_at: Date;
  last_seen_at: Date | null;
  /** Of an invitation that can still be used. */
  invitation_expires_at: Date | null;
}

const list = statement(
  'staff_members_list',
  sql`select m.id, m.name, m.role, m.demo, m.created_at,
     case when m.disabled_at is not null then 'disabled'
       when m.demo or exists (select from staff_passkeys p where p.member_id = m.id and p.ended_at is null) then 'active'
       else 'invited' end as state,
     (select max(s.last_seen_at) from staff_sessions s where s.member_id = m.id) as last_seen_at,
     (select max(i.expires_at) from staff_invitations i where i.member_id = m.id and i.used_at is null and i.expires_at > :now)
       as invitation_expires_at
   from staff_members m where (not m.demo or :demo) and (m.id = :id::uuid or :id::uuid is null) order by m.created_at, m.id`,
);

/** Every member of staff, in the order of their invitations. Demo people where a demo is offered. */
export const listMembers = ({ database, clock, place }: StaffContext): Promise<MemberView[]> =>
  database.query<MemberView>(list, { now: new Date(clock.now()), demo: place.offersDemo, id: null });

export async function readMember(
  database: Queryable,
  now: number,
  id: string,
): Promise<MemberView | undefined> {
  const [row] = await database.query<MemberView>(list, { now: new Date(now), demo: true, id });
  return row;
}

const names = statement(
  'staff_members_names',
  sql`select id, name from staff_members where id = any(:ids::uuid[])`,
);

export async function memberNames(
  database: Queryable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await database.query<{ id: string; name: string }>(names, { ids: [...ids] });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export interface LockedMember {
  id: string;
  name: string;
  role: StaffRole;
  demo: boolean;
  disabled_at: Date | null;
}

const insert = statement(
  'staff_member_insert',
  sql`insert into staff_members (id, name, role, seal, created_at) values (:id, :name, :role, :seal, :now)`,
);

/** What a member may do, and whether: the columns under the seal. */
export const memberSeal = (
  keyring: Keyring,
  { id, role, demo, disabled_at }: Pick<LockedMember, 'id' | 'role' | 'demo' | 'disabled_at'>,
): Buffer => sealOf(keyring, 'member', [id, role, demo, disabled_at]);

export const insertMember = (
  tx: Transaction,
  keyring: Keyring,
  member: { id: string; name: string; role: StaffRole; now: Date },
): Promise<object[]> =>
  tx.query(insert, { ...member, seal: memberSeal(keyring, { ...member, demo: false, disabled_at: null }) });

const lock = statement(
  'staff_members_lock',
  sql`select id, name, role, demo, disabled_at, seal from staff_members
   where id = any(:ids::uuid[]) or (:admins and role = 'admin' and disabled_at is null and not demo) order by id for update`,
);

/**
 * Locks members before anything of theirs changes, in the order of their ids. What is read here is as of the lock, and not as of the guard
 * that let the caller in.
 *
 * A member whose row is not as we have made it is left out: they can do nothing, and nothing can be done to them.
 *
 * @param options.admins also everyone who could still manage staff
 */
export async function lockMembers(
  tx: Transaction,
  keyring: Keyring,
  ids: readonly string[],
  options: { admins?: boolean } = {},
): Promise<LockedMember[]> {
  const rows = await tx.query<LockedMember & { seal: Buffer }>(lock, {
    ids: [...ids],
    admins: options.admins === true,
  });
  return rows.flatMap(({ seal, ...member }) => (isAsMade(keyring, member, seal) ? [member] : []));
}

/** False when somebody has changed the member in the table. */
export const isAsMade = (
  keyring: Keyring,
  { id, role, demo, disabled_at }: Pick<LockedMember, 'id' | 'role' | 'demo' | 'disabled_at'>,
  seal: Buffer,
): boolean => checkSeal(keyring, 'member', [id, role, demo, disabled_at], seal) !== undefined;

/**
 * False when the audit has it otherwise what a member may do: somebody has put the row back as it was, with the seal that it had. Who forges
 * an event as well has left one, which is sealed. What is older than the audit is kept counts as it is in the row.
 */
export async function isAsAudited(
  database: Queryable,
  { id, role, disabled_at }: Pick<LockedMember, 'id' | 'role' | 'disabled_at'>,
): Promise<boolean> {
  const changes = await staffChanges(database, { staff: [id], since: new Date(0) });
  const lastRole = changes.findLast(({ event }) => event === 'staff_role_changed')?.role ?? role;
  const isDisabled = changes.findLast(({ event }) => event === 'staff_disabled' || event === 'staff_enabled');
  return lastRole === role && (disabled_at !== null || isDisabled?.event !== 'staff_disabled');
}

const registered = statement(
  'staff_members_registered',
  sql`select member_id from staff_passkeys where member_id = any(:ids::uuid[]) and ended_at is null group by member_id`,
);

/** Those of the members who have a passkey, and so can sign in. */
export async function haveRegistered(database: Queryable, ids: readonly string[]): Promise<string[]> {
  const rows = await database.query<{ member_id: string }>(registered, { ids: [...ids] });
  return rows.map(({ member_id }) => member_id);
}

const change = statement(
  'staff_member_change',
  sql`update staff_members set role = :role, disabled_at = :disabledAt, seal = :seal where id = :id`,
);

/** Writes what is under the seal, and the seal under the newest key. The caller has locked the member. */
export const changeMemberRow = (
  tx: Transaction,
  keyring: Keyring,
  member: Pick<LockedMember, 'id' | 'role' | 'demo' | 'disabled_at'>,
): Promise<object[]> => {
  const { id, role, disabled_at: disabledAt } = member;
  return tx.query(change, { id, role, disabledAt, seal: memberSeal(keyring, member) });
};
