import { accountSubject } from '@rekey/accounts';
import { type Queryable, sql, statement, type Transaction } from '@rekey/database';
import { auditStaff } from '../audited.js';
import { type LostProof, lostIn, readRequest } from './documents.js';

const forget = statement('override_forget', sql`select public.override_requests_forget()`);

/**
 * Prunes overrides older than twelve months that the audit names no more, at most 500; for the sweep. The function is the only way to prune
 * any: the role that calls it may delete none itself.
 */
export const pruneOverrides = (database: Queryable): Promise<object[]> => database.query(forget);

const erase = statement('override_erase', sql`select public.override_requests_erase(:account)`);

/** Deletes the overrides of an account whose erasure was asked for, once an event that says so is sealed. Before the audit is made anonymous. */
export const eraseOverrides = (tx: Transaction, account: string): Promise<object[]> =>
  tx.query(erase, { account });

const end = statement(
  'override_end_of_account',
  sql`update override_requests set denied_at = :at, denied_by = :actor where account_id = :account and denied_at is null and used_at is null
   returning id`,
);

/**
 * Ends what nobody has used of an account that is being deleted, in a transaction that has locked it. Rows stay as long as the audit names
 * them.
 *
 * @param of.actor as the audit names it
 */
export async function endOverridesOf(
  tx: Transaction,
  of: { account: string; actor: string; at: Date },
): Promise<void> {
  const { account, actor, at } = of;
  const reason = 'the account was deleted';
  for (const { id: override } of await tx.query<{ id: string }>(end, of))
    await auditStaff(tx, at.getTime(), actor, 'override_denied', { override, reason }, account);
}

/** What is stored about a person in an override. Times are RFC 3339; members of staff are ids. */
export interface StoredOverrideOf {
  id: string;
  requested_at: string;
  requested_by: string;
  evidence?: string;
  reason?: string;
  lost?: LostProof[];
  approved_at?: string;
  approved_by?: string;
  denied_at?: string;
  used_at?: string;
  recovery_id?: string;
}

const ofAccount = statement(
  'override_of_account',
  sql`select o.id, o.request, o.requester_id, o.created_at, o.approver_id, o.approved_at, o.denied_at, o.used_at, o.recovery_id, owner.generation
   from override_requests o, lateral (${accountSubject(sql`o.account_id`, sql`null::uuid`)}) owner where o.account_id = :account order by o.id desc`,
);

interface OfAccount {
  id: string;
  request: string;
  requester_id: string;
  created_at: Date;
  approver_id: string | null;
  approved_at: Date | null;
  denied_at: Date | null;
  used_at: Date | null;
  recovery_id: string | null;
  generation: string;
}

/**
 * Reads the overrides of an account, newest first, as they are stored: nothing is verified. What was signed for an earlier account of this id is
 * another person's.
 */
export async function overridesOfAccount(database: Queryable, account: string): Promise<StoredOverrideOf[]> {
  const rows = await database.query<OfAccount>(ofAccount, { account });
  return rows.flatMap((row) => {
    const request = readRequest(row.request);
    return request && request.generation !== row.generation ? [] : [storedOf(row, request)];
  });
}

function storedOf(row: OfAccount, request: ReturnType<typeof readRequest>): StoredOverrideOf {
  const time = (name: 'approved_at' | 'denied_at' | 'used_at') =>
    row[name] ? { [name]: row[name].toISOString() } : {};
  return {
    id: row.id,
    requested_at: row.created_at.toISOString(),
    requested_by: row.requester_id,
    ...(request ? { evidence: request.evidence, reason: request.reason } : {}),
    ...(request?.lost ? { lost: lostIn(request) } : {}),
    ...time('approved_at'),
    ...(row.approver_id ? { approved_by: row.approver_id } : {}),
    ...time('denied_at'),
    ...time('used_at'),
    ...(row.recovery_id ? { recovery_id: row.recovery_id } : {}),
  };
}
