-- The statements of Rekey 0.1.0 (8f325d8), to be prepared on later schemas.

-- access_token_live
select not exists (select from spent_token_ids where jti = $1) and case when $2::uuid is null
     then exists (
       select from clients where client_id = $3 and created_at <= $4::timestamptz
         and (tokens_from is null or tokens_from < $4::timestamptz)
     )
     else exists (select from token_families where id = $2 and ended_at is null and expires_at > $5)
   end as live;

-- access_token_revoke
insert into spent_token_ids (jti, expires_at) values ($1, $2) on conflict do nothing;

-- account_add_address
insert into addresses (id, account_id, kind, sealed, lookup, exact, verified, is_primary, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- account_any
select exists (select from accounts) as there;

-- account_change_password
update accounts set password_hash = $1::text, password_changed_at = $2, updated_at = $2,
    password_recovery_id = coalesce($3::uuid, accounts.password_recovery_id)::uuid
  where id = $4 and $1::text is not null;

-- account_clear_password
update accounts set password_hash = null, password_changed_at = $1, updated_at = $1, password_recovery_id = null
   where password_recovery_id = $2 returning id;

-- account_context
select a.id as row, a.username_sealed as sealed, 'username' as kind from accounts a
   where a.id = $1 and a.username_sealed is not null
   union all
   select d.id::text, d.sealed, d.kind from addresses d where d.account_id = $1 and d.kind = 'email' and d.removed_at is null;

-- account_delete
delete from accounts where id = $1 returning id;

-- account_find
select id, status, roles, locale, password_hash from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any($1::bytea[])
    union all
    select account_id, exact = any($1::bytea[]) from addresses
    where lookup = any($1::bytea[]) and verified and removed_at is null
  ) found);

-- account_hold
select id from accounts where id = $1 for no key update;

-- account_identifier_taken
select 1 from addresses where exact = any($1::bytea[]) and verified and removed_at is null and account_id <> $2
   union all select 1 from accounts where username_lookup = any($3::bytea[]) and id <> $2;

-- account_identifiers_lock
select pg_advisory_xact_lock(key) from (
     select distinct key from unnest($1::bigint[]) key order by key
   ) one_way_round;

-- account_keep_address
update addresses set verified = $1, is_primary = $2,
     binding = binding + ($1 and not verified)::integer,
     disabled_at = case when $1 and not verified then null else disabled_at end
   where account_id = $3 and removed_at is null and exact = any($4::bytea[]) returning id;

-- account_password
select password_hash as hash from accounts where id = $1 and status = 'active';

-- account_put
insert into accounts (id, status, roles, locale, username_sealed, username_lookup, password_hash, password_changed_at, aal, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7,
     case when $7::text is null then null else $8::timestamptz end, coalesce($9::smallint, 1), $8, $8)
   on conflict (id) do update set
     status = excluded.status, roles = excluded.roles, locale = excluded.locale, username_sealed = excluded.username_sealed,
     username_lookup = excluded.username_lookup, aal = coalesce($9::smallint, accounts.aal), updated_at = excluded.updated_at,
     password_hash = coalesce(excluded.password_hash, accounts.password_hash),
     password_changed_at = coalesce(excluded.password_changed_at, accounts.password_changed_at),
     password_recovery_id = case when excluded.password_hash is null then accounts.password_recovery_id end
   returning xmax = 0 as created;

-- account_read
select id, status, roles, locale, username_sealed, aal from accounts where id = $1;

-- account_read_addresses
select id, kind, sealed, verified, is_primary from addresses where account_id = $1 and removed_at is null
   order by is_primary desc, created_at, id;

-- account_remove_addresses
update addresses set removed_at = $1, is_primary = false
   where account_id = $2 and removed_at is null and not exact = any($3::bytea[]);

-- audit_find
select id, actor, event, detail->>'source' as source from audit_events
   where account_id = $1 and at between $2::timestamptz - interval '5 seconds' and $2::timestamptz + interval '5 seconds'
     and (detail->>'family' = $3 and event in ('authn_token_revoked', 'authn_token_reuse')
       or event = $4)
   order by (detail->>'family' = $3) desc nulls last, abs(extract(epoch from at - $2::timestamptz)), id limit 1;

-- audit_forget
delete from audit_events where ctid = any(array(
     select ctid from audit_events where at < now() - interval '12 months' order by at limit 5000
   ));

-- audit_record
insert into audit_events (id, at, event, actor, account_id, recovery_id, detail) values ($1, $2, $3, $4, $5, $6, $7);

-- authenticator_accept_step
update authenticators set last_step = $1
   where id = $2 and bound_at is not null and (last_step is null or last_step < $1::bigint) returning id;

-- authenticator_add_codes
with made as (
     insert into authenticators (id, account_id, kind, created_at, bound_at, bound_by, salt)
     select $1, id, 'backup_code', $2, $2, $3, $4 from accounts where id = $5 and status = 'active' returning id
   )
   insert into backup_codes (authenticator_id, digest) select made.id, unnest($6::bytea[]) from made returning digest;

-- authenticator_add_unbound
insert into authenticators (id, account_id, kind, created_at, secret_sealed)
   select $1, id, 'totp', $2, $3 from accounts where id = $4 and status = 'active' returning id;

-- authenticator_bind
update authenticators set bound_at = $1, bound_by = $2, last_step = $3 where id = $4 and account_id = $5 and bound_at is null returning id;

-- authenticator_disable
with app as (
     update authenticators set disabled_at = $1 where id::text = any($2::text[]) and disabled_at is null returning account_id
   ), address as (
     update addresses set disabled_at = $1 where id::text || ':' || binding = any($2::text[]) and disabled_at is null returning account_id
   )
   select account_id from app union all select account_id from address;

-- authenticator_find_unbound
select secret_sealed as sealed from authenticators where id = $1 and account_id = $2 and kind = 'totp' and bound_at is null;

-- authenticator_forget_unbound
delete from authenticators where account_id = $1 and kind = 'totp' and bound_at is null;

-- authenticator_list
select t.id, t.kind, t.bound_at, t.disabled_at,
     (select count(*)::int from backup_codes c where c.authenticator_id = t.id and c.used_at is null) as codes_left
   from authenticators t where t.account_id = $1 and t.bound_at is not null order by t.bound_at;

-- authenticator_remove
delete from authenticators where id = $1 and account_id = $2 and bound_at is not null returning kind;

-- authenticator_remove_bound_by
delete from authenticators where account_id = $1 and bound_by = any($2::uuid[]) returning kind;

-- authenticator_replace_bound
delete from authenticators where account_id = $1 and kind = $2 and bound_at is not null;

-- authenticator_use_code
update backup_codes set used_at = $1 where authenticator_id = $2 and digest = $3 and used_at is null returning digest;

-- authorization_codes_forget
delete from authorization_codes where expires_at <= $1;

-- client_delete
delete from clients where client_id = $1 returning client_id;

-- client_find
select client_id, name, type, redirect_uris, grants, scopes, lifetimes, secret_digest from clients where client_id = $1;

-- client_keep_secret_anew
update clients set secret_digest = $1 where client_id = $2 and secret_digest = $3;

