import {
  exactAt,
  isAfterPosition,
  type Keyset,
  literal,
  type Page,
  pageByPosition,
  pageOf,
  positionValues,
  type Queryable,
  type SqlText,
  sql,
  statement,
} from '@rekey/database';
import type { Position } from '@rekey/kernel';
import { z } from 'zod';
import type { RecoveryEntity } from '../entities/recovery.entity.js';
import { type RecoveryState, sourceStates, sqlStates, states, targetState } from '../state-machine.js';

const time = z.string();

/** A recovery in a list. Times are RFC 3339. */
export const listedRecoverySchema = z.object({
  id: z.string(),
  account_id: z.string().optional().describe('Omitted until the account is known, and when there is none'),
  client_id: z.string(),
  state: z.enum(states),
  assist_id: z.string().optional().describe('The assist by which staff have started it'),
  proofs: z.array(z.string()).describe('Kinds of proof that were accepted'),
  created_at: time,
  expires_at: time.describe('When it ends without another request of the person'),
  held_until: time.optional(),
  proven_at: time.optional(),
  completed_at: time.optional(),
  ended_at: time.optional(),
});
export type ListedRecovery = z.output<typeof listedRecoverySchema>;

const overdue = sql`least(expires_at, idle_expires_at) <= :now::timestamptz`;
const live = sqlStates(sourceStates('expire'));

/** The state of a row, which is expired when it is overdue, even before the sweep has updated it. */
const stateNow = sql`case when state in (${live}) and ${overdue} then ${literal(targetState('expire'))} else state end`;

export const listedColumns = sql`id, account_id, client_id, ${stateNow} as state, proofs, created_at, least(expires_at, idle_expires_at) as expires_at,
  held_until, proven_at, completed_at, ended_at, assist_id`;

export interface ListedRow
  extends Pick<
    RecoveryEntity,
    | 'id'
    | 'account_id'
    | 'client_id'
    | 'assist_id'
    | 'proofs'
    | 'created_at'
    | 'held_until'
    | 'proven_at'
    | 'completed_at'
    | 'ended_at'
  > {
  state: RecoveryState;
  expires_at: Date;
}

export function listedRecovery(row: ListedRow): ListedRecovery {
  const times = Object.fromEntries(
    (['held_until', 'proven_at', 'completed_at', 'ended_at'] as const).flatMap((name) => {
      const at = row[name];
      return at ? [[name, at.toISOString()]] : [];
    }),
  );
  return {
    id: row.id,
    ...(row.account_id === null ? {} : { account_id: row.account_id }),
    client_id: row.client_id,
    state: row.state,
    ...(row.assist_id === null ? {} : { assist_id: row.assist_id }),
    proofs: row.proofs,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    ...times,
  };
}

const keyset: Keyset = { at: sql`created_at`, id: sql`id`, type: 'uuidv7' };

/** One statement for each index that selects recoveries. */
const listBy = (name: string, which: SqlText) =>
  statement(
    `recovery_list_${name}`,
    sql`select ${listedColumns}, ${exactAt(keyset)} from recoveries
     where ${which} and (:state::text is null or ${stateNow} = :state) and ${isAfterPosition(keyset)}
     ${pageByPosition(keyset)}`,
  );

const lists = {
  account: listBy('of_account', sql`account_id = :accountId`),
  live: listBy('live', sql`ended_at is null`),
  all: listBy('all', sql`true`),
};

export interface RecoveryFilter {
  accountId?: string | undefined;
  state?: RecoveryState | undefined;
}

/** Recoveries, newest first. */
export async function listRecoveries(
  database: Queryable,
  now: Date,
  { accountId, state }: RecoveryFilter,
  page: { after?: Position | undefined; limit: number },
): Promise<Page<ListedRecovery>> {
  const isLive = state !== undefined && sourceStates('expire').includes(state);
  const rows = await database.query<ListedRow & { exact_at: string }>(
    lists[accountId !== undefined ? 'account' : isLive ? 'live' : 'all'],
    {
      accountId: accountId ?? null,
      state: state ?? null,
      now,
      ...positionValues(page.after, page.limit),
    },
  );
  return pageOf(rows, page.limit, listedRecovery);
}
