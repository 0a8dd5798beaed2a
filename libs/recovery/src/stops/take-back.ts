import {
  accountSubject,
  endKnownBrowsers,
  lockAccount,
  removeAuthenticatorsBoundBy,
  restoreAuthenticators,
} from '@rekey/accounts';
import { type Queryable, sql, statement, type Transaction } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { clearFailures } from '@rekey/limits';
import { recordChange } from '@rekey/outbox';
import { accountFailures } from '@rekey/sign-in';
import { revokeSessionsOfRecoveries } from '@rekey/tokens';
import { lifetimes } from '../lifetimes.js';
import { disputedBy, type PastRecovery } from './disputed.js';
import { revertPassword } from './former-password.js';

const whose = statement(
  'recovery_stop_whose',
  sql`select owner.id as account, owner.generation from recoveries r, lateral (${accountSubject(sql`r.account_id`, sql`r.generation`)}) owner where r.id = :id`,
);

const history = statement(
  'recovery_stop_history',
  sql`select id, coalesce(completed_at, proof_times[1], created_at) as at, proof_authenticators as authenticators
   from recoveries where account_id = :account and (generation is null or generation = :generation::uuid)
     and (proofs <> '{}' or id = :id)`,
);

interface PastRow extends Omit<PastRecovery, 'at' | 'canBeStopped'> {
  at: Date;
}

/** The recoveries that are taken back, and their account. */
export interface Disputed {
  account: string;
  generation: string;
  /** Oldest first; none if nothing was proved. */
  recoveries: string[];
}

/** Locks the account of a recovery that is being stopped. @returns undefined if it has none, or the id belongs to another account now */
export async function lockDisputed(
  database: Queryable,
  id: string,
  now: number,
): Promise<Disputed | undefined> {
  const [owner] = await database.query<{ account: string; generation: string }>(whose, { id });
  if (!owner) return undefined;
  await lockAccount(database, owner.account);
  const rows = await database.query<PastRow>(history, { id, ...owner });
  const past = rows.map(
    (row): PastRecovery => ({
      ...row,
      at: row.at.getTime(),
      canBeStopped: row.at.getTime() + lifetimes.stopLink > now,
    }),
  );
  const stopped = past.find((one) => one.id === id);
  return { ...owner, recoveries: stopped ? disputedBy(stopped, past) : [] };
}

/** A recovery that was ended by a stop. */
export interface EndedRecovery {
  id: string;
  completed_at: Date | null;
  password_set: boolean;
}

/**
 * Takes back everything that recoveries have led to, in a transaction that has locked the account: the passwords that they or their
 * sessions set or ended; all their sessions, refreshed or not; the sign-ins with their passwords; and the authenticators that any of these
 * bound. Authenticators that they suspended count again, and those that the sessions removed are restored.
 */
export async function takeBack(
  tx: Transaction,
  keyring: Keyring,
  of: { account: string; generation: string; ended: EndedRecovery[]; now: number },
): ReturnType<typeof revertPassword> {
  const { account, generation, ended, now } = of;
  const at = new Date(now);
  const recoveries = ended.map(({ id }) => id);
  const password = await revertPassword(tx, keyring, { account, recoveries, at });
  // These were failures of the password that is gone.
  if (password !== 'untouched') await clearFailures(tx, { shown: accountFailures(generation) });
  const completed = ended.flatMap((one) => one.completed_at ?? []).map((time) => time.getTime());
  const hasSet = password !== 'untouched' || ended.some((one) => one.password_set);
  const sessions = await revokeSessionsOfRecoveries(tx, {
    recoveries,
    at,
    password:
      hasSet && completed.length > 0
        ? { accountId: account, since: new Date(Math.min(...completed)) }
        : undefined,
  });
  // Only a completed recovery has made a browser known.
  if (completed.length > 0) await endKnownBrowsers(tx, account);
  const event = 'authenticator_removed';
  for (const kind of await removeAuthenticatorsBoundBy(tx, { account, sessions }))
    await recordChange(tx, { now, accountId: account, event, change: `${kind}_removed` });
  await restoreAuthenticators(tx, { account, sessions, recoveries });
  return password;
}
