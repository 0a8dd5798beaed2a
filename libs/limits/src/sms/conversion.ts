import { insertAudit } from '@rekey/audit';
import { type Database, pruneStretch, type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { knownForMs } from './reserve.js';

/**
 * Marks messages as proven by their code, as a data-modifying SQL clause for the statement that accepts it. It touches one row each and
 * locks nothing after it. {@link countConversions} does the rest. Needs `:now`.
 *
 * @param messages a select of the ids of messages
 */
export const conversionRows = (messages: SqlText): SqlText => sql`
  update sms_reservations set proven_at = :now::timestamptz
  where proven_at is null and is_code and message_id in (${messages})`;

const count = statement(
  'limits_count_conversions',
  sql`with turn as materialized (
     -- Every statement that charges SMS locks this row first, to avoid deadlocks.
     select scope from sms_spending where scope = 'instance' for update
   ), fresh as (
     update sms_reservations r set counted = true
     -- The select sees the table as it was before the turn; this one the row as the holder of the turn left it.
     where not r.counted and r.message_id in (
       select message_id from sms_reservations where proven_at is not null and not counted and exists (select from turn)
       limit 5000
     )
     returning r.prefix, r.country, r.slot, r.probing, r.proven_at
   ), touched as (
     select one.prefix, fresh.slot, fresh.proven_at, p.open_until is not null and one.prefix = any(fresh.probing) as ends
     from fresh cross join lateral (values (fresh.prefix), (fresh.country)) as one (prefix) join sms_prefixes p on p.prefix = one.prefix
   ), ranges as (
     select prefix, bool_or(ends) as ends, max(proven_at) as proven_at from touched group by prefix
   ), known as (
     update sms_prefixes p set proven_at = greatest(p.proven_at, ranges.proven_at),
       open_until = case when ranges.ends then null else p.open_until end,
       probes = case when ranges.ends then 0 else p.probes end
     from ranges where p.prefix = ranges.prefix
   ), counted as (
     update sms_traffic t set proven = t.proven + slots.proven
     from (select prefix, slot, count(*)::integer as proven from touched group by prefix, slot) slots
     where t.prefix = slots.prefix and t.slot = slots.slot and t.prefix not in (select prefix from ranges where ends)
   ), begun_anew as (
     delete from sms_traffic where prefix in (select prefix from ranges where ends)
   ), audited as (
     ${insertAudit}
     ids.id, :now::timestamptz, 'sms_circuit_breaker_closed', 'system', null, null, jsonb_build_object('prefix', ended.prefix)
     from (select prefix, row_number() over (order by prefix) as n from ranges where ends) ended
       join unnest(:auditIds::uuid[]) with ordinality as ids (id, n) on ids.n = ended.n
   )
   select prefix from ranges where ends`,
);

/** The number of breakers that one round can close. */
const closings = 50;

/**
 * Counts the proofs since the last round towards their ranges and countries. Closes the breakers that were proved wrong by a message that
 * they let through.
 *
 * @param now milliseconds since the epoch
 * @returns the prefixes whose breaker closed
 */
export async function countConversions(database: Queryable, now: number): Promise<string[]> {
  const auditIds = Array.from({ length: closings }, () => uuidv7(now));
  const rows = await database.query<{ prefix: string }>(count, { now: new Date(now), auditIds });
  database.record('sms_circuit_breaker_transitions', { to: 'closed', cause: 'proof' }, rows.length);
  return rows.map(({ prefix }) => prefix);
}

const day = 86_400_000;

const prune = statement(
  'limits_prune_sms',
  pruneStretch(
    'sms_prefixes',
    sql`coalesce(proven_at, '-infinity') <= :unknownSince and coalesce(open_until, '-infinity') <= :unknownSince
       and not exists (select from sms_traffic t where t.prefix = sms_prefixes.prefix)`,
  ),
);

const pruneReservations = statement(
  'limits_prune_sms_reservations',
  pruneStretch('sms_reservations', sql`reserved_at <= :yesterday`),
);

const pruneTraffic = statement(
  'limits_prune_sms_traffic',
  pruneStretch('sms_traffic', sql`slot <= :yesterday`),
);

/** Every statement that charges SMS locks this row first. */
const takeTurn = statement(
  'limits_prune_sms_turn',
  sql`select scope from sms_spending where scope = 'instance' for update`,
);

/** Prunes rows that no rule reads any more; for the sweep. */
export async function pruneSms(database: Database, now: number): Promise<void> {
  const yesterday = new Date(now - day);
  await database.query(pruneReservations, { yesterday });
  await database.query(pruneTraffic, { yesterday });
  // A range is looked at when no message is just being charged: one whose first message commits in between would look unused.
  await database.transaction(async (tx) => {
    await tx.query(takeTurn);
    await tx.query(prune, { unknownSince: new Date(now - knownForMs) });
  });
}
