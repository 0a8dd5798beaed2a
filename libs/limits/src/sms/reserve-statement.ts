import { insertAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';

/** A breaker that has opened, for the log. It names a range or a country, never a number. */
export interface SmsCircuitBreakerOpened {
  prefix: string;
  /** `ratio`: too few proofs in the window. `probes`: no proof of those let through after a cool-down. */
  cause: 'ratio' | 'probes';
  sent: number;
  proven: number;
}

export interface ReservedRow {
  outcome: 'reserved' | 'sms_budget' | 'sms_circuit_breaker' | 'missing';
  opened: SmsCircuitBreakerOpened[];
  /** Micro-units, as text; null when nothing was charged now. */
  charged: string | null;
}

/**
 * Does everything in one statement. It locks the rows of the budgets, then those of the breakers, in the order of their keys; a caller that
 * had to wait sees what the previous one wrote. It charges all budgets or none, and never charges a message twice, whichever courier claims
 * it. Only the counts of the window date from the start of the statement. With concurrent callers a breaker may therefore open a few
 * messages late; a budget is never overspent.
 */
export const reserve = statement(
  'limits_reserve_sms',
  sql`with earlier as (
     select from sms_reservations where message_id = :messageId
   ), spending as materialized (
     select s.scope, asked.quota, case when s.resets_at <= :now::timestamptz then 0 else s.spent end as spent,
       case when s.resets_at <= :now::timestamptz then 0 else s.unproven end as unproven
     from sms_spending s join unnest(:scopes::text[], :quotas::bigint[]) as asked (scope, quota) using (scope)
     order by s.scope for update of s
   ), ranges as materialized (
     select p.prefix, p.proven_at, p.open_until, p.probes from sms_prefixes p
     where p.prefix in (:prefix, :country) and (select count(*) from spending) = cardinality(:scopes::text[])
     order by p.prefix for update of p
   ), traffic as (
     -- For a country, count only sends that have had time to be proved. A range has to cover its own bursts.
     select t.prefix, sum(t.sent)::integer as sent, sum(t.proven)::integer as proven from sms_traffic t
     where t.prefix in (:prefix, :country) and t.slot > :since::timestamptz
       and (t.prefix = :prefix or t.slot < :matured::timestamptz)
     group by t.prefix
   ), judged as (
     select r.prefix, r.prefix = :country as whole, coalesce(r.proven_at > :knownSince::timestamptz, false) as known,
       coalesce(t.sent, 0) as sent, coalesce(t.proven, 0) as proven,
       case when r.open_until is null then 'ratio' else 'probes' end as cause,
       case
         when not :isCode::boolean then 'closed'
         when r.open_until > :now::timestamptz then 'open'
         when r.open_until is not null then case when r.probes < :probes::integer then 'half_open' else 'opening' end
         when t.sent >= least_sends and t.proven < least_share * t.sent then 'opening'
         else 'closed'
       end as state
     from ranges r left join traffic t on t.prefix = r.prefix, lateral (
       select case when r.prefix = :country then :countrySends::integer
         when r.proven_at > :knownSince::timestamptz then :rangeSends::integer
         else :unprovenRangeSends::integer end as least_sends,
         case when r.prefix = :country then :countryFloor::float else :rangeFloor::float end as least_share
     ) rule
   ), whole as (
     select count(*) = 2 as complete, coalesce(bool_or(known) filter (where not whole), false) as known,
       coalesce(bool_or(state in ('open', 'opening')) filter (where not whole), false) as range_open,
       coalesce(bool_or(state in ('open', 'opening')) filter (where whole), false) as country_open
     from judged
   ), verdict as (
     select whole.known, case
       when exists (select from earlier) then 'reserved'
       when not whole.complete then 'missing'
       -- A range with proved codes is judged by itself, not by the rest of its country.
       when range_open or (country_open and not known) then 'sms_circuit_breaker'
       when :isCode::boolean and (
         select bool_or(spent + :price::bigint > quota
           or (not known and unproven + :price::bigint > quota * :unprovenShare::float)) from spending
       ) then 'sms_budget'
       else 'reserved'
     end as outcome
     from whole
   ), reserved as (
     insert into sms_reservations (message_id, country, prefix, client_id, number, is_code, counts,
       price, unproven, reserved_at, slot, probing)
     select :messageId, :country, :prefix, :clientId, :number::bytea, :isCode, :isCode::boolean and not exists (
         select from sms_reservations r where r.number = :number::bytea and r.is_code and r.slot > :since::timestamptz
       ), :price, not verdict.known, :now, :slot,
       array(select prefix from judged where state = 'half_open' and (not judged.whole or not verdict.known))
     from verdict where outcome = 'reserved' and not exists (select from earlier)
     on conflict do nothing
     returning probing, price, unproven, counts
   ), charged as (
     update sms_spending s set
       spent = case when s.resets_at <= :now::timestamptz then 0 else s.spent end + reserved.price,
       unproven = case when s.resets_at <= :now::timestamptz then 0 else s.unproven end
         + case when reserved.unproven then reserved.price else 0 end,
       resets_at = case when s.resets_at <= :now::timestamptz then :resetsAt::timestamptz else s.resets_at end
     from reserved where s.scope = any(:scopes::text[])
   ), counted as (
     insert into sms_traffic (prefix, slot, sent)
     select prefix, :slot, 1 from reserved, (values (:prefix), (:country)) as both_of (prefix) where counts
     on conflict (prefix, slot) do update set sent = sms_traffic.sent + 1
   ), turned as (
     update sms_prefixes p set
       open_until = case when judged.state = 'opening' then :coolUntil::timestamptz else p.open_until end,
       probes = case when judged.state = 'opening' then 0 else p.probes + 1 end
     from judged, verdict
     where p.prefix = judged.prefix and verdict.outcome <> 'missing' and not exists (select from earlier)
       and (judged.state = 'opening' or p.prefix in (select unnest(probing) from reserved))
     returning p.prefix, judged.state, judged.cause, judged.sent, judged.proven, judged.whole
   ), opened as (
     select prefix, cause, sent, proven, whole from turned where state = 'opening'
   ), audited as (
     ${insertAudit}
     case when whole then :countryAuditId::uuid else :rangeAuditId::uuid end, :now::timestamptz, 'sms_circuit_breaker_opened',
       'system', null, null, jsonb_build_object('prefix', prefix, 'cause', cause, 'sent', sent, 'proven', proven,
         'floor', case when whole then :countryFloor::float else :rangeFloor::float end)
     from opened
   )
   select verdict.outcome, (select price from reserved) as charged, coalesce((
     select json_agg(json_build_object('prefix', prefix, 'cause', cause, 'sent', sent, 'proven', proven)) from opened
   ), '[]') as opened from verdict`,
);

/**
 * Inserts the rows that the other statement locks, and locks those that are there, in the same order: until the transaction ends, nothing
 * prunes them.
 */
export const prepare = statement(
  'limits_prepare_sms',
  sql`with spending as (
     insert into sms_spending (scope, resets_at) select scope, :now::timestamptz from unnest(:scopes::text[]) scope order by scope
     on conflict (scope) do update set spent = sms_spending.spent returning scope
   )
   insert into sms_prefixes (prefix) select prefix from unnest(:prefixes::text[]) prefix where (select count(*) from spending) >= 0
   order by prefix on conflict (prefix) do update set probes = sms_prefixes.probes`,
);
