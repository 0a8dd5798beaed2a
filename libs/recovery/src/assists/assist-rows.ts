import { accountSubject } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { type Queryable, sql, statement, type Transaction } from '@rekey/database';
import { isUuid, uuidv7 } from '@rekey/kernel';
import type { AssistEnd, AssistEntity, AssistState } from '../entities/assist.entity.js';

export type AssistRow = Pick<
  AssistEntity,
  'id' | 'account_id' | 'generation' | 'member_id' | 'state' | 'expires_at' | 'recovery_id' | 'ended_by'
>;

const find = statement(
  'assist_find',
  sql`select id, account_id, generation, member_id, state, expires_at, recovery_id, ended_by from assists where id = :id::uuid`,
);

/** @returns undefined when there is none, or it was pruned */
export async function findAssist(database: Queryable, id: string): Promise<AssistRow | undefined> {
  const [row] = isUuid(id) ? await database.query<AssistRow>(find, { id }) : [];
  return row;
}

/** What an assist has come to. One that nobody has matched in time has expired. */
export const assistStateAt = (
  { state, expires_at }: Pick<AssistRow, 'state' | 'expires_at'>,
  now: number,
): AssistState | 'expired' =>
  (state === 'waiting' || state === 'opened') && expires_at.getTime() <= now ? 'expired' : state;

const end = statement(
  'assist_end',
  sql`update assists set state = 'ended', ended_by = :by where id = :id and state = any(:states::text[]) and expires_at > :now
   returning account_id`,
);

/** Ends an assist without a recovery, and audits that. @returns false when it was over meanwhile */
export async function endAssistRow(
  tx: Transaction,
  now: number,
  of: { id: string; actor: string; by: AssistEnd; states: AssistState[]; reason?: string },
): Promise<boolean> {
  const { id, actor, by, states, reason } = of;
  const at = new Date(now);
  const [ended] = await tx.query<{ account_id: string }>(end, { id, by, states, now: at });
  if (!ended) return false;
  await recordAudit(tx, {
    id: uuidv7(now),
    at,
    event: by === 'number' ? 'assist_refused' : 'assist_ended',
    actor,
    accountId: ended.account_id,
    detail: { assist: id, ...(by === 'number' ? {} : { by }), ...(reason === undefined ? {} : { reason }) },
  });
  return true;
}

const erase = statement('assists_erase', sql`delete from assists where account_id = :account`);

/** Deletes the assists of an account that is gone and whose erasure was asked for. */
export const eraseAssists = (tx: Transaction, account: string): Promise<object[]> =>
  tx.query(erase, { account });

/** What is stored about a person in an assist. Times are RFC 3339. */
export interface StoredAssistOf {
  id: string;
  state: AssistState | 'expired';
  started_by: string;
  started_at: string;
  expires_at: string;
  recovery_id?: string;
}

type OfAccount = Pick<
  AssistEntity,
  'id' | 'member_id' | 'state' | 'created_at' | 'expires_at' | 'recovery_id'
>;

const ofAccount = statement(
  'assists_of_account',
  sql`select t.id, t.member_id, t.state, t.created_at, t.expires_at, t.recovery_id
   from assists t, lateral (${accountSubject(sql`t.account_id`, sql`t.generation`)}) owner where t.account_id = :account order by t.id desc`,
);

/** Reads the assists of an account, newest first. An earlier account of this id was another person's. */
export async function assistsOfAccount(
  database: Queryable,
  account: string,
  now: number,
): Promise<StoredAssistOf[]> {
  const rows = await database.query<OfAccount>(ofAccount, { account });
  return rows.map((row) => ({
    id: row.id,
    state: assistStateAt(row, now),
    started_by: row.member_id,
    started_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    ...(row.recovery_id ? { recovery_id: row.recovery_id } : {}),
  }));
}
