import { lockPassword, restorePassword } from '@rekey/accounts';
import { pruneOldest, type Queryable, type SqlText, sql, statement, type Transaction } from '@rekey/database';
import { type Keyring, type SealedAs, uuidv7 } from '@rekey/kernel';
import type { ActContext } from '../context.js';
import { lifetimes } from '../lifetimes.js';

/** The password that a recovery has replaced or ended. It is retained as long as that recovery can be stopped. */
export interface FormerPassword {
  /** The recovery that replaced or ended this password. */
  recovery: string;
  /** The recovery that had set this password. */
  setBy: string | null;
}

/**
 * Returns the password that an account goes back to when recoveries are taken back: the newest one that none of them has set. A password
 * that management has set in the meantime belongs to no recovery, and stays.
 *
 * @param current the recovery that has set the current password
 * @returns `untouched`: none of them has set it; `none`: the password from before is no longer retained
 */
export function passwordBefore<Former extends FormerPassword>(
  current: string | null,
  formers: readonly Former[],
  takenBack: readonly string[],
): 'untouched' | 'none' | Former {
  let found: Former | undefined;
  for (let by = current; by !== null && takenBack.includes(by); by = found.setBy) {
    // Each recovery retains one password and none refers to itself, so the list gets shorter with every step.
    const former = formers.find((one) => one.recovery === by && one !== found);
    if (!former) return 'none';
    formers = formers.filter((one) => one !== former);
    found = former;
  }
  return found ?? 'untouched';
}

const formerAs = (of: { id: string; account: string }): SealedAs => ({
  column: 'former_passwords.sealed',
  ...of,
});

/** The columns of a new row of `former_passwords`, encrypted for the account under an id of its own. */
export function sealFormer(
  keyring: Keyring,
  now: number,
  account: string,
  held: Awaited<ReturnType<typeof lockPassword>>,
) {
  const formerId = uuidv7(now);
  return {
    formerId,
    formerSealed: held?.phc ? keyring.seal(held.phc, formerAs({ id: formerId, account })) : null,
    formerSetBy: held?.setBy ?? null,
    // Without a password there is nothing to give back, unless a recovery had ended it.
    keepsFormer: held !== undefined && (held.isSet || held.setBy !== null),
  };
}

/** Retains the current password, as a data-modifying clause that reads its recoveries from a CTE with `id`. */
export const saveFormer = (from: SqlText): SqlText => sql`
  insert into former_passwords (id, recovery_id, sealed, set_by, until)
  select :formerId::uuid, ${from}.id, :formerSealed::bytea, :formerSetBy::uuid, :formerUntil::timestamptz
  from ${from} where :keepsFormer::boolean
  on conflict (recovery_id) do nothing`;

const keepOfSession = statement(
  'former_password_save',
  sql`with mine as (
     select id from recoveries where id = :recovery::uuid and completed_at > :since::timestamptz
   )
   ${saveFormer(sql`mine`)}`,
);

/**
 * Called in a transaction, before a session that came from a recovery sets another password. It retains the current password for a stop of
 * that recovery, unless that recovery has retained one already.
 */
export async function saveFormerOf(
  tx: Transaction,
  { keyring, clock }: Pick<ActContext, 'keyring' | 'clock'>,
  of: { recovery: string; account: string },
): Promise<void> {
  const now = clock.now();
  const held = await lockPassword(tx, keyring, of.account);
  await tx.query(keepOfSession, {
    ...sealFormer(keyring, now, of.account, held),
    recovery: of.recovery,
    since: new Date(now - lifetimes.stopLink),
    formerUntil: new Date(now + lifetimes.stopLink),
  });
}

const find = statement(
  'former_password_find',
  sql`select id, recovery_id as recovery, sealed, set_by as "setBy" from former_passwords
   where recovery_id = any(:recoveries::uuid[]) and until > :now`,
);

interface FormerRow extends FormerPassword {
  id: string;
  sealed: Buffer | null;
}

/**
 * Takes back the password that these recoveries, or their sessions, have set or ended, in a transaction that has locked the account. The
 * password from before them is restored. If it is no longer retained, the account has no password until its owner recovers.
 *
 * @returns `untouched` when none of them has set the current password
 */
export async function revertPassword(
  tx: Transaction,
  keyring: Keyring,
  of: { account: string; recoveries: string[]; at: Date },
): Promise<'untouched' | 'none' | 'restored'> {
  const { account, recoveries, at } = of;
  const current = await lockPassword(tx, keyring, account);
  const formers = await tx.query<FormerRow>(find, { recoveries, now: at });
  const before = passwordBefore(current?.setBy ?? null, formers, recoveries);
  if (before === 'untouched') return before;
  const kept = before === 'none' ? { setBy: null, sealed: null, id: '' } : before;
  const phc = kept.sealed && openFormer(keyring, kept.sealed, { id: kept.id, account });
  await restorePassword(tx, keyring, { account, at, phc, setBy: kept.setBy });
  return phc === null ? 'none' : 'restored';
}

/** @returns null when it cannot be decrypted: the thief's password must end, whether or not the earlier one can be restored */
function openFormer(keyring: Keyring, sealed: Buffer, of: { id: string; account: string }): string | null {
  try {
    return keyring.open(sealed, formerAs(of)).toString();
  } catch {
    return null;
  }
}

const dropWork = statement(
  'former_password_drop_work',
  sql`update former_passwords set sealed = null where set_by = any(:recoveries::uuid[]) and sealed is not null`,
);

/**
 * Called in the transaction that ends the password which these recoveries have set. If a later recovery has replaced that password, a stop
 * of the later one does not restore it. The passwords from before these recoveries are retained for a stop of their own.
 */
export const dropWorkOf = (tx: Transaction, recoveries: string[]): Promise<object[]> =>
  tx.query(dropWork, { recoveries });

const prune = statement('former_password_prune', pruneOldest('former_passwords', 'until', sql`:now`));

export const pruneFormerPasswords = (database: Queryable, now: Date): Promise<object[]> =>
  database.query(prune, { now });
