import { type Database, type Queryable, sql, statement, type Transaction } from '@rekey/database';
import { notSealed } from './statements.js';

const asked = statement(
  'audit_erasure_ask',
  sql`insert into audit_erasures (account_id, requested_at) values (:accountId, :at) on conflict do nothing`,
);

/**
 * Has the account taken out of its events, once all of them are sealed. The log verifies as before, and holds no way back to the account:
 * who knows its id cannot tell which events were about it.
 *
 * @param of.at when it was asked for
 */
export async function askForErasure(tx: Queryable, of: { accountId: string; at: Date }): Promise<void> {
  await tx.query(asked, of);
}

const isAsked = statement(
  'audit_erasure_find',
  sql`select from audit_erasures where account_id = :accountId`,
);

/** Whether the erasure of an account is asked for, and not done yet. */
export const isToBeErased = async (tx: Queryable, accountId: string): Promise<boolean> =>
  (await tx.query(isAsked, { accountId })).length > 0;

const toErase = statement(
  'audit_erasures',
  sql`select account_id from audit_erasures order by requested_at limit 100`,
);
const erase = statement(
  'audit_erase',
  sql`select public.audit_events_erase(:accountId)::float8 as remaining`,
);
const erased = statement('audit_erasure_done', sql`delete from audit_erasures where account_id = :accountId`);

/**
 * Erases what was asked for. Where events remain, it is asked for still: some are not sealed yet, as the one that says that it was asked for
 * has to be, or there is such an account again.
 *
 * @param first what else holds the account, in the same transaction
 */
export async function eraseAccounts(
  database: Database,
  first: readonly ((tx: Transaction, account: string) => Promise<unknown>)[] = [],
): Promise<void> {
  for (const { account_id: accountId } of await database.query<{ account_id: string }>(toErase))
    await database.transaction(async (tx) => {
      for (const eraseMore of first) await eraseMore(tx, accountId);
      const [left] = await tx.query<{ remaining: number }>(erase, { accountId });
      if (left?.remaining === 0) await tx.query(erased, { accountId });
    });
}

const thin = statement(
  'audit_checkpoints_thin',
  sql`delete from audit_checkpoints c where signed_at < :before and exists (
     select from audit_checkpoints later where later.size > c.size and date_trunc('hour', later.signed_at) = date_trunc('hour', c.signed_at)
   )`,
);

/** Of heads older than a day, keeps the last of each hour. Anchors keep what they have. */
export async function thinHeads(database: Database, now: Date): Promise<void> {
  await database.query(thin, { before: new Date(now.getTime() - 86_400_000) });
}

const oldest = statement(
  'audit_unsealed_age',
  sql`select coalesce(extract(epoch from now() - min(recorded_at)), 0)::float8 as seconds from (
     select e.recorded_at from audit_events e where ${notSealed} order by e.recorded_in, e.id limit 100
   ) e`,
);

/** Seconds that the oldest event waits to be sealed; 0 when none does. */
export async function unsealedSeconds(database: Database): Promise<number> {
  const [row] = await database.query<{ seconds: number }>(oldest);
  return Math.max(0, row?.seconds ?? 0);
}
