import { createHash } from 'node:crypto';
import { pruneOldest, type Queryable, sql, statement } from '@rekey/database';
import { newSecret } from '@rekey/kernel';
import { staffLifetimes } from './context.js';

/** A challenge as its browser keeps it, sealed, until a passkey has signed it. */
export interface Challenge {
  challenge: string;
  /** What it is for: an invitation, a session, or nothing. A challenge of one serves for no other. */
  about: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt: number;
}

/** @param about the invitation or the session that the response is about */
export const newChallenge = (now: number, about = ''): Challenge => ({
  challenge: newSecret(),
  about,
  expiresAt: now + staffLifetimes.challenge,
});

const use = statement(
  'staff_challenge_use',
  sql`insert into staff_challenges (digest, expires_at) values (:digest, :expiresAt) on conflict do nothing returning digest`,
);

/**
 * Marks a challenge as used, before anything that was signed over it is looked at: each is looked at once, right or wrong.
 *
 * @returns the challenge; undefined when there is none, it has expired, is about something else, or was used
 */
export async function useChallenge(
  database: Queryable,
  now: number,
  kept: Challenge | undefined,
  about = '',
): Promise<string | undefined> {
  if (!kept || kept.expiresAt <= now || kept.about !== about) return undefined;
  const digest = createHash('sha256').update(kept.challenge).digest();
  const rows = await database.query(use, { digest, expiresAt: new Date(kept.expiresAt) });
  return rows.length > 0 ? kept.challenge : undefined;
}

const prune = statement('staff_challenges_prune', pruneOldest('staff_challenges', 'expires_at', sql`:now`));

export const pruneChallenges = (database: Queryable, now: Date): Promise<object[]> =>
  database.query(prune, { now });
