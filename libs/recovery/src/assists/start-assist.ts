import { accountSubject, activeSubject } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { type Queryable, sql, statement } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, consume, counterKey, limited } from '@rekey/limits';
import { actingStaff } from '@rekey/staff';
import { newUserCode, normaliseUserCode } from '@rekey/tokens';
import type { ActContext } from '../context.js';
import { lifetimes } from '../lifetimes.js';
import { codeDigest } from './assist-secrets.js';

/** What a member of staff reads out to the caller. It is shown once. */
export interface StartedAssist {
  id: string;
  /** Eight letters, as `WDJB-MJHT`. */
  code: string;
  expiresAt: Date;
}

const look = statement(
  'assist_look_at_account',
  sql`select status from (${accountSubject(sql`:account`, sql`null::uuid`)}) account`,
);

const insert = statement(
  'assist_insert',
  sql`with who as materialized (
     ${activeSubject(sql`:account`)}
   )
   insert into assists (id, account_id, generation, member_id, code_digest, state, created_at, expires_at)
   select :id, account_id, generation, :member::uuid, :codeDigest, 'waiting', :now, :expiresAt from who
   on conflict (code_digest) do nothing returning id`,
);

/**
 * Starts an assist for an account: a caller enters its code within ten minutes in their own browser or app, and the member of staff who started it
 * types the number that this browser shows.
 *
 * Refusals: `rate_limited` (the member), `not_found`, `invalid_state` (the account is disabled). The caller learns of neither.
 *
 * @param of.reason 1 to 500 characters. It is kept in the audit, so it must name no address of a person
 */
export async function startAssist(
  context: ActContext,
  of: { account: string; memberId: string; reason: string },
): Promise<StartedAssist | Refusal> {
  const { database, keyring, clock, rateLimits } = context;
  const now = clock.now();
  const at = new Date(now);
  const charge = { key: counterKey(keyring, budgets.assists, of.memberId), budget: budgets.assists };
  if (!(await consume(database, at, [charge], rateLimits))) return limited(budgets.assists);
  const expiresAt = new Date(now + lifetimes.assist);
  return database.transaction(async (tx) => {
    for (;;) {
      const refusal = await refusalOf(tx, of.account);
      if (refusal) return refusal;
      const id = uuidv7(now);
      const code = newUserCode();
      const digest = codeDigest(keyring, normaliseUserCode(code) ?? '');
      const values = { id, account: of.account, member: of.memberId, codeDigest: digest, now: at, expiresAt };
      // Another assist has this code, or the account was disabled at this moment.
      if ((await tx.query(insert, values)).length === 0) continue;
      await recordAudit(tx, {
        id: uuidv7(now),
        at,
        event: 'assist_started',
        actor: actingStaff(of.memberId),
        accountId: of.account,
        detail: { assist: id, reason: of.reason },
      });
      return { id, code, expiresAt };
    }
  });
}

async function refusalOf(database: Queryable, account: string): Promise<Refusal | undefined> {
  const [found] = await database.query<{ status: string }>(look, { account });
  if (!found) return refuse('not_found');
  return found.status === 'active' ? undefined : refuse('invalid_state', {}, 'the account is disabled');
}
