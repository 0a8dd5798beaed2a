import { sql, statement } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { auditStaff } from '../audited.js';
import { actingStaff, type StaffContext } from '../context.js';
import { lockMembers, memberSeal } from '../members.js';
import type { StaffRole } from '../rights.js';
import { insertSession } from '../sessions.js';
import type { SignedIn } from './sign-in.js';

const demoMember = statement(
  'staff_demo_member',
  sql`with made as (
     insert into staff_members (id, name, role, demo, seal, created_at) values (:id, :name, :role, true, :seal, :now)
     on conflict (role) where demo do nothing returning id
   ) select id from made union all select id from staff_members where demo and role = :role limit 1`,
);

/** Signs in as the demo person of a role, without a passkey, where the place offers that. Refusals: `not_found` elsewhere. */
export async function enterDemo(
  { database, keyring, clock, place }: StaffContext,
  role: StaffRole,
): Promise<SignedIn | Refusal> {
  if (!place.offersDemo) return refuse('not_found');
  const now = clock.now();
  const id = uuidv7(now);
  const seal = memberSeal(keyring, { id, role, demo: true, disabled_at: null });
  const of = { id, name: `Demo ${role}`, role, seal, now: new Date(now) };
  // A statement of its own: what another process makes at the same moment is seen by the next one only.
  const [made] = await database.query<{ id: string }>(demoMember, of);
  const [found] = made ? [made] : await database.query<{ id: string }>(demoMember, of);
  return database.transaction(async (tx) => {
    const [member] = await lockMembers(tx, keyring, found ? [found.id] : []);
    if (!member) return refuse('unavailable');
    const signedIn = await insertSession(tx, keyring, now, { member, passkeyId: null });
    await auditStaff(tx, now, actingStaff(member.id), 'staff_signed_in', {
      session: signedIn.session.id,
      demo: true,
    });
    return signedIn;
  });
}
