import { type Queryable, sql, statement } from '@rekey/database';

const read = statement(
  'audit_took_part',
  sql`select from audit_events where recovery_id = :recovery::uuid and event in ('assist_matched', 'override_used', 'recovery_code_requested')
     and (actor = :actor or 'staff:' || (detail->>'requester') = :actor or 'staff:' || (detail->>'approver') = :actor) limit 1`,
);

/**
 * Whether somebody has started a recovery for its person, has sent its code to an address of their choice, or has signed for an override in it
 * or used it there: as the audit has it, which is kept longer than an assist.
 *
 * @param of.actor as the audit names it
 */
export const tookPart = async (
  database: Queryable,
  of: { recovery: string; actor: string },
): Promise<boolean> => (await database.query(read, of)).length > 0;

const silenced = statement(
  'audit_silenced_address',
  sql`select from audit_events where account_id = :account and event = 'address_compromised' and actor = :actor and at > :since limit 1`,
);

const silentForMs = 30 * 86_400_000;

/**
 * Whether somebody has marked an address of an account as compromised within thirty days, so that it was not told what else they did. Who has
 * does not decide about the account, or somebody alone could see to it that nobody objects.
 *
 * @param of.actor as the audit names it
 */
export const silencedAddress = async (
  database: Queryable,
  { account, actor, now }: { account: string; actor: string; now: number },
): Promise<boolean> =>
  (await database.query(silenced, { account, actor, since: new Date(now - silentForMs) })).length > 0;