-- client_put
insert into clients (client_id, name, type, secret_digest, redirect_uris, grants, scopes, lifetimes, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
   on conflict (client_id) do update set
     name = excluded.name, type = excluded.type, redirect_uris = excluded.redirect_uris, grants = excluded.grants,
     scopes = excluded.scopes, lifetimes = excluded.lifetimes, updated_at = excluded.updated_at,
     secret_digest = case when excluded.type = 'public' then null
       when $10 then excluded.secret_digest else coalesce(clients.secret_digest, excluded.secret_digest) end
   returning xmax = 0 as created, secret_digest = $4 as secret_is_new;

-- client_secrets_by_key
select case when length(secret_digest) = 32 then null else convert_from(substring(secret_digest from 3 for get_byte(secret_digest, 1)), 'latin1') end as key_id, count(*)::integer as rows from clients where secret_digest is not null group by 1;

-- codes_under_way_by_key
select m.key_id, count(*)::integer as rows from messages m join recoveries r on r.id = m.recovery_id
   where m.kind = 'recovery_code' and m.key_id is not null and m.expires_at > $1 and r.state in ('proving')
   group by 1;

-- device_code_decide
update device_codes set state = $1, account_id = $2, session_id = $3
   where user_digest = any($4::bytea[]) and state = 'pending' and expires_at > $5 returning client_id;

-- device_code_find
select client_id, scope, expires_at from device_codes
   where user_digest = any($1::bytea[]) and state = 'pending' and expires_at > $2;

-- device_code_insert
insert into device_codes (id, device_digest, user_digest, client_id, scope, created_at, expires_at, poll_ms)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (user_digest) do nothing returning id;

-- device_code_poll
with presented as (
     select id, scope, state, expires_at <= $1::timestamptz as expired,
       polled_at is not null and polled_at + poll_ms * interval '1 millisecond' > $1::timestamptz as early
     from device_codes where device_digest = any($2::bytea[]) and client_id = $3
   ), waited as (
     update device_codes d set polled_at = $1::timestamptz, poll_ms = d.poll_ms + case when p.early then $4::integer else 0 end
     from presented p where d.id = p.id and d.state = 'pending' and not p.expired
   ), taken as (
     update device_codes d set state = 'used' from presented p
     where d.id = p.id and d.state = 'approved' and not p.expired
     returning d.account_id, d.session_id, d.scope
   ), who as (
     select id as account_id, roles from accounts where id = (select account_id from taken) and status = 'active' and true for share
   ), granted as (
     select f.acr, f.amr, f.auth_time, f.recovery_id from token_families f, taken, who
     where f.id = taken.session_id and f.ended_at is null for share of f
   ),
  family as (
    insert into token_families (id, account_id, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
      created_at, expires_at)
    select $5::uuid, who.account_id, $3::text, $6::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
      life.idle_ms, life.access_ms, $1::timestamptz, $1::timestamptz + life.whole_ms * interval '1 millisecond'
    from who, granted, lateral (
      select least($7::bigint, min(role."refreshIdle")) as idle_ms, least($8::bigint, min(role.access)) as access_ms,
        least($9::bigint, min(role.refresh)) as whole_ms
      from jsonb_to_recordset($10::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
      where role.name = any(who.roles)
    ) life
    returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
  ), first_token as (
    insert into refresh_tokens (digest, family_id, created_at) select $11::bytea, id, $1::timestamptz from family
  ), noted as (
    insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
    select $12::uuid, $1::timestamptz, 'authn_token_created', 'client:' || $3::text, account_id, recovery_id,
      jsonb_build_object('family', id, 'acr', acr, 'amr', to_jsonb(amr))
    from family
  )
   select presented.state, presented.scope, presented.expired, presented.early, who.roles,
     family.id, family.account_id, family.recovery_id, family.acr, family.amr, family.auth_time, family.access_ms
   from presented left join family on true left join who on true;

-- device_code_scope
select scope from device_codes where device_digest = any($1::bytea[]) and client_id = $2;

-- device_codes_forget
delete from device_codes where expires_at <= $1;

-- diagnose_refresh_token
select f.id, f.account_id, f.client_id, f.recovery_id, f.created_at, least(f.expires_at, (select max(newest.created_at) from refresh_tokens newest where newest.family_id = f.id) + f.idle_ms * interval '1 millisecond') as until,
  f.ended_at, f.end_reason, subject.status, t.created_at as issued_at, t.replaced_at
   from refresh_tokens t join token_families f on f.id = t.family_id
     left join lateral (select id, status, roles from accounts where id = f.account_id) subject on true
   where t.digest = any($1::bytea[]);

-- diagnose_session
select f.id, f.account_id, f.client_id, f.recovery_id, f.created_at, least(f.expires_at, (select max(newest.created_at) from refresh_tokens newest where newest.family_id = f.id) + f.idle_ms * interval '1 millisecond') as until,
  f.ended_at, f.end_reason, subject.status, null::timestamptz as issued_at, null::timestamptz as replaced_at
   from token_families f left join lateral (select id, status, roles from accounts where id = f.account_id) subject on true where f.id = $1;

-- diagnose_spent_token
select jti from spent_token_ids where jti = $1;

-- families_end_of_account
with ended as (
       update token_families set ended_at = $1, end_reason = $2 where account_id = $3 and ended_at is null
       returning id, account_id, recovery_id
     ), unredeemed as (
       update authorization_codes set used_at = $1 where account_id = $3 and used_at is null
     ),  noted as (
       insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
       select gen_random_uuid(), $1::timestamptz, 'authn_token_revoked', $4, account_id, recovery_id,
         jsonb_build_object('family', id, 'reason', $2::text)
       from ended
     )
     select count(*)::integer as ended from ended;

-- families_end_of_client
with ended as (
       update token_families set ended_at = $1, end_reason = $2 where client_id = $3 and ended_at is null
       returning id, account_id, recovery_id
     ), unredeemed as (
       update authorization_codes set used_at = $1 where client_id = $3 and used_at is null
     ), own_tokens as (update clients set tokens_from = $1 where client_id = $3), noted as (
       insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
       select gen_random_uuid(), $1::timestamptz, 'authn_token_revoked', $4, account_id, recovery_id,
         jsonb_build_object('family', id, 'reason', $2::text)
       from ended
     )
     select count(*)::integer as ended from ended;

-- families_end_of_recovery
with heir as (
     select id from token_families where recovery_id = $1
     union
     select id from token_families
     where account_id = $2 and recovery_id is null and created_at >= $3::timestamptz
   ), ended as (
     update token_families f set ended_at = $4, end_reason = 'stopped' from heir where f.id = heir.id and f.ended_at is null
     returning f.id
   ), unredeemed as (
     update authorization_codes set used_at = $4 where recovery_id = $1 and used_at is null
   )
   select id, exists (select from ended where ended.id = heir.id) as ended from heir;

-- families_end_of_recovery_descent
with ended as (
       update token_families set ended_at = $1, end_reason = $2 where recovery_id = $3::uuid and ended_at is null
       returning id, account_id, recovery_id
     ), unredeemed as (
       update authorization_codes set used_at = $1 where recovery_id = $3::uuid and used_at is null
     ),  noted as (
       insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
       select gen_random_uuid(), $1::timestamptz, 'authn_token_revoked', $4, account_id, recovery_id,
         jsonb_build_object('family', id, 'reason', $2::text)
       from ended
     )
     select count(*)::integer as ended from ended;

-- families_list
select f.id, f.client_id, f.scope, f.acr, f.amr, f.recovery_id, f.created_at, (select max(newest.created_at) from refresh_tokens newest where newest.family_id = f.id) as refreshed_at,
     least(f.expires_at, (select max(newest.created_at) from refresh_tokens newest where newest.family_id = f.id) + f.idle_ms * interval '1 millisecond') as until, f.ended_at, f.end_reason
   from token_families f where f.account_id = $1 order by f.created_at desc limit 200;

-- family_end
with ended as (
     update token_families set ended_at = $1, end_reason = $2
     where id = $3 and account_id = coalesce($4, account_id) and ended_at is null returning id, account_id, recovery_id
   )
   insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
   select $5::uuid, $1::timestamptz, $6, $7, account_id, recovery_id,
     jsonb_strip_nulls(jsonb_build_object('family', id, 'reason', $2::text, 'source', $8::text))
   from ended returning id;

-- kept_answer_find
select request, recovery_id, answer from kept_answers where key = any($1::bytea[]) and expires_at > $2;

-- kept_answer_forget
delete from kept_answers where expires_at <= $1;

-- kept_answer_keep
insert into kept_answers (key, request, recovery_id, answer, expires_at)
   values ($1, $2, $3, $4, $5);

-- limits_charge
insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $1::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select unnest($2::bytea[]) as key, unnest($3::integer[]) as window_ms) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $1::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $1::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at;

-- limits_count_sms_proven
with turn as materialized (
     select scope from sms_spending where scope = 'instance' for update
   ), fresh as (
     update sms_reservations r set counted = true
     where r.message_id in (
       select message_id from sms_reservations where proven_at is not null and not counted and exists (select from turn)
       limit 5000
     )
     returning r.prefix, r.country, r.slot, r.probing, r.proven_at
   ), touched as (
     select one.prefix, fresh.slot, fresh.proven_at, p.open_until is not null and one.prefix = any(fresh.probing) as ends
     from fresh, lateral (values (fresh.prefix), (fresh.country)) as one (prefix), sms_prefixes p
     where p.prefix = one.prefix
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
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select ids.id, $1::timestamptz, 'sms_breaker_closed', 'system', null, null, jsonb_build_object('prefix', ended.prefix)
     from (select prefix, row_number() over (order by prefix) as n from ranges where ends) ended
       join unnest($2::uuid[]) with ordinality as ids (id, n) on ids.n = ended.n
   )
   select prefix from ranges where ends;

-- limits_forget
delete from limit_counters where ctid = any(array(select ctid from limit_counters where resets_at <= $1 limit 5000));

-- limits_forget_sms
with reservations as (
     delete from sms_reservations where reserved_at <= $1
   ), traffic as (
     delete from sms_traffic where slot <= $1
   )
   delete from sms_prefixes where coalesce(proven_at, '-infinity') <= $2
     and coalesce(open_until, '-infinity') <= $2
     and not exists (select from sms_traffic t where t.prefix = sms_prefixes.prefix);

-- limits_give_back_sms
with gone as (
     delete from sms_reservations where message_id = $1
     returning country, prefix, client_id, counts, price, unproven, reserved_at, slot
   ), locked as materialized (
     select s.scope from sms_spending s, gone
     where s.scope in ('instance', 'country ' || gone.country, 'client ' || gone.client_id)
       and s.resets_at > $2::timestamptz and s.resets_at <= gone.reserved_at + $3::bigint * interval '1 millisecond'
     order by s.scope for update of s
   ), returned as (
     update sms_spending s set spent = greatest(0, s.spent - gone.price),
       unproven = greatest(0, s.unproven - case when gone.unproven then gone.price else 0 end)
     from gone, locked where s.scope = locked.scope
   )
   update sms_traffic t set sent = t.sent - 1
   from gone where gone.counts and t.slot = gone.slot and t.prefix in (gone.prefix, gone.country) and t.sent > 0;

-- limits_prepare_sms
with spending as (
     insert into sms_spending (scope, resets_at) select unnest($1::text[]), $2::timestamptz on conflict do nothing
   )
   insert into sms_prefixes (prefix) select unnest($3::text[]) on conflict do nothing;

-- limits_reserve_sms
with earlier as (
     select from sms_reservations where message_id = $1
   ), spending as materialized (
     select s.scope, asked.quota, case when s.resets_at <= $2::timestamptz then 0 else s.spent end as spent,
       case when s.resets_at <= $2::timestamptz then 0 else s.unproven end as unproven
     from sms_spending s join unnest($3::text[], $4::bigint[]) as asked (scope, quota) using (scope)
     order by s.scope for update of s
   ), ranges as materialized (
     select p.prefix, p.proven_at, p.open_until, p.probes from sms_prefixes p
     where p.prefix in ($5, $6) and (select count(*) from spending) = cardinality($3::text[])
     order by p.prefix for update of p
   ), traffic as (
     select t.prefix, sum(t.sent)::integer as sent, sum(t.proven)::integer as proven from sms_traffic t
     where t.prefix in ($5, $6) and t.slot > $7::timestamptz
       and (t.prefix = $5 or t.slot < $8::timestamptz)
     group by t.prefix
   ), judged as (
     select r.prefix, r.prefix = $6 as whole, coalesce(r.proven_at > $9::timestamptz, false) as known,
       coalesce(t.sent, 0) as sent, coalesce(t.proven, 0) as proven,
       case when r.open_until is null then 'ratio' else 'probes' end as cause,
       case
         when not $10::boolean then 'closed'
         when r.open_until > $2::timestamptz then 'open'
         when r.open_until is not null then case when r.probes < $11::integer then 'half_open' else 'opening' end
         when t.sent >= least_sends and t.proven < least_share * t.sent then 'opening'
         else 'closed'
       end as state
     from ranges r left join traffic t on t.prefix = r.prefix, lateral (
       select case when r.prefix = $6 then $12::integer
         when r.proven_at > $9::timestamptz then $13::integer
         else $14::integer end as least_sends,
         case when r.prefix = $6 then $15::float else $16::float end as least_share
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
       when range_open or (country_open and not known) then 'sms_breaker'
       when $10::boolean and (
         select bool_or(spent + $17::bigint > quota
           or (not known and unproven + $17::bigint > quota * $18::float)) from spending
       ) then 'sms_budget'
       else 'reserved'
     end as outcome
     from whole
   ), reserved as (
     insert into sms_reservations (message_id, country, prefix, client_id, number, is_code, counts,
       price, unproven, reserved_at, slot, probing)
     select $1, $6, $5, $19, $20::bytea, $10, $10::boolean and not exists (
         select from sms_reservations r where r.number = $20::bytea and r.is_code and r.slot > $7::timestamptz
       ), $17, not verdict.known, $2, $21,
       array(select prefix from judged where state = 'half_open' and (not judged.whole or not verdict.known))
     from verdict where outcome = 'reserved' and not exists (select from earlier)
     on conflict do nothing
     returning probing, price, unproven, counts
   ), charged as (
     update sms_spending s set
       spent = case when s.resets_at <= $2::timestamptz then 0 else s.spent end + reserved.price,
       unproven = case when s.resets_at <= $2::timestamptz then 0 else s.unproven end
         + case when reserved.unproven then reserved.price else 0 end,
       resets_at = case when s.resets_at <= $2::timestamptz then $22::timestamptz else s.resets_at end
     from reserved where s.scope = any($3::text[])
   ), counted as (
     insert into sms_traffic (prefix, slot, sent)
     select prefix, $21, 1 from reserved, (values ($5), ($6)) as both_of (prefix) where counts
     on conflict (prefix, slot) do update set sent = sms_traffic.sent + 1
   ), turned as (
     update sms_prefixes p set
       open_until = case when judged.state = 'opening' then $23::timestamptz else p.open_until end,
       probes = case when judged.state = 'opening' then 0 else p.probes + 1 end
     from judged, verdict
     where p.prefix = judged.prefix and verdict.outcome <> 'missing' and not exists (select from earlier)
       and (judged.state = 'opening' or p.prefix in (select unnest(probing) from reserved))
     returning p.prefix, judged.state, judged.cause, judged.sent, judged.proven, judged.whole
   ), opened as (
     select prefix, cause, sent, proven, whole from turned where state = 'opening'
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select case when whole then $24::uuid else $25::uuid end, $2::timestamptz, 'sms_breaker_opened',
       'system', null, null, jsonb_build_object('prefix', prefix, 'cause', cause, 'sent', sent, 'proven', proven,
         'floor', case when whole then $15::float else $16::float end)
     from opened
   )
   select verdict.outcome, (select price from reserved) as charged, coalesce((
     select json_agg(json_build_object('prefix', prefix, 'cause', cause, 'sent', sent, 'proven', proven)) from opened
   ), '[]') as opened from verdict;

-- message_forget
delete from messages where id in (
     select id from messages where account_id is not null and state <> 'queued' and created_at <= $1 limit 500
   );

-- message_warn_of_change
insert into messages (id, account_id, kind, change, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
   select gen_random_uuid(), $1, 'authenticators_changed', $2, 'queued', $3, $4, $3, address.id, $5::uuid, $6
   from (select d.id from addresses d where d.account_id = $1 and d.verified
     and (d.removed_at is null or d.removed_at > $3::timestamptz - interval '30 days')) address;

-- recovery_burn_backup_code
with sought as materialized (
       select array(
         select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
       ) as digests from recoveries where id = $1
     ), meant as materialized (
       select (select id from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(sought.digests)
    union all
    select account_id, exact = any(sought.digests) from addresses
    where lookup = any(sought.digests) and verified and removed_at is null
  ) found) and status = 'active') as account_id, sought.digests from sought
     ), against as materialized (
       select case when account_id is null then (select array[lookup, exact] from addresses where verified and removed_at is null limit 1) else array(select sha256(digest) from unnest(digests) digest) end as digests
       from meant
     ), other as materialized (
       select (select id from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(against.digests)
    union all
    select account_id, exact = any(against.digests) from addresses
    where lookup = any(against.digests) and verified and removed_at is null
  ) found) and status = 'active') as account_id from against
     ), spent as (
       update recoveries set tries = tries + 1, idle_expires_at = least(expires_at, $2::timestamptz)
       from meant, other
       where id = $1 and state in ('proving') and tries < $3::integer
         and expires_at > $4 and idle_expires_at > $4
       returning recoveries.id, recoveries.tries, recoveries.guess_key,
         coalesce(recoveries.account_id, meant.account_id) as account_id
     ), found as (
       select one.* from spent, lateral (
  select t.id::text as authenticator_id,
    jsonb_build_object('id', t.id, 'salt', encode(t.salt, 'hex'), 'digests', (
      select coalesce(jsonb_agg(encode(c.digest, 'hex')), '[]') from backup_codes c where c.authenticator_id = t.id and c.used_at is null
    )) as evidence
  from authenticators t
  where t.account_id = coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')) and t.kind = 'backup_code' and t.bound_at is not null and t.disabled_at is null) one
     ), day as (
       select sha256(spent.guess_key || convert_to('/backup_code', 'utf8')) as identifier, sha256(convert_to('guesses-a-day/backup_code ' || coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) as account
       from spent
     ), charged_day as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select identifier as key, 86400000::bigint as window_ms from day union select account, 86400000 from day) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     ), checked as (
       select found.* from found where not exists (select from charged_day where charged_day.spent > 20)
     ), failing as (
       select checked.authenticator_id, checked.evidence, sha256(convert_to('failures ' || coalesce(checked.authenticator_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) as key
       from spent left join checked on true
     ), charged as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select distinct key, case when authenticator_id is null then 86400000::bigint else 3153600000000 end as window_ms from failing) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     )
     select state, expires_at, idle_expires_at, resend_at, held_until, proofs, spent.account_id, spent.tries, identifier.spent as identifier_spent, identifier.resets_at, (
         select coalesce(jsonb_agg(jsonb_build_object('authenticator', failing.authenticator_id, 'evidence', failing.evidence, 'failures', charged.spent)), '[]')
         from failing join charged using (key) where failing.evidence is not null
       ) as evidence
     from recoveries left join spent on true left join day on true
       left join charged_day identifier on identifier.key = day.identifier
     where recoveries.id = $1;

