import { pruneNetworks, pruneRemoved } from '@rekey/accounts';
import { pruneAudit } from '@rekey/audit';
import { literal, pruneOldest, sql, statement } from '@rekey/database';
import { firstUuidv7 } from '@rekey/kernel';
import { pruneCounters, pruneFailures, pruneOdds } from '@rekey/limits';
import { dropQueued, pruneMessages } from '@rekey/outbox';
import { pruneStaff } from '@rekey/staff';
import { revokeSessionsOfRecoveries } from '@rekey/tokens';
import { wiped } from './acts/cancel.js';
import type { ActContext } from './context.js';
import { lifetimes } from './lifetimes.js';
import { sourceStates, sqlStates, targetState } from './state-machine.js';
import { pruneFormerPasswords } from './stops/former-password.js';

const expire = statement(
  'recovery_expire',
  sql`with ended as (
     update recoveries set state = ${literal(targetState('expire'))}, ended_at = :now, ${wiped}
     where id in (
       -- By the index of what has not ended: what is older than the idle time and still there is in use, on hold, or due.
       select id from recoveries
       where ended_at is null and id < :startedBefore::uuid
         and state in (${sqlStates(sourceStates('expire'))}) and least(idle_expires_at, expires_at) <= :now
         and (lease_expires_at is null or lease_expires_at <= :now)
       order by id limit 500 for update skip locked
     )
     returning id, proofs
   ), silenced as (
     ${dropQueued(sql`ended`, 'all')}
   )
   select count(*)::integer as expired, coalesce(array_agg(id) filter (where proofs <> '{}'), '{}') as proven from ended`,
);

const pruneRecoveries = statement(
  'recovery_prune',
  sql`delete from recoveries where id in (
     select id from recoveries where id < :startedBefore::uuid and ended_at <= :before order by id limit 500 for update skip locked
   )`,
);

const pruneIdempotentResponses = statement(
  'idempotent_responses_prune',
  pruneOldest('idempotent_responses', 'expires_at', sql`:now`),
);

const pruneAssists = statement('assists_prune', pruneOldest('assists', 'expires_at', sql`:before`));

/**
 * Ends expired recoveries and erases what identifies the person; ends tokens that were issued for a recovery that was not completed, since
 * the process that asked for them died or had given up; prunes what is past its retention.
 */
export async function sweepRecoveries({ database, clock }: ActContext): Promise<void> {
  const now = new Date(clock.now());
  const startedBefore = firstUuidv7(clock.now() - lifetimes.idle + 1);
  // In one transaction: no later sweep would look for the tokens of a recovery that has expired.
  await database.transaction(async (tx) => {
    const [row] = await tx.query<{ expired: number; proven: string[] }>(expire, { now, startedBefore });
    tx.record('recoveries_expired', {}, row?.expired ?? 0);
    const recoveries = row?.proven ?? [];
    if (recoveries.length > 0) await revokeSessionsOfRecoveries(tx, { recoveries, at: now });
  });
  const before = clock.now() - lifetimes.kept;
  await database.query(pruneRecoveries, { before: new Date(before), startedBefore: firstUuidv7(before) });
  await pruneMessages(database, clock.now());
  await database.query(pruneIdempotentResponses, { now });
  await database.query(pruneAssists, { before: new Date(clock.now() - lifetimes.assistKept) });
  await pruneFormerPasswords(database, now);
  await pruneNetworks(database, clock.now());
  await pruneRemoved(database, new Date(clock.now() - lifetimes.stopLink));
  await pruneCounters(database, now);
  await pruneOdds(database, now);
  await pruneFailures(database, now);
  await pruneStaff(database, clock.now());
  await pruneAudit(database);
}
