import { pruneRemoved } from '@rekey/accounts';
import { pruneAudit } from '@rekey/audit';
import { literal, sql, statement } from '@rekey/database';
import { pruneCounters, pruneFailures, pruneOdds } from '@rekey/limits';
import { dropQueued, pruneMessages } from '@rekey/outbox';
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
       select id from recoveries
       where state in (${sqlStates(sourceStates('expire'))}) and least(idle_expires_at, expires_at) <= :now
         and (lease_expires_at is null or lease_expires_at <= :now)
       order by idle_expires_at limit 500 for update skip locked
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
     select id from recoveries where ended_at is not null and ended_at <= :before order by created_at limit 500
   )`,
);

const pruneIdempotentResponses = statement(
  'idempotent_responses_prune',
  sql`delete from idempotent_responses where expires_at <= :now`,
);

/**
 * Ends expired recoveries and erases what identifies the person; ends tokens that were issued for a recovery that was not completed, since
 * the process that asked for them died or had given up; prunes what is past its retention.
 */
export async function sweepRecoveries({ database, clock }: ActContext): Promise<void> {
  const now = new Date(clock.now());
  const [row] = await database.query<{ expired: number; proven: string[] }>(expire, { now });
  database.record('recoveries_expired', {}, row?.expired ?? 0);
  const recoveries = row?.proven ?? [];
  if (recoveries.length > 0) await revokeSessionsOfRecoveries(database, { recoveries, at: now });
  await database.query(pruneRecoveries, { before: new Date(clock.now() - lifetimes.kept) });
  await pruneMessages(database, clock.now());
  await database.query(pruneIdempotentResponses, { now });
  await pruneFormerPasswords(database, now);
  await pruneRemoved(database, new Date(clock.now() - lifetimes.stopLink));
  await pruneCounters(database, now);
  await pruneOdds(database, now);
  await pruneFailures(database, now);
  await pruneAudit(database);
}