-- recovery_burn_code
with sought as materialized (
       select array(
         select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
       ) as digests from recoveries where id = $1
     ), meant as materialized (
       select (select id from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(sought.digests)
    union all
    select account_id, exact = any(sought.digests) from addresses
    where lookup = any(sought.digests) and verified and removed_at is null
  ) found) and status = 'active') as account_id, sought.digests from sought
     ), against as materialized (
       select case when account_id is null then (select array[lookup, exact] from addresses where verified and removed_at is null limit 1) else array(select sha256(digest) from unnest(digests) digest) end as digests
       from meant
     ), other as materialized (
       select (select id from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(against.digests)
    union all
    select account_id, exact = any(against.digests) from addresses
    where lookup = any(against.digests) and verified and removed_at is null
  ) found) and status = 'active') as account_id from against
     ), spent as (
       update recoveries set tries = tries + 1, idle_expires_at = least(expires_at, $2::timestamptz)
       from meant, other
       where id = $1 and state in ('proving') and tries < $3::integer
         and expires_at > $4 and idle_expires_at > $4
       returning recoveries.id, recoveries.tries, recoveries.guess_key,
         coalesce(recoveries.account_id, meant.account_id) as account_id
     ), found as (
       select one.* from spent, lateral (
  select m.authenticator as authenticator_id,
    jsonb_build_object('messageId', m.id, 'counter', m.counter, 'channel', m.channel, 'boundTo', encode(m.bound_to, 'hex'), 'keyId', m.key_id) as evidence
  from messages m
  where m.recovery_id = $1 and m.kind = 'recovery_code' and m.bound_to is not null and m.expires_at > $4
  order by m.counter desc limit 2) one
     ), day as (
       select spent.guess_key as identifier, sha256(convert_to('guesses-a-day ' || coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) as account
       from spent
     ), charged_day as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select identifier as key, 86400000::bigint as window_ms from day union select account, 86400000 from day) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     ), checked as (
       select found.* from found where not exists (select from charged_day where charged_day.spent > 20)
     ), failing as (
       select checked.authenticator_id, checked.evidence, sha256(convert_to('failures ' || coalesce(checked.authenticator_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) as key
       from spent left join checked on true
     ), charged as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select distinct key, case when authenticator_id is null then 86400000::bigint else 3153600000000 end as window_ms from failing) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     )
     select state, expires_at, idle_expires_at, resend_at, held_until, proofs, spent.account_id, spent.tries, identifier.spent as identifier_spent, identifier.resets_at, (
         select coalesce(jsonb_agg(jsonb_build_object('authenticator', failing.authenticator_id, 'evidence', failing.evidence, 'failures', charged.spent)), '[]')
         from failing join charged using (key) where failing.evidence is not null
       ) as evidence
     from recoveries left join spent on true left join day on true
       left join charged_day identifier on identifier.key = day.identifier
     where recoveries.id = $1;

