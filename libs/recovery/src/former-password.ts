import { holdPassword, restorePassword } from '@rekey/accounts';
import { type Sql, statement, type Transaction } from '@rekey/database';
import { type Keyring, type SealedAs, uuidv7 } from '@rekey/kernel';
import type { ActContext } from './context.js';
import { lifetimes } from './lifetimes.js';

/** The password that was there before one that a recovery has set or ended. It is kept as long as the recovery can be stopped. */
export interface FormerPassword {
  /** The recovery that has set or ended the one after it. */
  recovery: string;
  /** The recovery whose work it was itself. */
  setBy: string | null;
}

/**
 * Which password an account goes back to when recoveries are taken back: the newest one that is not the work of any of them. A
 * password that management has put meanwhile is nobody's work, and stays.
 *
 * @param current whose work the password of now is
 * @returns `untouched`: it is not theirs; `none`: what was before is not kept any more
 */
export function passwordBefore<Former extends FormerPassword>(
  current: string | null,
  formers: readonly Former[],
  takenBack: readonly string[],
): 'untouched' | 'none' | Former {
  let found: Former | undefined;
  for (let by = current; by !== null && takenBack.includes(by); by = found.setBy) {
    // Each recovery keeps one, and none leads back to itself: the list is shorter with every step.
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

/** The columns of a new row of `former_passwords`. Sealed with an id of its own, for the account. */
export function sealFormer(
  keyring: Keyring,
  now: number,
  account: string,
  held: Awaited<ReturnType<typeof holdPassword>>,
) {
  const formerId = uuidv7(now);
  return {
    formerId,
    formerSealed: held?.phc ? keyring.seal(held.phc, formerAs({ id: formerId, account })) : null,
    formerSetBy: held?.setBy ?? null,
    // A password that nobody has set, because there never was one, need not come back.
    keepsFormer: held !== undefined && (held.isSet || held.setBy !== null),
  };
}

/** Keeps the password of before, as a data-modifying clause that takes its recoveries from a CTE with `id`. */
export const keepFormer = (from: string): string => `
  insert into former_passwords (id, recovery_id, sealed, set_by, until)
  select :formerId::uuid, ${from}.id, :formerSealed::bytea, :formerSetBy::uuid, :formerUntil::timestamptz
  from ${from} where :keepsFormer::boolean
  on conflict (recovery_id) do nothing`;

const keepOfSession = statement(
  'former_password_keep',
  `with mine as (
     select id from recoveries where id = :recovery::uuid and completed_at > :since::timestamptz
   )
   ${keepFormer('mine')}`,
);

/**
 * In a transaction, before a session that came from a recovery sets another password: what it finds is given back when the recovery is
 * stopped, as far as that recovery has not kept one already.
 */
export async function keepFormerOf(
  tx: Transaction,
  { keyring, clock }: Pick<ActContext, 'keyring' | 'clock'>,
  of: { recovery: string; account: string },
): Promise<void> {
  const now = clock.now();
  const held = await holdPassword(tx, keyring, of.account);
  await tx.query(keepOfSession, {
    ...sealFormer(keyring, now, of.account, held),
    recovery: of.recovery,
    since: new Date(now - lifetimes.stopLink),
    formerUntil: new Date(now + lifetimes.stopLink),
  });
}

const find = statement(
  'former_password_find',
  `select id, recovery_id as recovery, sealed, set_by as "setBy" from former_passwords
   where recovery_id = any(:recoveries::uuid[]) and until > :now`,
);

interface FormerRow extends FormerPassword {
  id: string;
  sealed: Buffer | null;
}

/**
 * In a transaction that holds the account: takes back the password that these recoveries, or their sessions, have set or ended. What
 * was there before them comes back; where it is not kept any more, the account has none until its owner recovers.
 *
 * @returns `untouched` when the password of now is not their work
 */
export async function takePasswordBack(
  tx: Transaction,
  keyring: Keyring,
  of: { account: string; recoveries: string[]; at: Date },
): Promise<'untouched' | 'none' | 'restored'> {
  const { account, recoveries, at } = of;
  const current = await holdPassword(tx, keyring, account);
  const formers = await tx.query<FormerRow>(find, { recoveries, now: at });
  const before = passwordBefore(current?.setBy ?? null, formers, recoveries);
  if (before === 'untouched') return before;
  const kept = before === 'none' ? { setBy: null, sealed: null, id: '' } : before;
  const phc = kept.sealed && openFormer(keyring, kept.sealed, { id: kept.id, account });
  await restorePassword(tx, keyring, { account, at, phc, setBy: kept.setBy });
  return phc === null ? 'none' : 'restored';
}

/** @returns null when it does not open: what a thief has must end, whether or not the password of before can come back */
function openFormer(keyring: Keyring, sealed: Buffer, of: { id: string; account: string }): string | null {
  try {
    return keyring.open(sealed, formerAs(of)).toString();
  } catch {
    return null;
  }
}

const dropWork = statement(
  'former_password_drop_work',
  'update former_passwords set sealed = null where set_by = any(:recoveries::uuid[]) and sealed is not null',
);

/**
 * In a transaction that ends the password which these recoveries have set: where another recovery has replaced it, no stop of that one
 * gives it back. What was there before these recoveries is kept, for a stop of their own.
 */
export const dropWorkOf = (tx: Transaction, recoveries: string[]): Promise<object[]> =>
  tx.query(dropWork, { recoveries });

const forget = statement('former_password_forget', 'delete from former_passwords where until <= :now');

export const forgetFormerPasswords = (sql: Sql, now: Date): Promise<object[]> => sql.query(forget, { now });
