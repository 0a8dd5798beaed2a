import { budgets, consume, counterKey } from '@rekey/limits';
import { auditStaff } from '../audited.js';
import { actingStaff, type StaffContext } from '../context.js';
import type { StaffRight } from '../rights.js';
import type { StaffSession } from '../sessions.js';

/** Audits that a member asked for what their role has no right to; a few times in a window, so that nobody fills the audit. */
export async function auditDenial(
  { database, keyring, clock }: StaffContext,
  session: StaffSession,
  right: StaffRight,
): Promise<void> {
  const now = clock.now();
  const budget = budgets.staffDenials;
  const key = counterKey(keyring, budget, session.memberId);
  if (!(await consume(database, new Date(now), [{ key, budget }]))) return;
  await auditStaff(database, now, actingStaff(session.memberId), 'staff_access_denied', {
    right,
    role: session.role,
  });
}