-- recovery_burn_link
with sought as materialized (
       select array(
         select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
       ) as digests from recoveries where id = $1
     ), meant as materialized (
       select (select id from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(sought.digests)
    union all
    select account_id, exact = any(sought.digests) from addresses
    where lookup = any(sought.digests) and verified and removed_at is null
  ) found) and status = 'active') as account_id, sought.digests from sought
     ), against as materialized (
       select case when account_id is null then (select array[lookup, exact] from addresses where verified and removed_at is null limit 1) else array(select sha256(digest) from unnest(digests) digest) end as digests
       from meant
     ), other as materialized (
       select (select id from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(against.digests)
    union all
    select account_id, exact = any(against.digests) from addresses
    where lookup = any(against.digests) and verified and removed_at is null
  ) found) and status = 'active') as account_id from against
     ), spent as (
       update recoveries set tries = tries + 1, idle_expires_at = least(expires_at, $2::timestamptz)
       from meant, other
       where id = $1 and state in ('proving') and tries < $3::integer
         and expires_at > $4 and idle_expires_at > $4
       returning recoveries.id, recoveries.tries, recoveries.guess_key,
         coalesce(recoveries.account_id, meant.account_id) as account_id
     ), found as (
       select one.* from spent, lateral (
  select m.authenticator as authenticator_id,
    jsonb_build_object('messageId', m.id, 'counter', m.counter, 'channel', m.channel, 'boundTo', encode(m.bound_to, 'hex'), 'keyId', m.key_id) as evidence
  from messages m
  where m.recovery_id = $1 and m.kind = 'recovery_code' and m.bound_to is not null and m.counter = $5
  order by m.counter desc limit 1) one
     ), day as (
       select spent.guess_key as identifier, sha256(convert_to('guesses-a-day ' || coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) as account
       from spent
     ), charged_day as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select identifier as key, 86400000::bigint as window_ms from day union select account, 86400000 from day) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     ), checked as (
       select found.* from found where not exists (select from charged_day where charged_day.spent > 20)
     ), failing as (
       select checked.authenticator_id, checked.evidence, sha256(convert_to('failures ' || coalesce(checked.authenticator_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) as key
       from spent left join checked on true
     ), charged as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select distinct key, case when authenticator_id is null then 86400000::bigint else 3153600000000 end as window_ms from failing) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     )
     select state, expires_at, idle_expires_at, resend_at, held_until, proofs, spent.account_id, spent.tries, identifier.spent as identifier_spent, identifier.resets_at, (
         select coalesce(jsonb_agg(jsonb_build_object('authenticator', failing.authenticator_id, 'evidence', failing.evidence, 'failures', charged.spent)), '[]')
         from failing join charged using (key) where failing.evidence is not null
       ) as evidence
     from recoveries left join spent on true left join day on true
       left join charged_day identifier on identifier.key = day.identifier
     where recoveries.id = $1;

-- recovery_burn_totp
with sought as materialized (
       select array(
         select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
       ) as digests from recoveries where id = $1
     ), meant as materialized (
       select (select id from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(sought.digests)
    union all
    select account_id, exact = any(sought.digests) from addresses
    where lookup = any(sought.digests) and verified and removed_at is null
  ) found) and status = 'active') as account_id, sought.digests from sought
     ), against as materialized (
       select case when account_id is null then (select array[lookup, exact] from addresses where verified and removed_at is null limit 1) else array(select sha256(digest) from unnest(digests) digest) end as digests
       from meant
     ), other as materialized (
       select (select id from accounts where id = (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(against.digests)
    union all
    select account_id, exact = any(against.digests) from addresses
    where lookup = any(against.digests) and verified and removed_at is null
  ) found) and status = 'active') as account_id from against
     ), spent as (
       update recoveries set tries = tries + 1, idle_expires_at = least(expires_at, $2::timestamptz)
       from meant, other
       where id = $1 and state in ('proving') and tries < $3::integer
         and expires_at > $4 and idle_expires_at > $4
       returning recoveries.id, recoveries.tries, recoveries.guess_key,
         coalesce(recoveries.account_id, meant.account_id) as account_id
     ), found as (
       select one.* from spent, lateral (
  select t.id::text as authenticator_id,
    jsonb_build_object('id', t.id, 'sealed', encode(t.secret_sealed, 'hex'), 'lastStep', t.last_step) as evidence
  from authenticators t
  where t.account_id = coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')) and t.kind = 'totp' and t.bound_at is not null and t.disabled_at is null) one
     ), day as (
       select sha256(spent.guess_key || convert_to('/totp', 'utf8')) as identifier, sha256(convert_to('guesses-a-day/totp ' || coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) as account
       from spent
     ), charged_day as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select identifier as key, 86400000::bigint as window_ms from day union select account, 86400000 from day) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     ), checked as (
       select found.* from found where not exists (select from charged_day where charged_day.spent > 20)
     ), failing as (
       select checked.authenticator_id, checked.evidence, sha256(convert_to('failures ' || coalesce(checked.authenticator_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) as key
       from spent left join checked on true
     ), charged as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select distinct key, case when authenticator_id is null then 86400000::bigint else 3153600000000 end as window_ms from failing) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     )
     select state, expires_at, idle_expires_at, resend_at, held_until, proofs, spent.account_id, spent.tries, identifier.spent as identifier_spent, identifier.resets_at, (
         select coalesce(jsonb_agg(jsonb_build_object('authenticator', failing.authenticator_id, 'evidence', failing.evidence, 'failures', charged.spent)), '[]')
         from failing join charged using (key) where failing.evidence is not null
       ) as evidence
     from recoveries left join spent on true left join day on true
       left join charged_day identifier on identifier.key = day.identifier
     where recoveries.id = $1;

