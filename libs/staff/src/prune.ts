import type { Queryable } from '@rekey/database';
import { pruneChallenges } from './challenges.js';
import { staffLifetimes } from './context.js';
import { pruneInvitations } from './invitations.js';
import { pruneOverrides } from './overrides/retention.js';
import { pruneSessions } from './sessions.js';

/** Prunes used challenges once they have expired, sessions and invitations a month after theirs, overrides once the audit names
 * them no more; for the sweep. */
export async function pruneStaff(database: Queryable, now: number): Promise<void> {
  await pruneChallenges(database, new Date(now));
  const before = new Date(now - staffLifetimes.retained);
  await pruneSessions(database, before);
  await pruneInvitations(database, before);
  await pruneOverrides(database);
}
