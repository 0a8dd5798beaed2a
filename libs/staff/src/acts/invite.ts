import type { Transaction } from '@rekey/database';
import { isUuid, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { auditStaff } from '../audited.js';
import type { StaffContext } from '../context.js';
import { replaceInvitation } from '../invitations.js';
import { insertMember, type LockedMember, lockMembers } from '../members.js';
import { hasRight, type StaffRole } from '../rights.js';

/** Who acts on staff: a member with a session, or the operator at a command line, who has the keys of everything. */
export type StaffActor = { staff: string } | 'system';

export interface Invited {
  /** Of the member. */
  id: string;
  /** The person who uses it first becomes this member. It is shown once, and is stored nowhere. */
  url: string;
  expiresAt: Date;
}

export const actorText = (actor: StaffActor): string => (actor === 'system' ? actor : `staff:${actor.staff}`);

/**
 * Looks at the actor again under the locks of the act: a role that was changed, or a member who was disabled, since the guard let the
 * request in, counts.
 */
export function mayManage(actor: StaffActor, locked: readonly LockedMember[]): boolean {
  if (actor === 'system') return true;
  const self = locked.find(({ id }) => id === actor.staff);
  return self !== undefined && self.disabled_at === null && hasRight(self.role, 'staff');
}

/** Invites a new member of staff. Refusals: `forbidden` when the actor has lost the right meanwhile. */
export function inviteStaff(
  { database, keyring, clock, place }: StaffContext,
  actor: StaffActor,
  { name, role, reason }: { name: string; role: StaffRole; reason: string },
): Promise<Invited | Refusal> {
  const now = clock.now();
  return database.transaction(async (tx) => {
    if (!mayManage(actor, await lockMembers(tx, keyring, actor === 'system' ? [] : [actor.staff])))
      return refuse('forbidden');
    const id = uuidv7(now);
    await insertMember(tx, keyring, { id, name, role, now: new Date(now) });
    return invited(tx, { keyring, place }, now, actor, { id, role, reason });
  });
}

/**
 * Invites a member again who has lost the passkey. Nothing ends until the new one is registered: an invitation by mistake locks nobody out.
 *
 * Refusals: `not_found`; `forbidden` as {@link inviteStaff}; `invalid_state` for oneself, for demo people and for a disabled member.
 */
export function inviteAgain(
  { database, keyring, clock, place }: StaffContext,
  actor: StaffActor,
  { id, reason }: { id: string; reason: string },
): Promise<Invited | Refusal> {
  const now = clock.now();
  return database.transaction(async (tx) => {
    if (!isUuid(id)) return refuse('not_found');
    const locked = await lockMembers(tx, keyring, actor === 'system' ? [id] : [id, actor.staff]);
    if (!mayManage(actor, locked)) return refuse('forbidden');
    const member = locked.find((one) => one.id === id);
    if (!member) return refuse('not_found');
    const isSelf = actor !== 'system' && actor.staff === id;
    if (isSelf || member.demo || member.disabled_at) return refuse('invalid_state');
    return invited(tx, { keyring, place }, now, actor, { id, role: member.role, reason });
  });
}

async function invited(
  tx: Transaction,
  { keyring, place }: Pick<StaffContext, 'keyring' | 'place'>,
  now: number,
  actor: StaffActor,
  of: { id: string; role: StaffRole; reason: string },
): Promise<Invited> {
  const { secret, expiresAt } = await replaceInvitation(tx, keyring, now, of.id);
  await auditStaff(tx, now, actorText(actor), 'staff_invited', {
    staff: of.id,
    role: of.role,
    reason: of.reason,
  });
  // In the fragment: a browser sends it to no server, so it is in no log.
  return { id: of.id, url: `${place.url}/invitation#${secret}`, expiresAt };
}