-- recovery_cancel
with ended as (
     update recoveries set state = 'stopped', ended_at = $1, identifier_sealed = null, identifier_digests = '{}'
     where id = $2 and state in ('proving', 'held', 'proven')
     returning id, account_id
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select $3::uuid, $1::timestamptz, 'recovery_stopped', 'person', account_id, id, '{"by": "bearer"}'::jsonb from ended
   )
   select exists (select from ended) as ended from recoveries where id = $2;

-- recovery_claim
update recoveries set lease_id = $1, lease_expires_at = $2
   where id = $3 and state in ('proven') and expires_at > $4 and idle_expires_at > $4
     and (lease_id is null or lease_expires_at <= $4)
   returning account_id, client_id, acr, amr, proven_at, redirect_uri, redirect_state, code_challenge;

-- recovery_claim_look
select state, expires_at, idle_expires_at, resend_at, held_until, proofs, lease_id from recoveries where id = $1;

-- recovery_consume_proof
with won as (
     update recoveries set state = $1, proofs = proofs || $2::text, amr = amr || $3::text, acr = $4,
       proven_at = case when $1 = 'proven' then $5::timestamptz end, account_id = $6::text
     where id = $7 and state in ('proving') and coalesce(account_id, $6) = $6
       and cardinality(proofs) = $8::integer
     returning id, account_id
   ), forgotten as (
     delete from limit_counters where key = any(array(select sha256(convert_to('failures ' || $9::text, 'utf8')) from won))
   ), paid_off as (
  update sms_reservations set proven_at = $5::timestamptz
  where proven_at is null and is_code and message_id in (select $10::uuid from won)
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select $11::uuid, $5::timestamptz, $12, 'person', won.account_id, won.id,
       jsonb_build_object('kind', $2::text, 'amr', $3::text)
     from won
   )
   select (
  select jsonb_agg(jsonb_build_object('id', a.id, 'channel', a.channel, 'sealed', encode(a.sealed, 'hex')))
  from (
  select d.id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed from addresses d
  where d.account_id = won.account_id and d.verified and d.removed_at is null and d.disabled_at is null
  order by d.is_primary desc, d.id) a) as offers from won;

-- recovery_due_messages
update messages set due_at = $1::timestamptz + $2::integer * power(2, least(attempts, 9)) * interval '1 millisecond'
   where id in (
     select id from messages where state = 'queued' and due_at <= $1 order by due_at limit 500 for update skip locked
   )
   returning id, kind;

-- recovery_expire
with ended as (
     update recoveries set state = 'expired', ended_at = $1, identifier_sealed = null, identifier_digests = '{}'
     where id in (
       select id from recoveries
       where state in ('proving', 'held', 'proven') and least(idle_expires_at, expires_at) <= $1
         and (lease_expires_at is null or lease_expires_at <= $1)
       order by idle_expires_at limit 500 for update skip locked
     )
     returning id
   ), silenced as (
     update messages set state = 'dropped', reason = 'ended'
     from ended where messages.recovery_id = ended.id and messages.state = 'queued'
   )
   select count(*)::integer as expired from ended;

-- recovery_forget
delete from recoveries where id in (
     select id from recoveries where ended_at is not null and ended_at <= $1 order by created_at limit 500
   );

-- recovery_hold
select id from recoveries where id = $1 for update;

-- recovery_open
with charged as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $1::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select $2::bytea as key, $3::integer as window_ms where $4::integer is null) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $1::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $1::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
   ), source as (
     select spent, resets_at from charged
     union all select $4::integer, $5::timestamptz where $4::integer is not null
   ), welcome as (
     select 1 from source where spent <= $6::integer
   ),
  short_window as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $1::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select keys[1] as key, 600000 as window_ms from (select $7::bytea[] as keys from welcome) sending) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $1::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $1::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
  ), whole_day as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $1::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select sending.keys[2] as key, 86400000 as window_ms from (select $7::bytea[] as keys from welcome) sending, short_window where short_window.spent <= 5) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $1::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $1::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
  ), verdict as (
    select exists (select from whole_day where spent <= 12) as may_send
  ), opened as (
     insert into recoveries (id, state, created_at, idle_expires_at, expires_at, identifier_sealed, identifier_digests,
       send_budgets, guess_key, locale, channel, client_id, redirect_uri, redirect_state, code_challenge, resend_at)
     select $8, 'proving', $1, $9, $10, $11, $12,
       $7, $13::bytea, $14, $15, $16, $17, $18, $19, $20
     from welcome
     returning id
   ), message as (
     insert into messages (id, recovery_id, kind, state, reason, created_at, expires_at, due_at, counter, request_id, traceparent)
     select $21, opened.id, 'recovery_code',
       case when verdict.may_send then 'queued' else 'dropped' end,
       case when verdict.may_send then null else 'limited' end,
       $1, $22, $23, 1, $24::uuid, $25
     from opened, verdict
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select $26::uuid, $1::timestamptz, 'recovery_started', 'person', null, opened.id,
       jsonb_build_object('client_id', $16::text, 'may_send', verdict.may_send)
     from opened, verdict
   )
   select source.spent, source.resets_at, exists (select from opened) as opened, (select may_send from verdict) as may_send from source;

-- recovery_record_deliveries
with ended as (
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
       as ended (id, audit_id, state, event, reason, provider_id)
   ), recorded as (
     update messages m set state = ended.state, reason = ended.reason, provider_id = ended.provider_id,
       sent_at = case when ended.state = 'sent' then $7::timestamptz end
     from ended where m.id = ended.id and m.state = 'queued'
     returning m.recovery_id, m.account_id, m.kind, m.channel, ended.audit_id, ended.event, ended.reason
   )
   insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
   select recorded.audit_id, $7::timestamptz, recorded.event, 'system', coalesce(r.account_id, recorded.account_id), r.id,
     jsonb_strip_nulls(jsonb_build_object('kind', recorded.kind, 'channel', recorded.channel, 'reason', recorded.reason))
   from recorded left join recoveries r on r.id = recorded.recovery_id;

-- recovery_record_receipt
with failed as (
     update messages set state = 'failed', reason = $1 where provider_id = $2 and state = 'sent'
     returning recovery_id, account_id, kind, channel
   )
   insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
   select $3::uuid, $4::timestamptz, 'recovery_message_failed', 'system', coalesce(r.account_id, failed.account_id), r.id,
     jsonb_build_object('kind', failed.kind, 'channel', failed.channel, 'reason', $1::text)
   from failed left join recoveries r on r.id = failed.recovery_id
   returning detail->>'kind' as kind, detail->>'channel' as channel;

-- recovery_release
update recoveries set lease_id = null, lease_expires_at = null where id = $1 and lease_id = $2;

