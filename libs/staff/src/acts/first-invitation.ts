import { type Queryable, sql, statement } from '@rekey/database';
import { isRefused } from '@rekey/kernel';
import type { StaffContext } from '../context.js';
import { type Invited, inviteStaff } from './invite.js';

const anybody = statement(
  'staff_anybody',
  sql`select exists (
     select from staff_passkeys p join staff_members m on m.id = p.member_id where p.ended_at is null and m.disabled_at is null
     union all select from staff_invitations where used_at is null and expires_at > :now
   ) as yes`,
);

/** Whether somebody can sign in, or has an invitation to. */
const hasStaff = async (database: Queryable, now: number): Promise<boolean> => {
  const [row] = await database.query<{ yes: boolean }>(anybody, { now: new Date(now) });
  return row?.yes === true;
};

/** The invitation of the first admin, when nobody can sign in and nobody is invited. */
export async function inviteFirstAdmin(context: StaffContext): Promise<Invited | undefined> {
  if (await hasStaff(context.database, context.clock.now())) return undefined;
  const outcome = await inviteStaff(context, 'system', {
    name: 'First admin',
    role: 'admin',
    reason: 'first start',
  });
  return isRefused(outcome) ? undefined : outcome;
}
