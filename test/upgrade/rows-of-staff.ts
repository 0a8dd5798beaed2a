import { randomUUID } from 'node:crypto';
import { isRefused } from '@rekey/kernel';
import { currentStaffSession, draftOverride, requestOverride, staffRoles } from '@rekey/staff';
import { markMail } from '../flows/mark-address.js';
import type { Rekey } from '../flows/rekey.js';
import { memberOf, StaffBrowser, staffContext } from '../flows/staff-browser.js';

/** Staff who leave every kind of row of theirs. */
export async function rowsOfStaff(rekey: Rekey): Promise<void> {
  const context = await staffContext(rekey);
  const asker = await memberOf(rekey, context, 'support');
  const session = await currentStaffSession(context, asker.cookies.get('rekey-staff') ?? '');
  if (!session) throw new Error('there is no session of staff');
  const about = { account: 'ann', generation: randomUUID(), evidence: 'passport', reason: 'lost everything' };
  const { text, options } = await draftOverride(context, session, about);
  const response = asker.passkey.get(options) as never;
  expect(isRefused(await requestOverride(context, session, { text, response }))).toBe(false);
  await markMail(rekey, 'dora');
  const demo = new StaffBrowser(rekey);
  for (const role of staffRoles)
    expect((await demo.call('POST', 'sessions/demo', { role })).status).toBe(201);
}