-- recovery_send_code
with asked as (
     select $1::uuid is null or (proofs <> '{}' and exists (
       select from (
  select d.id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed from addresses d
  where d.account_id = recoveries.account_id and d.verified and d.removed_at is null and d.disabled_at is null
  order by d.is_primary desc, d.id) offered where offered.id = $1::uuid
     )) as allowed from recoveries where id = $2
   ), moved as (
     update recoveries set sends = sends + 1, resend_at = $3, channel = coalesce($4, channel),
       idle_expires_at = least(expires_at, $5::timestamptz)
     where id = $2 and state = 'proving' and expires_at > $6 and idle_expires_at > $6 and resend_at <= $6
       and not 'code' = any(proofs) and (select allowed from asked)
     returning id, sends, send_budgets
   ),
  short_window as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $6::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select keys[1] as key, 600000 as window_ms from (select send_budgets as keys from moved) sending) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $6::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $6::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
  ), whole_day as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $6::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select sending.keys[2] as key, 86400000 as window_ms from (select send_budgets as keys from moved) sending, short_window where short_window.spent <= 5) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $6::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $6::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
  ), verdict as (
    select exists (select from whole_day where spent <= 12) as may_send
  ), message as (
     insert into messages (id, recovery_id, kind, state, reason, created_at, expires_at, due_at, counter, address_id,
       request_id, traceparent)
     select $7, moved.id, 'recovery_code',
       case when verdict.may_send then 'queued' else 'dropped' end,
       case when verdict.may_send then null else 'limited' end,
       $6, $8, $9, moved.sends, $1::uuid, $10::uuid, $11
     from moved, verdict
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select $12::uuid, $6::timestamptz, 'recovery_code_requested', 'person', null, moved.id,
       jsonb_build_object('may_send', verdict.may_send)
     from moved, verdict
   )
   select state, expires_at, idle_expires_at, resend_at, held_until, proofs, exists (select from moved) as moved, (select may_send from verdict) as may_send, (select allowed from asked) as allowed from recoveries where id = $2;

-- recovery_settle
with settled as (
     update recoveries set state = 'settled', settled_at = $1, ended_at = $1, lease_id = null,
       password_set = $2::text is not null, identifier_sealed = null, identifier_digests = '{}'
     where id = $3 and lease_id = $4 and state in ('proven')
     returning id, account_id, client_id, created_at
   ), password as (
  update accounts set password_hash = $2::text, password_changed_at = $1, updated_at = $1,
    password_recovery_id = $3::uuid
  where id = (select account_id from settled) and $2::text is not null
   ), older as (
  update token_families set ended_at = $1, end_reason = 'recovery'
  where account_id = (select account_id from settled) and ended_at is null and recovery_id is distinct from $3::uuid
   ), notices as (
     insert into messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
     select gen_random_uuid(), settled.id, 'recovery_completed', 'queued', $1, $5, $1, address.id, $6::uuid, $7
     from settled, lateral (select d.id from addresses d where d.account_id = settled.account_id and d.verified
     and (d.removed_at is null or d.removed_at > $1::timestamptz - interval '30 days')) address
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select $8::uuid, $1::timestamptz, 'recovery_settled', 'person', account_id, id,
       jsonb_build_object('password_set', $2::text is not null)
     from settled
   )
   select client_id, created_at from settled;

-- recovery_show
select state, expires_at, idle_expires_at, resend_at, held_until, proofs,
     case when proofs <> '{}' and state = 'proving' then (
  select jsonb_build_object(
    'aal', greatest(a.aal, case when exists (select from authenticators t where t.account_id = a.id and t.kind = 'totp' and t.bound_at is not null) then 2 end),
    'hasTotp', exists (select from authenticators t where t.account_id = a.id and t.kind = 'totp' and t.bound_at is not null),
    'roles', to_jsonb(a.roles),
    'reachable', exists (
      select from addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.disabled_at is null
    ),
    'authenticators', (
      select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from authenticators t
      where t.account_id = a.id and t.bound_at is not null and t.disabled_at is null
        and (t.kind = 'totp' or exists (select from backup_codes c where c.authenticator_id = t.id and c.used_at is null))
    )
  ) from accounts a where a.id = recoveries.account_id and a.status = 'active') end as standing,
     case when proofs <> '{}' and state = 'proving' then (
  select jsonb_agg(jsonb_build_object('id', a.id, 'channel', a.channel, 'sealed', encode(a.sealed, 'hex')))
  from (
  select d.id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed from addresses d
  where d.account_id = recoveries.account_id and d.verified and d.removed_at is null and d.disabled_at is null
  order by d.is_primary desc, d.id) a) end as offers
   from recoveries where id = $1;

-- recovery_standing
select (
  select jsonb_build_object(
    'aal', greatest(a.aal, case when exists (select from authenticators t where t.account_id = a.id and t.kind = 'totp' and t.bound_at is not null) then 2 end),
    'hasTotp', exists (select from authenticators t where t.account_id = a.id and t.kind = 'totp' and t.bound_at is not null),
    'roles', to_jsonb(a.roles),
    'reachable', exists (
      select from addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.disabled_at is null
    ),
    'authenticators', (
      select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from authenticators t
      where t.account_id = a.id and t.bound_at is not null and t.disabled_at is null
        and (t.kind = 'totp' or exists (select from backup_codes c where c.authenticator_id = t.id and c.used_at is null))
    )
  ) from accounts a where a.id = $1 and a.status = 'active') as standing
   where $2::text is null or exists (
  select from addresses d
  where d.account_id = $1 and d.id = split_part($2::text, ':', 1)::uuid and d.binding = split_part($2::text, ':', 2)::integer
    and d.verified and d.removed_at is null and d.disabled_at is null);

-- recovery_state_now
select state from recoveries where id = $1;

-- recovery_stop
with before as (
     select id, state, settled_at, account_id, password_set from recoveries where id = $1 for update
   ), ended as (
     update recoveries r set state = 'stopped', ended_at = coalesce(r.ended_at, $2::timestamptz), lease_id = null, identifier_sealed = null, identifier_digests = '{}'
     from before
     where r.id = before.id and before.state in ('proving', 'held', 'proven', 'settled')
     returning r.id, r.account_id
   ), silenced as (
     update messages set state = 'dropped', reason = 'ended'
     from ended where messages.recovery_id = ended.id and messages.state = 'queued' and messages.kind = 'recovery_code'
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select $3::uuid, $2::timestamptz, 'recovery_stopped', 'person', account_id, id, '{"by": "stop_link"}'::jsonb from ended
   )
   select settled_at, account_id, password_set, exists (select from ended) as ended from before;

-- recovery_take_messages
with message as (
     select m.id, m.recovery_id, m.kind, m.change, m.created_at, m.request_id, m.traceparent, m.expires_at, m.counter, m.address_id, m.attempts, r.account_id,
       r.state, r.locale, r.settled_at, r.password_set, r.identifier_digests, r.channel as wanted, r.client_id
     from messages m left join recoveries r on r.id = m.recovery_id
     where m.id = any($1::uuid[]) and m.state = 'queued'
   ), address as (
     select message.id as message_id, message.recovery_id, message.kind, found.*
     from message, lateral (
       select * from (
  select a.id as account_id, a.locale as account_locale, d.id as address_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed, d.exact,
    d.id::text || ':' || d.binding as authenticator
  from accounts a join addresses d on d.account_id = a.id and d.verified and d.removed_at is null and d.disabled_at is null
  where a.id = coalesce(message.account_id, (
  select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
    when count(distinct found.id) = 1 then min(found.id) end
  from (
    select id, true as exact from accounts where username_lookup = any(message.identifier_digests)
    union all
    select account_id, exact = any(message.identifier_digests) from addresses
    where lookup = any(message.identifier_digests) and verified and removed_at is null
  ) found)) and a.status = 'active'
    and (message.address_id is null or d.id = message.address_id)
  order by (case d.kind when 'email' then 'email' else 'sms' end is not distinct from message.wanted) desc, (d.lookup = any(message.identifier_digests)) desc, d.is_primary desc, d.id
  limit 1) of_code where message.kind = 'recovery_code'
       union all
       select * from (
  select a.id as account_id, a.locale as account_locale, d.id as address_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed, d.exact, null as authenticator
  from addresses d join accounts a on a.id = d.account_id where d.id = message.address_id) of_notice where message.kind <> 'recovery_code'
     ) found
   ),
  short_window as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $2::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select keys[1] as key, 600000 as window_ms from (
  select array[
    sha256(convert_to('sends/address', 'utf8') || address.exact),
    sha256(convert_to('sends-a-day/address', 'utf8') || address.exact)
  ] as keys
  from address join message on message.id = address.message_id
  where message.kind = 'recovery_code' and message.attempts = 0 and $3::boolean limit 1) sending) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $2::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $2::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
  ), whole_day as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $2::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select sending.keys[2] as key, 86400000 as window_ms from (
  select array[
    sha256(convert_to('sends/address', 'utf8') || address.exact),
    sha256(convert_to('sends-a-day/address', 'utf8') || address.exact)
  ] as keys
  from address join message on message.id = address.message_id
  where message.kind = 'recovery_code' and message.attempts = 0 and $3::boolean limit 1) sending, short_window where short_window.spent <= 5) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $2::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $2::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
  ), verdict as (
    select exists (select from whole_day where spent <= 12) as may_send
  ), wide as (
  select charge.key, charge.window_ms, charge.quota from verdict, address join message on message.id = address.message_id, lateral (values
    (sha256(convert_to('sends-a-client ' || (('x' || right(address.message_id::text, 2))::bit(8)::integer % $4::integer)::text || ' ' || message.client_id, 'utf8')), 600000, $5::integer),
    (sha256(convert_to('sends-in-all ' || (('x' || right(address.message_id::text, 2))::bit(8)::integer % $6::integer)::text, 'utf8')), 600000, $7::integer)
  ) as charge (key, window_ms, quota)
  where verdict.may_send and message.kind = 'recovery_code' and message.attempts = 0 and $3::boolean
   ), wide_charged as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $2::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select key, window_ms from wide) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $2::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $2::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
   ), outcome as (
     select message.id as message_id, case
       when message.kind = 'recovery_code' and message.attempts = 0 and $3::boolean then
         verdict.may_send and not exists (
           select from wide_charged join wide using (key) where wide_charged.spent > wide.quota
         )
       end as may_send
     from message, verdict
   ), bound as (
     update messages m set attempts = m.attempts + 1, address_id = address.address_id, channel = address.channel,
       bound_to = coalesce(m.bound_to, address.exact), key_id = coalesce(m.key_id, $8),
       authenticator = address.authenticator
     from address join outcome on outcome.message_id = address.message_id
     where m.id = address.message_id and m.state = 'queued' and coalesce(outcome.may_send, true)
     returning m.id, m.key_id, m.bound_to
   ), bound_to_nobody as (
     update messages m set attempts = m.attempts + 1, channel = coalesce(m.channel, message.wanted, 'email'),
       bound_to = sha256(convert_to(gen_random_uuid()::text, 'utf8')), key_id = $8
     from message
     where m.id = message.id and m.state = 'queued' and m.kind = 'recovery_code' and m.bound_to is null
       and not exists (select from bound where bound.id = m.id)
   ), bound_recovery as (
     update recoveries r set account_id = address.account_id
     from address where r.id = address.recovery_id and r.account_id is null and address.kind = 'recovery_code'
   )
   select message.id as message_id, message.recovery_id, message.kind, message.change, message.created_at, message.expires_at,
     message.request_id, message.traceparent,
     message.attempts, message.counter, message.state as recovery_state, message.client_id, message.locale, message.settled_at,
     message.password_set, address.account_id, address.account_locale, address.address_id, address.channel, address.sealed,
     address.exact, bound.key_id, bound.bound_to, outcome.may_send
   from message left join address on address.message_id = message.id left join bound on bound.id = message.id
     left join outcome on outcome.message_id = message.id;

