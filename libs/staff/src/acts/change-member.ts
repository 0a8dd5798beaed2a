import type { Transaction } from '@rekey/database';
import { isUuid, type Refusal, refuse } from '@rekey/kernel';
import { auditStaff } from '../audited.js';
import type { StaffContext } from '../context.js';
import { endInvitations } from '../invitations.js';
import {
  changeMemberRow,
  haveRegistered,
  type LockedMember,
  lockMembers,
  type MemberView,
  readMember,
} from '../members.js';
import { hasRight, type StaffRole } from '../rights.js';
import { endSessionsOfMember } from '../sessions.js';
import { actorText, mayManage, type StaffActor } from './invite.js';

export interface MemberChange {
  id: string;
  role?: StaffRole | undefined;
  disabled?: boolean | undefined;
  reason: string;
}

/**
 * Changes the role of a member, disables or enables them; it counts from their next request on. Disabling ends their sessions
 * and their open invitation.
 *
 * Refusals: `not_found`; `forbidden` when the actor has lost the right meanwhile; `invalid_state` for oneself, for demo people, and when nobody
 * would be left who can sign in and manage staff. The command line may disable the last one, since it can also invite another.
 */
export function changeMember(
  { database, keyring, clock }: StaffContext,
  actor: StaffActor,
  change: MemberChange,
): Promise<MemberView | Refusal> {
  const now = clock.now();
  return database.transaction(async (tx) => {
    if (!isUuid(change.id)) return refuse('not_found');
    const self = actor === 'system' ? [] : [actor.staff];
    const locked = await lockMembers(tx, keyring, [change.id, ...self], { admins: true });
    if (!mayManage(actor, locked)) return refuse('forbidden');
    const member = locked.find(({ id }) => id === change.id);
    if (!member) return refuse('not_found');
    if (member.demo || self.includes(member.id)) return refuse('invalid_state');
    const role = change.role ?? member.role;
    const disabled = change.disabled ?? member.disabled_at !== null;
    const stays = !disabled && hasRight(role, 'staff');
    if (actor !== 'system' && !stays && !(await othersManage(tx, locked, member.id)))
      return refuse('invalid_state');
    const disabledAt = disabled ? (member.disabled_at ?? new Date(now)) : null;
    await changeMemberRow(tx, keyring, { ...member, role, disabled_at: disabledAt });
    await audit(tx, now, actor, { member, role, disabled, reason: change.reason });
    return (await readMember(tx, now, member.id)) ?? refuse('not_found');
  });
}

/** Whether somebody else can sign in and manage staff. */
async function othersManage(tx: Transaction, locked: readonly LockedMember[], id: string): Promise<boolean> {
  const others = locked.filter(
    (one) => one.id !== id && !one.demo && one.disabled_at === null && hasRight(one.role, 'staff'),
  );
  return (
    (
      await haveRegistered(
        tx,
        others.map((one) => one.id),
      )
    ).length > 0
  );
}

async function audit(
  tx: Transaction,
  now: number,
  actor: StaffActor,
  {
    member,
    role,
    disabled,
    reason,
  }: { member: LockedMember; role: StaffRole; disabled: boolean; reason: string },
): Promise<void> {
  const by = actorText(actor);
  const staff = member.id;
  if (role !== member.role)
    await auditStaff(tx, now, by, 'staff_role_changed', { staff, role, role_before: member.role, reason });
  if (disabled === (member.disabled_at !== null)) return;
  if (disabled) {
    await endInvitations(tx, staff);
    const sessions = await endSessionsOfMember(tx, new Date(now), staff);
    await auditStaff(tx, now, by, 'staff_disabled', { staff, reason, sessions_ended: sessions });
  } else await auditStaff(tx, now, by, 'staff_enabled', { staff, reason });
}
