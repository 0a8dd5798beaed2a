import { auditStaff } from '../audited.js';
import { actingStaff, type StaffContext } from '../context.js';
import { endSessionRow, type StaffSession } from '../sessions.js';

/** Ends one's own session. Twice is once. */
export async function signOutStaff({ database, clock }: StaffContext, session: StaffSession): Promise<void> {
  const now = clock.now();
  await database.transaction(async (tx) => {
    if (!(await endSessionRow(tx, new Date(now), session.id))) return;
    await auditStaff(tx, now, actingStaff(session.memberId), 'staff_signed_out', { session: session.id });
  });
}