-- recovery_waiting_messages
select count(*)::integer as count, min(created_at) as oldest
   from (select created_at from messages where state = 'queued' order by due_at limit 10000) queued;

-- refresh_token_find
select f.id, f.account_id, f.client_id, f.scope, f.created_at, t.replaced_at is null and f.ended_at is null
     and least(f.expires_at, (select max(newest.created_at) from refresh_tokens newest where newest.family_id = f.id) + f.idle_ms * interval '1 millisecond') > $1 as live, least(f.expires_at, (select max(newest.created_at) from refresh_tokens newest where newest.family_id = f.id) + f.idle_ms * interval '1 millisecond') as until
   from refresh_tokens t join token_families f on f.id = t.family_id where t.digest = any($2::bytea[]);

-- refresh_token_successor
select digest, replaced_at from refresh_tokens where digest = any($1::bytea[]);

-- refresh_tokens_by_key
select case when length(t.digest) = 32 then null else convert_from(substring(t.digest from 3 for get_byte(t.digest, 1)), 'latin1') end as key_id, count(*)::integer as rows from refresh_tokens t join token_families f on f.id = t.family_id
     where t.replaced_at is null and f.ended_at is null and least(f.expires_at, t.created_at + f.idle_ms * interval '1 millisecond') > $1 group by 1;

-- session_begin
with who as (
     select id as account_id, roles from accounts where id = $1 and status = 'active' and password_hash = $2::text for share
   ), granted as (
     select $3::text as acr, array['pwd'] || $4::text[] as amr, $5::timestamptz as auth_time, null::uuid as recovery_id
   ),
  family as (
    insert into token_families (id, account_id, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
      created_at, expires_at)
    select $6::uuid, who.account_id, $7::text, $8::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
      life.idle_ms, life.access_ms, $5::timestamptz, $5::timestamptz + life.whole_ms * interval '1 millisecond'
    from who, granted, lateral (
      select least($9::bigint, min(role."refreshIdle")) as idle_ms, least($10::bigint, min(role.access)) as access_ms,
        least($11::bigint, min(role.refresh)) as whole_ms
      from jsonb_to_recordset($12::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
      where role.name = any(who.roles)
    ) life
    returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
  ), first_token as (
    insert into refresh_tokens (digest, family_id, created_at) select $13::bytea, id, $5::timestamptz from family
  ), noted as (
    insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
    select $14::uuid, $5::timestamptz, 'authn_token_created', 'client:' || $7::text, account_id, recovery_id,
      jsonb_build_object('family', id, 'acr', acr, 'amr', to_jsonb(amr))
    from family
  )
   select family.id, family.account_id, family.recovery_id, family.acr, family.amr, family.auth_time, family.access_ms, who.roles
   from family, who;

-- session_hold
select id from token_families f
   where id = $1 and account_id = $2 and ended_at is null and least(f.expires_at, (select max(newest.created_at) from refresh_tokens newest where newest.family_id = f.id) + f.idle_ms * interval '1 millisecond') > $3
   for no key update;

-- session_renew
with who as (
     select id as account_id, roles from accounts where id = $1 and status = 'active' and true for share
   ), granted as (
     select acr, amr, auth_time, recovery_id from token_families where id = $2 and account_id = $1
   ),
  family as (
    insert into token_families (id, account_id, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
      created_at, expires_at)
    select $3::uuid, who.account_id, $4::text, $5::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
      life.idle_ms, life.access_ms, $6::timestamptz, $6::timestamptz + life.whole_ms * interval '1 millisecond'
    from who, granted, lateral (
      select least($7::bigint, min(role."refreshIdle")) as idle_ms, least($8::bigint, min(role.access)) as access_ms,
        least($9::bigint, min(role.refresh)) as whole_ms
      from jsonb_to_recordset($10::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
      where role.name = any(who.roles)
    ) life
    returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
  ), first_token as (
    insert into refresh_tokens (digest, family_id, created_at) select $11::bytea, id, $6::timestamptz from family
  ), noted as (
    insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
    select $12::uuid, $6::timestamptz, 'authn_token_created', 'client:' || $4::text, account_id, recovery_id,
      jsonb_build_object('family', id, 'acr', acr, 'amr', to_jsonb(amr))
    from family
  )
   select family.id, family.account_id, family.recovery_id, family.acr, family.amr, family.auth_time, family.access_ms, who.roles
   from family, who;

-- sign_in_burn_backup_code
with found as (
  select t.id::text as authenticator_id,
    jsonb_build_object('id', t.id, 'salt', encode(t.salt, 'hex'), 'digests', (
      select coalesce(jsonb_agg(encode(c.digest, 'hex')), '[]') from backup_codes c where c.authenticator_id = t.id and c.used_at is null
    )) as evidence
  from authenticators t
  where t.account_id = $1 and t.kind = 'backup_code' and t.bound_at is not null
     ), charged as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $2::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select sha256(convert_to('sign-in-failures ' || found.authenticator_id, 'utf8')) as key, 3153600000000::bigint as window_ms from found) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $2::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $2::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     )
     select found.evidence, charged.spent as failures, charged.key from found, charged;

-- sign_in_burn_totp
with found as (
  select t.id::text as authenticator_id,
    jsonb_build_object('id', t.id, 'sealed', encode(t.secret_sealed, 'hex'), 'lastStep', t.last_step) as evidence
  from authenticators t
  where t.account_id = $1 and t.kind = 'totp' and t.bound_at is not null
     ), charged as (
  insert into limit_counters (key, spent, resets_at)
  select charged.key, 1, $2::timestamptz + charged.window_ms * interval '1 millisecond'
  from (select sha256(convert_to('sign-in-failures ' || found.authenticator_id, 'utf8')) as key, 3153600000000::bigint as window_ms from found) charged
  order by charged.key
  on conflict (key) do update set
    spent = case when limit_counters.resets_at <= $2::timestamptz then 1 else limit_counters.spent + 1 end,
    resets_at = case when limit_counters.resets_at <= $2::timestamptz then excluded.resets_at else limit_counters.resets_at end
  returning key, spent, resets_at
     )
     select found.evidence, charged.spent as failures, charged.key from found, charged;

