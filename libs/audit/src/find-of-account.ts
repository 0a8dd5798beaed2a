import { type Queryable, sql, statement } from '@rekey/database';

/** An event that explains the state of an account. */
export interface StateEvent {
  id: string;
  at: Date;
  actor: string;
}

const deletion = statement(
  'audit_deletion',
  sql`select id, at, actor from audit_events where account_id = :accountId and event = 'user_deleted' order by at desc, id desc limit 1`,
);

const ofStatus = sql`account_id = :accountId and event in ('user_created', 'user_updated')`;

/** Of the events that say the status, the first one since the account was last active. */
const disabling = statement(
  'audit_disabling',
  sql`select id, at, actor from audit_events
   where ${ofStatus} and detail->>'status' = 'disabled'
     and at > coalesce((select max(at) from audit_events where ${ofStatus} and detail->>'status' <> 'disabled'), '-infinity')
   order by at, id limit 1`,
);

const statements = { deleted: deletion, disabled: disabling };

/** The event that deleted or disabled an account, which is in that state now. @returns undefined when it is older than the audit is kept */
export async function stateEvent(
  database: Queryable,
  accountId: string,
  state: keyof typeof statements,
): Promise<StateEvent | undefined> {
  const [row] = await database.query<StateEvent>(statements[state], { accountId });
  return row;
}