-- sign_in_forget_failures
delete from limit_counters where key = any(array[$1::bytea]);

-- sign_in_standing
select (
  select jsonb_build_object(
    'aal', greatest(a.aal, case when exists (select from authenticators t where t.account_id = a.id and t.kind = 'totp' and t.bound_at is not null) then 2 end),
    'hasTotp', exists (select from authenticators t where t.account_id = a.id and t.kind = 'totp' and t.bound_at is not null),
    'roles', to_jsonb(a.roles),
    'reachable', exists (
      select from addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.disabled_at is null
    ),
    'authenticators', (
      select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from authenticators t
      where t.account_id = a.id and t.bound_at is not null and t.disabled_at is null
        and (t.kind = 'totp' or exists (select from backup_codes c where c.authenticator_id = t.id and c.used_at is null))
    )
  ) from accounts a where a.id = $1 and a.status = 'active') as standing;

-- signing_keys_add
insert into signing_keys (kid, use, alg, generation, private_sealed, public_jwk, created_at, active_from)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing;

-- signing_keys_all
select kid, use, alg, generation, private_sealed, public_jwk, active_from from signing_keys order by generation;

-- signing_keys_longest_token
select greatest(3600, max((lifetimes->>'access')::bigint)) as seconds from clients;

-- signing_keys_remove
delete from signing_keys where kid = any($1::text[]);

-- spent_token_ids_forget
delete from spent_token_ids where expires_at <= $1;

-- token_families_forget
with gone as (
     delete from token_families where id in (
       select id from token_families where least(expires_at, coalesce(ended_at, expires_at)) <= $1 limit 500
     ) returning id
   ) delete from refresh_tokens where family_id in (select id from gone);

-- tokens_exchange
with
  subject as (
    select id, status, roles from accounts where id = $1 for share
  ), fresh as (
    insert into spent_token_ids (jti, expires_at) select $2, $3 from subject where subject.status = 'active'
    on conflict do nothing returning jti
  ), ended as (
    update token_families set ended_at = $4::timestamptz, end_reason = 'recovery'
    where account_id = $1 and ended_at is null and exists (select from fresh)
    returning id
  ), void_codes as (
    update authorization_codes set used_at = $4::timestamptz
    where account_id = $1 and used_at is null and exists (select from fresh)
  ), who as (
     select subject.id as account_id, subject.roles from subject, fresh
   ), granted as (
     select $5::text as acr, $6::text[] as amr, $7::timestamptz as auth_time, $8::uuid as recovery_id
   ),
  family as (
    insert into token_families (id, account_id, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
      created_at, expires_at)
    select $9::uuid, who.account_id, $10::text, $11::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
      life.idle_ms, life.access_ms, $4::timestamptz, $4::timestamptz + life.whole_ms * interval '1 millisecond'
    from who, granted, lateral (
      select least($12::bigint, min(role."refreshIdle")) as idle_ms, least($13::bigint, min(role.access)) as access_ms,
        least($14::bigint, min(role.refresh)) as whole_ms
      from jsonb_to_recordset($15::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
      where role.name = any(who.roles)
    ) life
    returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
  ), first_token as (
    insert into refresh_tokens (digest, family_id, created_at) select $16::bytea, id, $4::timestamptz from family
  ), noted as (
    insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
    select $17::uuid, $4::timestamptz, 'authn_token_created', 'client:' || $10::text, account_id, recovery_id,
      jsonb_build_object('family', id, 'acr', acr, 'amr', to_jsonb(amr))
    from family
  )
   select subject.status, subject.roles, exists (select from fresh) as fresh, (select count(*)::integer from ended) as ended,
     family.id, subject.id as account_id, family.recovery_id, family.acr, family.amr, family.auth_time, family.access_ms
   from subject left join family on true;

-- tokens_exchange_code
with
  subject as (
    select id, status, roles from accounts where id = $1 for share
  ), fresh as (
    insert into spent_token_ids (jti, expires_at) select $2, $3 from subject where subject.status = 'active'
    on conflict do nothing returning jti
  ), ended as (
    update token_families set ended_at = $4::timestamptz, end_reason = 'recovery'
    where account_id = $1 and ended_at is null and exists (select from fresh)
    returning id
  ), void_codes as (
    update authorization_codes set used_at = $4::timestamptz
    where account_id = $1 and used_at is null and exists (select from fresh)
  ), code as (
     insert into authorization_codes (digest, client_id, redirect_uri, code_challenge, account_id, recovery_id, acr, amr, auth_time, expires_at)
     select $5, $6, $7, $8, subject.id, $9, $10, $11, $12, $13
     from subject, fresh
   ), noted as (
     insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
     select $14::uuid, $4::timestamptz, 'authn_token_created', 'client:' || $6::text, subject.id, $9::uuid,
       '{"authorization_code": true}'::jsonb
     from subject, fresh
   )
   select subject.status, exists (select from fresh) as fresh, (select count(*)::integer from ended) as ended from subject;

-- tokens_find_redeemed_code
select family_id from authorization_codes
   where digest = any($1::bytea[]) and used_at is not null and family_id is not null;

-- tokens_redeem_code
with who as (
     select id as account_id, roles from accounts where id = (select account_id from authorization_codes where digest = any($1::bytea[])) and status = 'active' and true for share
   ), granted as (
     update authorization_codes code set used_at = $2::timestamptz, family_id = $3::uuid
     from who
     where code.account_id = who.account_id and code.digest = any($1::bytea[]) and code.used_at is null
       and code.expires_at > $2::timestamptz and code.client_id = $4 and code.redirect_uri = $5
       and code.code_challenge = $6
     returning code.recovery_id, code.acr, code.amr, code.auth_time
   ),
  family as (
    insert into token_families (id, account_id, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
      created_at, expires_at)
    select $3::uuid, who.account_id, $4::text, $7::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
      life.idle_ms, life.access_ms, $2::timestamptz, $2::timestamptz + life.whole_ms * interval '1 millisecond'
    from who, granted, lateral (
      select least($8::bigint, min(role."refreshIdle")) as idle_ms, least($9::bigint, min(role.access)) as access_ms,
        least($10::bigint, min(role.refresh)) as whole_ms
      from jsonb_to_recordset($11::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
      where role.name = any(who.roles)
    ) life
    returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
  ), first_token as (
    insert into refresh_tokens (digest, family_id, created_at) select $12::bytea, id, $2::timestamptz from family
  ), noted as (
    insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
    select $13::uuid, $2::timestamptz, 'authn_token_created', 'client:' || $4::text, account_id, recovery_id,
      jsonb_build_object('family', id, 'acr', acr, 'amr', to_jsonb(amr))
    from family
  )
   select family.id, family.account_id, family.recovery_id, family.acr, family.amr, family.auth_time, family.access_ms, who.roles
   from family, who;

-- tokens_refresh
with presented as (
     select t.digest, t.replaced_at, f.*, subject.roles, subject.status,
       case when t.replaced_at is null then least(f.expires_at, t.created_at + f.idle_ms * interval '1 millisecond') else least(f.expires_at, (select max(newest.created_at) from refresh_tokens newest where newest.family_id = f.id) + f.idle_ms * interval '1 millisecond') end as until
     from refresh_tokens t join token_families f on f.id = t.family_id
       left join lateral (select id, status, roles from accounts where id = f.account_id) subject on true
     where t.digest = (select digest from refresh_tokens where digest = any($1::bytea[]) limit 1)
   ), rotated as (
     update refresh_tokens t set replaced_at = $2::timestamptz
     from presented p
     where t.digest = p.digest and t.replaced_at is null and p.client_id = $3 and p.status = 'active'
       and ($4::text[] is null or $4::text[] <@ string_to_array(p.scope, ' '))
       and p.ended_at is null and p.until > $2::timestamptz
     returning t.family_id
   ), successor as (
     insert into refresh_tokens (digest, family_id, created_at)
     select $5::bytea, family_id, $2::timestamptz from rotated on conflict do nothing
   )
   select p.id, p.account_id, p.scope, p.recovery_id, p.acr, p.amr, p.auth_time, p.access_ms, p.roles, p.replaced_at,
     case
       when p.client_id <> $3 then 'other_client'
       when p.status is distinct from 'active' then 'account'
       when p.ended_at is not null then 'ended'
       when p.until <= $2::timestamptz then 'expired'
     end as dead,
     exists (select from rotated) as rotated
   from presented p;
