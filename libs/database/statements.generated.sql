-- Written by "npm run written" from the statements of the rooms, on the migrated schema. Do not edit.

-- access_token_live
-- takes: $1 ids text[], $2 sid uuid, $3 clientId text, $4 madeAt timestamp with time zone, $5 now timestamp with time zone
-- returns: boolean, boolean
select not exists (select from public.used_token_ids where jti = any($1::text[])) and case when $2::uuid is null
  then exists (
    select from public.clients where client_id = $3 and created_at <= $4::timestamptz
      and (tokens_from is null or tokens_from < $4::timestamptz)
  )
  else s.id is not null
end as live, s.unused_access_id is not null as unused
from (select) one left join public.sessions s on s.id = $2::uuid and s.ended_at is null and s.expires_at > $5;

-- access_token_revoke
-- takes: $1 jti text, $2 expiresAt timestamp with time zone
-- returns: nothing
insert into public.used_token_ids (jti, expires_at) values ($1, $2) on conflict do nothing;

-- account_add_address
-- takes: $1 id uuid, $2 account text, $3 kind text, $4 sealed bytea, $5 lookup bytea, $6 exact bytea, $7 verified boolean, $8 primary boolean, $9 now timestamp with time zone, $10 exactOfAnyKey bytea[]
-- returns: nothing
insert into public.addresses (id, account_id, kind, sealed, lookup, exact, verified, is_primary, created_at, compromised_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
  (select max(former.compromised_at) from public.addresses former where former.account_id = $2 and former.exact = any($10::bytea[])));

-- account_address
-- takes: $1 id uuid, $2 account text
-- returns: bytea
select sealed from public.addresses where id = $1 and account_id = $2 and removed_at is null;

-- account_attest
-- takes: $1 override uuid, $2 account text, $3 generation uuid
-- returns: text
update public.accounts set attested_by = $1 where id = $2 and generation = $3::uuid and status = 'active' returning id;

-- account_change_lock
-- takes: $1 account text
-- returns: text
select id from public.accounts where id = $1 for update;

-- account_change_password
-- takes: $1 hash text, $2 now timestamp with time zone, $3 recoveryId uuid, $4 account text
-- returns: nothing
update public.accounts set password_hash = $1::text, password_changed_at = $2, updated_at = $2,
  password_recovery_id = coalesce($3::uuid, accounts.password_recovery_id)::uuid, password_cost = null
where id = $4 and ($1::text is not null or false and password_hash is not null);

-- account_change_state
-- takes: $1 strongRoles text[], $2 account text
-- returns: uuid, text, text[], text, integer, text[]
select a.generation, a.status, a.roles, a.password_hash, (case when a.aal = 2 or a.roles && $1::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null) then 2 else 1 end) as level, array(
  select d.id::text || ':' || d.binding from public.addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null order by d.id
) as addresses
from public.accounts a where a.id = $2;

-- account_clear_password_of
-- takes: $1 at timestamp with time zone, $2 account text, $3 recoveries uuid[]
-- returns: text
update public.accounts set password_hash = null, password_changed_at = $1, updated_at = $1, password_cost = null
where id = $2 and password_recovery_id = any($3::uuid[]) and password_hash is not null returning id;

-- account_clear_stop
-- takes: $1 account text, $2 stop timestamp with time zone
-- returns: nothing
update public.accounts set stopped_at = null where id = $1 and stopped_at = $2::timestamptz;

-- account_context
-- takes: $1 account text
-- returns: text, bytea, text
select a.id, a.username_sealed as sealed, 'username' as kind from public.accounts a
where a.id = $1 and a.username_sealed is not null
union all
select d.id::text, d.sealed, d.kind from public.addresses d where d.account_id = $1 and d.kind = 'email' and d.removed_at is null;

-- account_end_attestation
-- takes: $1 account text, $2 override uuid
-- returns: nothing
update public.accounts set attested_by = null where id = $1 and attested_by = $2::uuid;

-- account_end_known_browsers
-- takes: $1 account text
-- returns: uuid, integer
update public.accounts set known_browsers_epoch = known_browsers_epoch + 1 where id = $1
returning generation, known_browsers_epoch as epoch;

-- account_find
-- takes: $1 digests bytea[]
-- returns: text, text, text[], text, text, uuid, integer
select id, status, roles, locale, password_hash, generation, known_browsers_epoch from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any($1::bytea[])
  union all select account_id, exact = any($1::bytea[]) from public.addresses where lookup = any($1::bytea[]) and verified and removed_at is null
) found);

-- account_has_app
-- takes: $1 account text
-- returns: boolean
select exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null) as has from public.accounts a where a.id = $1 and a.status = 'active';

-- account_identifier_taken
-- takes: $1 digests bytea[], $2 account text, $3 usernames bytea[]
-- returns: integer
select 1 from public.addresses where exact = any($1::bytea[]) and verified and removed_at is null and account_id <> $2
union all select 1 from public.accounts where username_lookup = any($3::bytea[]) and id <> $2;

-- account_identifiers_lock
-- takes: $1 keys bigint[]
-- returns: void
select pg_advisory_xact_lock(key) from (
  select distinct key from unnest($1::bigint[]) key order by key
) one_way_round;

-- account_keep_address
-- takes: $1 verified boolean, $2 primary boolean, $3 now timestamp with time zone, $4 account text, $5 exactOfAnyKey bytea[]
-- returns: uuid
update public.addresses set verified = $1, is_primary = $2,
  -- Confirmed again: this is a new binding, and the failures belong to the previous one.
  binding = binding + ($1 and not verified)::integer,
  disabled_at = case when $1 and not verified then null else disabled_at end,
  bound_at = case when $1 and not verified then $3::timestamptz else bound_at end
where account_id = $4 and removed_at is null and exact = any($5::bytea[]) returning id;

-- account_last_put
-- takes: $1 id text
-- returns: bytea
select password_put as put from public.accounts where id = $1;

-- account_level
-- takes: $1 strongRoles text[], $2 account text
-- returns: integer
select (case when a.aal = 2 or a.roles && $1::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null) then 2 else 1 end) as level from public.accounts a where a.id = $2 and a.status = 'active';

-- account_lock
-- takes: $1 account text
-- returns: text
select id from public.accounts where id = $1 for no key update;

-- account_lock_password
-- takes: $1 account text
-- returns: text, uuid
select password_hash as stored, password_recovery_id as "setBy" from public.accounts where id = $1
for no key update;

-- account_mark_stopped
-- takes: $1 at timestamp with time zone, $2 account text
-- returns: nothing
update public.accounts set stopped_at = greatest($1::timestamptz, stopped_at + interval '1 microsecond') where id = $2;

-- account_masked
-- takes: $1 id text
-- returns: text, text, text[], text, text, bytea, smallint, timestamp with time zone, timestamp with time zone
select id, status, roles, locale, language_tag, username_sealed, aal, created_at, password_changed_at from public.accounts where id = $1;

-- account_masked_addresses
-- takes: $1 id text
-- returns: uuid, text, bytea, boolean, boolean, timestamp with time zone, timestamp with time zone, timestamp with time zone
select id, kind, sealed, verified, is_primary, disabled_at, compromised_at, coalesce(bound_at, created_at) as bound_at from public.addresses
where account_id = $1 and removed_at is null order by is_primary desc, created_at, id;

-- account_named_proofs
-- takes: $1 account text
-- returns: uuid, text, text
select d.id, d.kind, d.id::text || ':' || d.binding as name from public.addresses d where d.account_id = $1 and d.removed_at is null
union all
select t.id, t.kind, t.id::text from public.authenticators t where t.account_id = $1 and t.bound_at is not null and t.removed_at is null;

-- account_password
-- takes: $1 account text
-- returns: text, uuid
select password_hash as hash, generation from public.accounts where id = $1 and status = 'active';

-- account_password_costs
-- takes: nothing
-- returns: text
with recursive costs as (
  (select password_cost as cost from public.accounts where password_cost is not null order by password_cost limit 1)
  union all
  select (select password_cost from public.accounts where password_cost > costs.cost order by password_cost limit 1)
  from costs where costs.cost is not null
)
select cost from costs where cost is not null limit 100;

-- account_put
-- takes: $1 id text, $2 status text, $3 roles text[], $4 locale text, $5 languageTag text, $6 usernameSealed bytea, $7 usernameLookup bytea, $8 passwordHash text, $9 passwordPut bytea, $10 passwordCost text, $11 now timestamp with time zone, $12 aal smallint
-- returns: text
insert into public.accounts (id, status, roles, locale, language_tag, username_sealed, username_lookup, password_hash, password_put, password_cost, password_changed_at, aal,
  created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
  case when $8::text is null then null else $11::timestamptz end, coalesce($12::smallint, 1), $11, $11)
on conflict (id) do update set
  status = excluded.status,
  evidence_from = case when excluded.status = 'disabled' and accounts.status <> 'disabled' then $11 else accounts.evidence_from end,
  roles = excluded.roles, locale = excluded.locale, language_tag = excluded.language_tag, username_sealed = excluded.username_sealed,
  username_lookup = excluded.username_lookup, aal = coalesce($12::smallint, accounts.aal), updated_at = excluded.updated_at,
  password_hash = coalesce(excluded.password_hash, accounts.password_hash),
  -- Also when the password stays: remember which hash was sent last.
  password_put = coalesce(excluded.password_put, accounts.password_put),
  password_cost = case when excluded.password_hash is null then accounts.password_cost else excluded.password_cost end,
  -- The same hash again is not a new password: products send their accounts again and again.
  password_changed_at = case when coalesce(excluded.password_hash, accounts.password_hash) is distinct from accounts.password_hash
    then excluded.password_changed_at else accounts.password_changed_at end,
  password_recovery_id = case when coalesce(excluded.password_hash, accounts.password_hash) is not distinct from accounts.password_hash
    then accounts.password_recovery_id end
returning id;

-- account_recovery_level
-- takes: $1 strongRoles text[], $2 now timestamp with time zone, $3 account text
-- returns: integer
select (case when a.aal = 2 or a.roles && $1::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true)) then 2 else 1 end) as level from public.accounts a where a.id = $3 and a.status = 'active';

-- account_rehash_password
-- takes: $1 fresh text, $2 account text, $3 stored text
-- returns: text
update public.accounts set password_hash = $1, password_cost = null where id = $2 and password_hash = $3 returning id;

-- account_remove_addresses
-- takes: $1 now timestamp with time zone, $2 account text, $3 kept bytea[]
-- returns: nothing
update public.addresses set removed_at = $1, is_primary = false
where account_id = $2 and removed_at is null and not exact = any($3::bytea[]);

-- account_renew_known_browsers
-- takes: $1 account text, $2 network bytea, $3 now timestamp with time zone
-- returns: uuid, integer
with renewed as (
   update public.accounts set known_browsers_epoch = known_browsers_epoch + 1 where id = $1
   returning id as account_id, generation, known_browsers_epoch as epoch
 ), network as (
insert into public.known_networks as known (account_id, network, epoch, seen_at)
select renewed.account_id, sha256($2::bytea || convert_to(renewed.account_id, 'UTF8')), renewed.epoch, $3::timestamptz
from renewed where $2::bytea is not null
on conflict (account_id, network) do update set epoch = excluded.epoch, seen_at = excluded.seen_at
-- Once a day is enough, and most sign-ins write nothing.
where known.epoch <> excluded.epoch or known.seen_at < excluded.seen_at - interval '1 day'
 )
 select generation, epoch from renewed;

-- account_restore_password
-- takes: $1 stored text, $2 at timestamp with time zone, $3 setBy uuid, $4 cost text, $5 account text
-- returns: text
update public.accounts set password_hash = $1, password_changed_at = $2, updated_at = $2, password_recovery_id = $3,
 password_cost = $4
where id = $5 returning id;

-- address_compromise
-- takes: $1 at timestamp with time zone, $2 account text, $3 id uuid, $4 digests bytea[]
-- returns: text, boolean
update public.addresses set compromised_at = $1, binding = binding + 1 where account_id = $2 and (id = $3 or exact = any($4::bytea[])) and compromised_at is null
returning id::text || ':' || binding as authenticator, true as is_marked;

-- address_find
-- takes: $1 id uuid, $2 account text
-- returns: uuid, text, bytea, bytea
select d.id as address_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed, d.exact from public.addresses d where d.id = $1 and d.account_id = $2;

-- address_restore
-- takes: $1 account text, $2 id uuid, $3 digests bytea[], $4 at timestamp with time zone
-- returns: text, boolean
with former as (
  select id, compromised_at from public.addresses where account_id = $1 and (id = $2 or exact = any($3::bytea[])) and (compromised_at is not null or disabled_at is not null)
)
update public.addresses d set compromised_at = null, disabled_at = null,
  bound_at = case when former.compromised_at is null then d.bound_at else $4::timestamptz end
from former where d.id = former.id
returning d.id::text || ':' || d.binding as authenticator, former.compromised_at is not null as is_marked;

-- addresses_compromised
-- takes: $1 account text
-- returns: uuid
select id from public.addresses where account_id = $1 and compromised_at is not null;

-- assist_end
-- takes: $1 by text, $2 id uuid, $3 states text[], $4 now timestamp with time zone
-- returns: text
update public.assists set state = 'ended', ended_by = $1 where id = $2 and state = any($3::text[]) and expires_at > $4
returning account_id;

-- assist_find
-- takes: $1 id uuid
-- returns: uuid, text, uuid, uuid, text, timestamp with time zone, uuid, text
select id, account_id, generation, member_id, state, expires_at, recovery_id, ended_by from public.assists where id = $1::uuid;

-- assist_insert
-- takes: $1 account text, $2 id uuid, $3 member uuid, $4 codeDigest bytea, $5 now timestamp with time zone, $6 expiresAt timestamp with time zone
-- returns: uuid
with who as materialized (
  select a.id as account_id, a.roles, a.generation, a.known_browsers_epoch from public.accounts a where a.id = $1 and a.status = 'active' and true for share of a
)
insert into public.assists (id, account_id, generation, member_id, code_digest, state, created_at, expires_at)
select $2, account_id, generation, $3::uuid, $4, 'waiting', $5, $6 from who
on conflict (code_digest) do nothing returning id;

-- assist_look_at_account
-- takes: $1 account text
-- returns: text
select status from (select id, status, roles, generation from public.accounts
where id = $1 and (null::uuid is null or accounts.generation = null::uuid)) account;

-- assist_match
-- takes: $1 account text, $2 generation uuid, $3 recovery uuid, $4 id uuid, $5 now timestamp with time zone, $6 idleExpiresAt timestamp with time zone, $7 expiresAt timestamp with time zone, $8 guessKey bytea, $9 resendAt timestamp with time zone, $10 messageId uuid, $11 codeExpiresAt timestamp with time zone, $12 dueAt timestamp with time zone, $13 requestId uuid, $14 traceparent text, $15 stopExpiresAt timestamp with time zone
-- returns: boolean, text
with who as materialized (
   select a.id as account_id, a.roles, a.generation, a.known_browsers_epoch from public.accounts a where a.id = $1 and a.status = 'active' and ($2::uuid is null or a.generation = $2::uuid) for share of a
 ), matched as (
   update public.assists set state = 'matched', recovery_id = $3::uuid from who
   where assists.id = $4 and assists.state = 'opened' and assists.expires_at > $5
   returning assists.id, who.account_id, who.generation, assists.source_key, assists.known_as, assists.locale, assists.client_id, assists.client_authenticated
 ), opened as (
   insert into public.recoveries (id, state, created_at, idle_expires_at, expires_at, identifier_digests, source_key, known_as, guess_key, locale,
     client_id, client_authenticated, resend_at, account_id, generation, assist_id)
   select $3::uuid, 'proving', $5, $6, $7, '{}', source_key, known_as, $8::bytea, locale,
     coalesce(client_id, 'default'), client_authenticated, $9, account_id, generation, id
   from matched
   returning id, account_id, client_id
 ), message as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, counter, address_id, request_id, traceparent)
select $10, opened.id, 'recovery_code', 'queued', $5, $11, $12, 1, null::uuid, $13::uuid, $14
from opened
 ), told as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
select gen_random_uuid(), opened.id, 'recovery_assisted', 'queued', $5, $15::timestamptz, $5, address.id, $13::uuid, $14
from opened, lateral (select d.id from public.addresses d where d.account_id = opened.account_id and d.verified and d.compromised_at is null
   and (d.removed_at is null or d.removed_at > $5::timestamptz - interval '30 days')) address
 )
 select exists (select from who) as alive, (select client_id from opened) as client_id;

-- assist_open
-- takes: $1 openedBy bytea, $2 networkKey bytea, $3 knownAs jsonb, $4 locale text, $5 clientId text, $6 clientAuthenticated boolean, $7 digests bytea[], $8 now timestamp with time zone, $9 originRequestId text, $10 originSource text, $11 auditId uuid
-- returns: uuid, timestamp with time zone
with opened as (
   update public.assists set state = 'opened', opened_by = $1::bytea, source_key = $2::bytea, known_as = $3::jsonb,
     locale = $4, client_id = $5, client_authenticated = $6
   where code_digest = any($7::bytea[]) and state = 'waiting' and expires_at > $8
   returning id, account_id, expires_at
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $9::text, $10::text,
   $11::uuid, $8::timestamptz, 'assist_opened', 'person', account_id, null::uuid, jsonb_build_object('assist', id) from opened
 )
 select id, expires_at from opened;

-- assist_opened_alike
-- takes: $1 digests bytea[], $2 openers bytea[], $3 now timestamp with time zone
-- returns: uuid, timestamp with time zone
select id, expires_at from public.assists
where code_digest = any($1::bytea[]) and opened_by = any($2::bytea[]) and state in ('opened', 'matched') and expires_at > $3;

-- assists_erase
-- takes: $1 account text
-- returns: nothing
delete from public.assists where account_id = $1;

-- assists_of_account
-- takes: $1 account text
-- returns: uuid, uuid, text, timestamp with time zone, timestamp with time zone, uuid
select t.id, t.member_id, t.state, t.created_at, t.expires_at, t.recovery_id
from public.assists t, lateral (select id, status, roles, generation from public.accounts
where id = t.account_id and (t.generation is null or accounts.generation = t.generation)) owner where t.account_id = $1 order by t.id desc;

-- assists_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.assists where ctid = any(array(
  select ctid from public.assists where expires_at <= $1
  order by expires_at limit 5000 for update skip locked
));

-- audit_anchors_put
-- takes: $1 name text, $2 size bigint, $3 at timestamp with time zone
-- returns: nothing
insert into public.audit_anchors (name, size, anchored_at) values ($1, $2, $3)
on conflict (name) do update set size = excluded.size, anchored_at = excluded.anchored_at
where audit_anchors.size < excluded.size;

-- audit_anchors_read
-- takes: nothing
-- returns: text, double precision
select name, size::float8 as size from public.audit_anchors;

-- audit_checkpoints_put
-- takes: $1 size bigint, $2 note text, $3 at timestamp with time zone
-- returns: nothing
insert into public.audit_checkpoints (size, note, signed_at) values ($1, $2, $3)
on conflict (size) do update set note = excluded.note, signed_at = excluded.signed_at;

-- audit_checkpoints_thin
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.audit_checkpoints c where signed_at < $1 and exists (
  select from public.audit_checkpoints later where later.size > c.size and date_trunc('hour', later.signed_at) = date_trunc('hour', c.signed_at)
);

-- audit_count_failures
-- takes: $1 from timestamp with time zone, $2 to timestamp with time zone
-- returns: text, integer
select event as cause, count(*)::integer as count from public.audit_events
where event in ('recovery_message_dropped', 'recovery_message_failed', 'sms_circuit_breaker_opened', 'excess_rate_limit_exceeded', 'recovery_proof_failed', 'spray_attack_detected', 'recovery_denied', 'recovery_reopened', 'sequence_fail', 'authn_password_change_fail', 'authn_login_fail', 'authn_client_fail', 'authn_token_reuse', 'device_denied', 'authz_fail', 'staff_sign_in_failed', 'staff_access_denied', 'assist_refused', 'override_denied', 'override_stopped', 'override_invalid') and event not in ('recovery_started', 'recovery_message_sent', 'recovery_proven', 'recovery_completed', 'authn_token_created', 'authn_token_revoked')
  and at >= $1::timestamptz and at < $2::timestamptz
group by event;

-- audit_deletion
-- takes: $1 accountId text
-- returns: uuid, timestamp with time zone, text
select id, at, actor from public.audit_events where account_id = $1 and event = 'user_deleted' order by at desc, id desc limit 1;

-- audit_disabling
-- takes: $1 accountId text
-- returns: uuid, timestamp with time zone, text
select id, at, actor from public.audit_events
where account_id = $1 and event in ('user_created', 'user_updated') and detail->>'status' = 'disabled'
  and at > coalesce((select max(at) from public.audit_events where account_id = $1 and event in ('user_created', 'user_updated') and detail->>'status' <> 'disabled'), '-infinity')
order by at, id limit 1;

-- audit_erase
-- takes: $1 accountId text
-- returns: double precision
select public.audit_events_erase($1)::float8 as remaining;

-- audit_erasure_ask
-- takes: $1 accountId text, $2 at timestamp with time zone
-- returns: nothing
insert into public.audit_erasures (account_id, requested_at) values ($1, $2) on conflict do nothing;

-- audit_erasure_done
-- takes: $1 accountId text
-- returns: nothing
delete from public.audit_erasures where account_id = $1;

-- audit_erasure_find
-- takes: $1 accountId text
-- returns: nothing
select from public.audit_erasures where account_id = $1;

-- audit_erasures
-- takes: nothing
-- returns: text
select account_id from public.audit_erasures order by requested_at limit 100;

-- audit_export_checkpoints
-- takes: $1 from bigint, $2 until bigint
-- returns: double precision, text
select size::float8 as size, note from public.audit_checkpoints where size >= $1 and size <= $2 and size > 0 order by size;

-- audit_export_events
-- takes: $1 from bigint, $2 until bigint
-- returns: double precision, bytea, bytea, uuid, text, text, text, uuid, text, text, jsonb, text, text
select l.position::float8 as position, l.account, s.salt, e.id, e.event, e.actor, e.account_id, e.recovery_id, e.request_id, e.source, e.detail,
to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at
from public.audit_leaves l left join public.audit_events e on e.id = l.event_id left join public.audit_salts s on s.account_id = e.account_id
where l.position >= $1 and l.position < $2 order by l.position;

-- audit_export_span
-- takes: nothing
-- returns: double precision, double precision
select size::float8 as size, first::float8 as first from public.audit_sealing;

-- audit_export_unsealed
-- takes: nothing
-- returns: uuid, text, text, text, uuid, text, text, jsonb, text, text
select e.id, e.event, e.actor, e.account_id, e.recovery_id, e.request_id, e.source, e.detail,
to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at from public.audit_events e cross join public.audit_sealing s
where s.others_sealed and not exists (select from public.audit_leaves l where l.event_id = e.id and l.position >= (select first from public.audit_sealing) and l.position < (select size from public.audit_sealing)) and (
  (e.recorded_in, e.id) <= (s.recorded_in, s.event_id) or (
    s.cluster = (pg_control_system()).system_identifier and e.recorded_in >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
  ))
order by e.recorded_in, e.id limit 1000;

-- audit_find
-- takes: $1 accountId text, $2 at timestamp with time zone, $3 session text, $4 behind text[]
-- returns: uuid, text, text, text
select id, actor, event, detail->>'source' as source from public.audit_events
where account_id = $1 and at between $2::timestamptz - interval '5 seconds' and $2::timestamptz + interval '5 seconds'
  and (coalesce(detail->>'session', detail->>'family') = $3 and event in ('authn_token_revoked', 'authn_token_reuse')
    or event = any($4::text[]))
order by (coalesce(detail->>'session', detail->>'family') = $3) desc nulls last, abs(extract(epoch from at - $2::timestamptz)), id limit 1;

-- audit_find_by_id
-- takes: $1 id uuid
-- returns: uuid, timestamp with time zone, timestamp with time zone, text, text, text, uuid, text, text, jsonb
select id, at, recorded_at, event, actor, account_id, recovery_id, request_id, source, detail from public.audit_events where id = $1::uuid;

-- audit_find_by_session
-- takes: $1 at timestamp with time zone, $2 session text
-- returns: uuid, text, text, text
select id, actor, event, detail->>'source' as source from public.audit_events
where at between $1::timestamptz - interval '5 seconds' and $1::timestamptz + interval '5 seconds'
  and coalesce(detail->>'session', detail->>'family') = $2 and event in ('authn_token_revoked', 'authn_token_reuse')
order by abs(extract(epoch from at - $1::timestamptz)), id limit 1;

-- audit_find_events
-- takes: $1 keys text[], $2 ats timestamp with time zone[], $3 sessions text[], $4 owns text[], $5 events text[], $6 accountId text
-- returns: text, uuid, text, text
select sought.key, found.id, found.actor, found.event
from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[]) as sought (key, at, session, own, events),
  lateral (
    select e.id, e.actor, e.event from public.audit_events e
    where e.account_id = $6 and e.at between sought.at - interval '5 seconds' and sought.at + interval '5 seconds' and ((coalesce(e.detail->>'session', e.detail->>'family') = sought.session and e.event = any(string_to_array(sought.own, ','))) or e.event = any(string_to_array(sought.events, ',')))
    order by (coalesce(e.detail->>'session', e.detail->>'family') = sought.session and e.event = any(string_to_array(sought.own, ','))) desc nulls last, abs(extract(epoch from e.at - sought.at)), e.id limit 1
  ) found;

-- audit_heads_by_key
-- takes: nothing
-- returns: text, double precision, timestamp with time zone, boolean
select encode(substring(decode(substring(note from '— \S+ (\S+)\n$'), 'base64') from 1 for 4), 'hex') as id,
  count(*)::float8 as heads, max(signed_at) as last_at, max(size) = (select max(size) from public.audit_checkpoints) as signs
from public.audit_checkpoints group by 1 order by min(size);

-- audit_hold_decisions
-- takes: $1 after uuid, $2 until uuid
-- returns: uuid, uuid, timestamp with time zone, jsonb
select id, recovery_id, at, case when jsonb_typeof(detail->'hold'->'facts') = 'object' then detail->'hold' end as hold from public.audit_events
where id > $1::uuid and id < $2::uuid and event in ('recovery_proven', 'recovery_held') and recovery_id is not null
order by id limit 5000;

-- audit_last_checkpoint
-- takes: nothing
-- returns: double precision, text
select size::float8 as size, note from public.audit_checkpoints order by size desc limit 1;

-- audit_last_settings
-- takes: $1 process text
-- returns: jsonb
select detail from public.audit_events where event = 'settings_in_force' and detail->>'process' = $1 order by at desc, id desc limit 1;

-- audit_leaves_put
-- takes: $1 from bigint, $2 ids uuid[], $3 accounts bytea[]
-- returns: nothing
insert into public.audit_leaves (position, event_id, account)
select $1::bigint + n - 1, id, account from unnest($2::uuid[], $3::bytea[]) with ordinality as a (id, account, n);

-- audit_list_all
-- takes: $1 from timestamp with time zone, $2 to timestamp with time zone, $3 events text[], $4 afterAt timestamp with time zone, $5 afterId uuid, $6 limit integer
-- returns: uuid, timestamp with time zone, timestamp with time zone, text, text, text, uuid, text, text, jsonb, text
select id, at, recorded_at, event, actor, account_id, recovery_id, request_id, source, detail, to_jsonb(at) #>> '{}' as exact_at from public.audit_events
where true and at >= $1::timestamptz and at < $2::timestamptz and ($3::text[] is null or event = any($3::text[]))
  and (at, id) < ($4::timestamptz, $5::uuid)
order by at desc, id desc limit $6::integer + 1;

-- audit_list_of_account
-- takes: $1 accountId text, $2 from timestamp with time zone, $3 to timestamp with time zone, $4 events text[], $5 afterAt timestamp with time zone, $6 afterId uuid, $7 limit integer
-- returns: uuid, timestamp with time zone, timestamp with time zone, text, text, text, uuid, text, text, jsonb, text
select id, at, recorded_at, event, actor, account_id, recovery_id, request_id, source, detail, to_jsonb(at) #>> '{}' as exact_at from public.audit_events
where account_id = $1 and at >= $2::timestamptz and at < $3::timestamptz and ($4::text[] is null or event = any($4::text[]))
  and (at, id) < ($5::timestamptz, $6::uuid)
order by at desc, id desc limit $7::integer + 1;

-- audit_list_of_recovery
-- takes: $1 recoveryId uuid, $2 accountId text, $3 from timestamp with time zone, $4 to timestamp with time zone, $5 events text[], $6 afterAt timestamp with time zone, $7 afterId uuid, $8 limit integer
-- returns: uuid, timestamp with time zone, timestamp with time zone, text, text, text, uuid, text, text, jsonb, text
select id, at, recorded_at, event, actor, account_id, recovery_id, request_id, source, detail, to_jsonb(at) #>> '{}' as exact_at from public.audit_events
where recovery_id = $1::uuid and ($2::text is null or account_id = $2) and at >= $3::timestamptz and at < $4::timestamptz and ($5::text[] is null or event = any($5::text[]))
  and (at, id) < ($6::timestamptz, $7::uuid)
order by at desc, id desc limit $8::integer + 1;

-- audit_list_seldom
-- takes: $1 events text[], $2 from timestamp with time zone, $3 to timestamp with time zone, $4 afterAt timestamp with time zone, $5 afterId uuid, $6 limit integer
-- returns: uuid, timestamp with time zone, timestamp with time zone, text, text, text, uuid, text, text, jsonb, text
select id, at, recorded_at, event, actor, account_id, recovery_id, request_id, source, detail, to_jsonb(at) #>> '{}' as exact_at from public.audit_events
where event = ($1::text[])[1] and event not in ('recovery_started', 'recovery_message_sent', 'recovery_proven', 'recovery_completed', 'authn_token_created', 'authn_token_revoked') and at >= $2::timestamptz and at < $3::timestamptz and ($1::text[] is null or event = any($1::text[]))
  and (at, id) < ($4::timestamptz, $5::uuid)
order by at desc, id desc limit $6::integer + 1;

-- audit_log
-- takes: nothing
-- returns: uuid
select log from public.audit_sealing;

-- audit_of_request
-- takes: $1 requestId text
-- returns: uuid, timestamp with time zone, timestamp with time zone, text, text, text, uuid, text, text, jsonb
select id, at, recorded_at, event, actor, account_id, recovery_id, request_id, source, detail from public.audit_events where request_id = $1 order by at, id limit 200;

-- audit_override_endings
-- takes: $1 since timestamp with time zone, $2 overrides text[]
-- returns: text, text, uuid
select detail->>'override' as override, event, recovery_id from public.audit_events
where event in ('override_used', 'override_denied', 'override_stopped') and at > $1::timestamptz
  and detail->>'override' = any($2::text[]);

-- audit_positions
-- takes: $1 id uuid
-- returns: double precision
select l.position::float8 as position from public.audit_leaves l where l.event_id = $1 and l.position >= (select first from public.audit_sealing) and l.position < (select size from public.audit_sealing);

-- audit_prune
-- takes: nothing
-- returns: bigint
select public.audit_events_forget();

-- audit_record
-- takes: $1 originRequestId text, $2 originSource text, $3 id uuid, $4 at timestamp with time zone, $5 event text, $6 actor text, $7 accountId text, $8 recoveryId uuid, $9 detail jsonb
-- returns: nothing
insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $1::text, $2::text, $3::uuid, $4::timestamptz, $5::text, $6::text, $7::text, $8::uuid, $9::jsonb;

-- audit_salts
-- takes: $1 accounts text[], $2 salts bytea[]
-- returns: text, bytea
with made as (
  insert into public.audit_salts (account_id, salt) select * from unnest($1::text[], $2::bytea[])
  on conflict do nothing returning account_id, salt
)
select account_id, salt from made union all
select account_id, salt from public.audit_salts where account_id = any($1::text[]);

-- audit_sealing_due
-- takes: nothing
-- returns: uuid, text, boolean
select s.log, (select note from public.audit_checkpoints order by size desc limit 1) as note, not s.others_sealed or not ((s.recorded_in = 0 and s.event_id = '00000000-0000-0000-0000-000000000000') or (s.first > 0 and s.first = s.size) or exists (
  select from public.audit_leaves l join public.audit_events e on e.id = l.event_id where l.event_id = s.event_id and l.position >= (select first from public.audit_sealing) and l.position < (select size from public.audit_sealing) and e.recorded_in = s.recorded_in
)) or s.cluster is distinct from (pg_control_system()).system_identifier or coalesce((
    select e.recorded_in from public.audit_events e where (e.recorded_in, e.id) > ((select recorded_in from public.audit_sealing), (select event_id from public.audit_sealing)) order by e.recorded_in, e.id limit 1
  ) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint, false) as is_due
from public.audit_sealing s;

-- audit_sealing_next
-- takes: $1 recordedIn bigint, $2 eventId uuid, $3 limit bigint
-- returns: uuid, text, text, text, uuid, text, text, jsonb, text, text, text, boolean
select e.id, e.event, e.actor, e.account_id, e.recovery_id, e.request_id, e.source, e.detail,
to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at, e.recorded_in::text as recorded_in, (select true from public.audit_leaves l where l.event_id = e.id and l.position >= (select first from public.audit_sealing) and l.position < (select size from public.audit_sealing)) is true as is_sealed from public.audit_events e
where (e.recorded_in, e.id) > ($1::bigint, $2::uuid) and e.recorded_in < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by e.recorded_in, e.id limit $3;

-- audit_sealing_next_of_others
-- takes: $1 recordedIn bigint, $2 eventId uuid, $3 limit bigint
-- returns: uuid, text, text, text, uuid, text, text, jsonb, text, text, text, boolean
select e.id, e.event, e.actor, e.account_id, e.recovery_id, e.request_id, e.source, e.detail,
to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at, e.recorded_in::text as recorded_in, (select true from public.audit_leaves l where l.event_id = e.id and l.position >= (select first from public.audit_sealing) and l.position < (select size from public.audit_sealing)) is true as is_sealed from public.audit_events e
where (e.recorded_in, e.id) > ($1::bigint, $2::uuid) and e.recorded_in >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint order by e.recorded_in, e.id limit $3;

-- audit_sealing_put
-- takes: $1 size bigint, $2 recordedIn bigint, $3 eventId uuid, $4 othersSealed boolean
-- returns: nothing
update public.audit_sealing set size = $1, recorded_in = $2::bigint, event_id = $3, others_sealed = $4;

-- audit_sealing_sound
-- takes: nothing
-- returns: boolean
select ((s.recorded_in = 0 and s.event_id = '00000000-0000-0000-0000-000000000000') or (s.first > 0 and s.first = s.size) or exists (
  select from public.audit_leaves l join public.audit_events e on e.id = l.event_id where l.event_id = s.event_id and l.position >= (select first from public.audit_sealing) and l.position < (select size from public.audit_sealing) and e.recorded_in = s.recorded_in
)) as is_sound from public.audit_sealing s;

-- audit_sealing_take
-- takes: nothing
-- returns: uuid, double precision, text, uuid, boolean
with held as (
  select one, cluster is distinct from system_identifier as is_moved, system_identifier
  from public.audit_sealing cross join pg_control_system() for update of audit_sealing skip locked
)
update public.audit_sealing s set cluster = system_identifier,
  recorded_in = case when is_moved then 0 else recorded_in end,
  event_id = case when is_moved then '00000000-0000-0000-0000-000000000000' else event_id end,
  others_sealed = others_sealed and not (is_moved and s.cluster is not null)
from held where s.one = held.one
returning s.log, s.size::float8 as size, s.recorded_in::text as recorded_in, s.event_id, s.others_sealed;

-- audit_settings_lock
-- takes: nothing
-- returns: void
select pg_advisory_xact_lock(7235002);

-- audit_silenced_address
-- takes: $1 account text, $2 actor text, $3 since timestamp with time zone
-- returns: nothing
select from public.audit_events where account_id = $1 and event = 'address_compromised' and actor = $2 and at > $3 limit 1;

-- audit_staff_changes
-- takes: $1 since timestamp with time zone, $2 staff text[]
-- returns: text, text, timestamp with time zone, text
select coalesce(detail->>'staff', substr(actor, 7)) as staff, event, at, detail->>'role' as role from public.audit_events
where event in ('staff_disabled', 'staff_enabled', 'staff_role_changed', 'staff_registered') and at >= $1::timestamptz
  and (detail->>'staff' = any($2::text[])
    or event = 'staff_registered' and detail->>'passkeys_ended' <> '0' and substr(actor, 7) = any($2::text[]))
order by recorded_at, id;

-- audit_tiles_at
-- takes: $1 levels smallint[], $2 indexes bigint[]
-- returns: smallint, double precision, bytea
select t.level, t.index::float8 as index, t.hashes from unnest($1::smallint[], $2::bigint[]) as w (level, index)
join public.audit_tiles t using (level, index);

-- audit_tiles_put
-- takes: $1 levels smallint[], $2 indexes bigint[], $3 hashes bytea[]
-- returns: nothing
insert into public.audit_tiles (level, index, hashes)
select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
on conflict (level, index) do update set hashes = excluded.hashes;

-- audit_took_part
-- takes: $1 recovery uuid, $2 actor text
-- returns: nothing
select from public.audit_events where recovery_id = $1::uuid and event in ('assist_matched', 'override_used', 'recovery_code_requested')
and (actor = $2 or 'staff:' || (detail->>'requester') = $2 or 'staff:' || (detail->>'approver') = $2) limit 1;

-- audit_unsealed_age
-- takes: nothing
-- returns: double precision
select coalesce(extract(epoch from now() - min(recorded_at)), 0)::float8 as seconds from (
  select e.recorded_at from public.audit_events e where (e.recorded_in, e.id) > ((select recorded_in from public.audit_sealing), (select event_id from public.audit_sealing)) order by e.recorded_in, e.id limit 100
) e;

-- authenticator_accept_step
-- takes: $1 step bigint, $2 id uuid
-- returns: uuid
update public.authenticators set last_step = $1
where id = $2 and bound_at is not null and suspended_at is null and (last_step is null or last_step < $1::bigint) returning id;

-- authenticator_add_codes
-- takes: $1 id uuid, $2 kind text, $3 at timestamp with time zone, $4 session uuid, $5 from text, $6 client text, $7 countsFrom timestamp with time zone, $8 salt bytea, $9 account text, $10 digests bytea[]
-- returns: bytea
with made as (
  insert into public.authenticators (id, account_id, kind, created_at, bound_at, bound_by, bound_from, bound_client, counts_from, salt)
  select $1, id, $2::text, $3, $3, $4, $5, $6, $7::timestamptz, $8 from public.accounts where id = $9 and status = 'active' returning id
)
insert into public.backup_codes (authenticator_id, digest) select made.id, unnest($10::bytea[]) from made returning digest;

-- authenticator_add_unbound
-- takes: $1 id uuid, $2 at timestamp with time zone, $3 sealed bytea, $4 account text
-- returns: uuid
insert into public.authenticators (id, account_id, kind, created_at, secret_sealed)
select $1, id, 'totp', $2, $3 from public.accounts where id = $4 and status = 'active' returning id;

-- authenticator_disable
-- takes: $1 at timestamp with time zone, $2 ids text[]
-- returns: text
with app as (
  update public.authenticators set disabled_at = $1
  where id in (select split_part(one, ':', 1)::uuid from unnest($2::text[]) one) and id::text = any($2::text[]) and disabled_at is null returning account_id
), address as (
  update public.addresses set disabled_at = $1
  where id in (select split_part(one, ':', 1)::uuid from unnest($2::text[]) one) and id::text || ':' || binding = any($2::text[]) and disabled_at is null returning account_id
)
select account_id from app union all select account_id from address;

-- authenticator_discard_replaced
-- takes: $1 account text, $2 by uuid, $3 session uuid
-- returns: uuid
delete from public.authenticators where account_id = $1 and replaced_by = $2 and bound_by = $3::uuid returning id;

-- authenticator_history
-- takes: $1 account text
-- returns: uuid, text, timestamp with time zone, uuid, text, text, timestamp with time zone, timestamp with time zone, timestamp with time zone, uuid, bigint, integer, timestamp with time zone
select a.id, a.kind, a.bound_at, a.bound_by, a.bound_client, a.bound_from, a.counts_from, a.disabled_at, a.suspended_at, a.suspended_by,
  a.last_step, codes.codes_left, codes.code_used_at
from public.authenticators a left join lateral (
  select (count(*) filter (where c.used_at is null))::integer as codes_left, max(c.used_at) as code_used_at
  from public.backup_codes c where c.authenticator_id = a.id
) codes on true
where a.account_id = $1 and a.bound_at is not null and a.removed_at is null order by a.bound_at desc, a.id;

-- authenticator_pass_replaced_on
-- takes: $1 replacedBy uuid, $2 account text, $3 by uuid
-- returns: nothing
update public.authenticators set replaced_by = $1 where account_id = $2 and replaced_by = $3;

-- authenticator_remove
-- takes: $1 at timestamp with time zone, $2 session uuid, $3 id uuid, $4 account text
-- returns: text
update public.authenticators set removed_at = $1, removed_by = $2, suspended_at = coalesce(suspended_at, $1::timestamptz) where id = $3 and account_id = $4 and bound_at is not null and removed_at is null returning kind;

-- authenticator_remove_bound_by
-- takes: $1 account text, $2 sessions uuid[]
-- returns: text, timestamp with time zone
delete from public.authenticators where account_id = $1 and bound_by = any($2::uuid[]) returning kind, removed_at;

-- authenticator_replace_bound
-- takes: $1 at timestamp with time zone, $2 session uuid, $3 id uuid, $4 account text, $5 kind text
-- returns: nothing
update public.authenticators set removed_at = $1, removed_by = $2, suspended_at = coalesce(suspended_at, $1::timestamptz), replaced_by = $3
where account_id = $4 and kind = $5 and bound_at is not null and suspended_at is null and id <> $3;

-- authenticator_restore
-- takes: $1 at timestamp with time zone, $2 session uuid, $3 from text, $4 client text, $5 countsFrom timestamp with time zone, $6 id uuid, $7 account text
-- returns: text
update public.authenticators set suspended_at = null, suspended_by = null, bound_at = $1, bound_by = $2, bound_from = $3,
  bound_client = $4, counts_from = $5
where id = $6 and account_id = $7 and suspended_at is not null and removed_at is null returning kind;

-- authenticator_restore_removed
-- takes: $1 account text, $2 sessions uuid[]
-- returns: nothing
update public.authenticators set suspended_at = null, suspended_by = null, removed_at = null, removed_by = null, replaced_by = null
   where id in (
     select distinct on (t.kind) t.id from public.authenticators t
     where t.account_id = $1 and t.bound_at is not null and t.removed_by = any($2::uuid[]) and t.suspended_by is null and not exists (
select from public.authenticators other where other.account_id = t.account_id and other.kind = t.kind and other.bound_at is not null
  and other.suspended_at is null) order by t.kind, t.bound_at desc
   );

-- authenticator_restore_replaced
-- takes: $1 account text, $2 by uuid
-- returns: nothing
update public.authenticators set suspended_at = null, suspended_by = null, removed_at = null, removed_by = null, replaced_by = null
   where id in (
     select distinct on (t.kind) t.id from public.authenticators t
     where t.account_id = $1 and t.bound_at is not null and t.replaced_by = $2::uuid and not exists (
select from public.authenticators other where other.account_id = t.account_id and other.kind = t.kind and other.bound_at is not null
  and other.suspended_at is null) order by t.kind, t.bound_at desc
   );

-- authenticator_restore_suspended
-- takes: $1 account text, $2 recoveries uuid[]
-- returns: nothing
update public.authenticators set suspended_at = null, suspended_by = null, removed_at = null, removed_by = null, replaced_by = null
   where id in (
     select distinct on (t.kind) t.id from public.authenticators t
     where t.account_id = $1 and t.bound_at is not null and t.removed_at is null and t.suspended_by = any($2::uuid[]) and not exists (
select from public.authenticators other where other.account_id = t.account_id and other.kind = t.kind and other.bound_at is not null
  and other.suspended_at is null) order by t.kind, t.bound_at desc
   );

-- authenticator_set_replaced_aside
-- takes: $1 setAsideBy uuid, $2 account text, $3 by uuid
-- returns: nothing
update public.authenticators set removed_at = null, removed_by = null, replaced_by = null, suspended_by = $1
where account_id = $2 and replaced_by = $3;

-- authenticator_show_again
-- takes: $1 account text, $2 sessions uuid[]
-- returns: nothing
update public.authenticators set removed_at = null, removed_by = null, replaced_by = null where account_id = $1 and removed_by = any($2::uuid[]);

-- authenticator_takes_place
-- takes: $1 id uuid, $2 account text
-- returns: nothing
select from public.authenticators t join public.authenticators mine on mine.account_id = t.account_id and mine.kind = t.kind
where mine.id = $1 and mine.account_id = $2 and mine.suspended_at is not null and mine.removed_at is null and t.id <> mine.id
  and t.bound_at is not null and t.suspended_at is null;

-- authenticator_use_code
-- takes: $1 at timestamp with time zone, $2 id uuid, $3 digest bytea
-- returns: bytea
update public.backup_codes set used_at = $1 where authenticator_id = $2 and digest = $3 and used_at is null
and exists (select from public.authenticators t where t.id = $2 and t.suspended_at is null) returning digest;

-- authenticators_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.authenticators where ctid = any(array(
  select ctid from public.authenticators where removed_at <= $1
  order by removed_at limit 5000 for update skip locked
));

-- authorization_codes_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
with stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.authorization_codes') / 8192.0 / 512)))::bigint * 512 as page
)
  delete from public.authorization_codes where ctid = any(array(
  select ctid from public.authorization_codes
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + 512)::tid from stretch)
    and expires_at <= $1
  limit 5000 for update skip locked));

-- client_find
-- takes: $1 clientId text
-- returns: text, text, text, text[], text[], text[], jsonb, bytea
select client_id, name, type, redirect_uris, grants, scopes, lifetimes, secret_digest from public.clients where client_id = $1;

-- client_put
-- takes: $1 client_id text, $2 name text, $3 type text, $4 newDigest bytea, $5 redirect_uris text[], $6 grants text[], $7 scopes text[], $8 lifetimes jsonb, $9 writer text, $10 now timestamp with time zone, $11 replaceSecret boolean, $12 everyones boolean
-- returns: boolean, boolean
insert into public.clients (client_id, name, type, secret_digest, redirect_uris, grants, scopes, lifetimes, owner, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
on conflict (client_id) do update set
  name = excluded.name, type = excluded.type, redirect_uris = excluded.redirect_uris, grants = excluded.grants,
  scopes = excluded.scopes, lifetimes = excluded.lifetimes, updated_at = excluded.updated_at,
  secret_digest = case when excluded.type = 'public' then null
    when $11 then excluded.secret_digest else coalesce(clients.secret_digest, excluded.secret_digest) end,
  -- A client named in the settings belongs to the settings from now on.
  owner = case when $9::text is null then null else clients.owner end
where $12 or clients.owner = $9
returning xmax = 0 as created, secret_digest = $4 as secret_is_new;

-- client_rehash_secret
-- takes: $1 fresh bytea, $2 clientId text, $3 kept bytea
-- returns: nothing
update public.clients set secret_digest = $1 where client_id = $2 and secret_digest = $3;

-- client_secrets_by_key
-- takes: nothing
-- returns: text, integer
select case when length(secret_digest) = 32 then null else convert_from(substring(secret_digest from 3 for get_byte(secret_digest, 1)), 'latin1') end as key_id, count(*)::integer as rows from public.clients where secret_digest is not null group by 1;

-- clients_list
-- takes: $1 afterAt timestamp with time zone, $2 afterId text, $3 limit integer
-- returns: text, text, text, text[], text[], text[], jsonb, text, text
select client_id, name, type, redirect_uris, grants, scopes, lifetimes, client_id as id, to_jsonb(created_at) #>> '{}' as exact_at from public.clients where (created_at, client_id) < ($1::timestamptz, $2::text) order by created_at desc, client_id desc limit $3::integer + 1;

-- codes_under_way_by_key
-- takes: $1 now timestamp with time zone
-- returns: text, integer
select m.key_id, count(*)::integer as rows from public.messages m
where m.kind = 'recovery_code' and m.key_id is not null and m.expires_at > $1 and m.recovery_id in (select id from public.recoveries where ended_at is null and state in ('proving'))
group by 1;

-- device_code_decide
-- takes: $1 state text, $2 account text, $3 session uuid, $4 digests bytea[], $5 now timestamp with time zone
-- returns: text
update public.device_codes set state = $1, account_id = $2, session_id = $3
where user_digest = any($4::bytea[]) and state = 'pending' and expires_at > $5 returning client_id;

-- device_code_decided_alike
-- takes: $1 digests bytea[], $2 states text[], $3 session uuid, $4 now timestamp with time zone
-- returns: nothing
select from public.device_codes where user_digest = any($1::bytea[]) and state = any($2::text[]) and session_id = $3 and expires_at > $4;

-- device_code_find
-- takes: $1 digests bytea[], $2 now timestamp with time zone
-- returns: text, text, timestamp with time zone
select client_id, scope, expires_at from public.device_codes
where user_digest = any($1::bytea[]) and state = 'pending' and expires_at > $2;

-- device_code_insert
-- takes: $1 id uuid, $2 deviceDigest bytea, $3 userDigest bytea, $4 clientId text, $5 scope text, $6 now timestamp with time zone, $7 expiresAt timestamp with time zone, $8 pollMs integer
-- returns: uuid
insert into public.device_codes (id, device_digest, user_digest, client_id, scope, created_at, expires_at, poll_ms)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (user_digest) do nothing returning id;

-- device_code_poll
-- takes: $1 now timestamp with time zone, $2 digests bytea[], $3 clientId text, $4 slowDownMs integer, $5 strongRoles text[], $6 sessionId uuid, $7 scope text, $8 unusedAccessId uuid, $9 idleMs bigint, $10 accessMs bigint, $11 wholeMs bigint, $12 roleLifetimes jsonb, $13 refreshDigest bytea, $14 originRequestId text, $15 originSource text, $16 auditId uuid
-- returns: text, text, boolean, boolean, text[], uuid, text, uuid, text, text[], timestamp with time zone, bigint
with presented as (
   select id, account_id, session_id, scope, state, expires_at <= $1::timestamptz as expired,
     polled_at is not null and polled_at + poll_ms * interval '1 millisecond' > $1::timestamptz as early
   from public.device_codes where device_digest = any($2::bytea[]) and client_id = $3
 ), waited as (
   update public.device_codes d set polled_at = $1::timestamptz, poll_ms = d.poll_ms + case when p.early then $4::integer else 0 end
   from presented p where d.id = p.id and d.state = 'pending' and not p.expired
 ), let_in as (
   select id, account_id, session_id from presented where state = 'approved' and not expired
 ), approving as (
   select s.id, s.generation, s.acr from public.sessions s, let_in where s.id = let_in.session_id and s.ended_at is null
 ), who as (
   select a.id as account_id, a.roles, a.generation, a.known_browsers_epoch from public.accounts a where a.id = (select account_id from let_in) and a.status = 'active' and exists (
       select from approving
       where (approving.generation is null or a.generation = approving.generation) and (right(approving.acr, 4) = 'aal2' or (case when a.aal = 2 or a.roles && $5::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null) then 2 else 1 end) = 1)
     ) for share of a
 ), granting as materialized (
   select s.acr, s.amr, s.auth_time, s.recovery_id from public.sessions s, approving, who
   where s.id = approving.id and s.ended_at is null for share of s
 ), taken as (
   -- The count only forces the order: the account and the session are locked before the code, as everywhere.
   update public.device_codes d set state = 'used' from let_in, (select count(*) from granting) as locked
   where d.id = let_in.id and d.state = 'approved'
   returning d.id
 ), granted as (
   select granting.* from granting, taken
 ),
session as (
  insert into public.sessions (id, account_id, generation, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
    created_at, expires_at, unused_access_id)
  select $6::uuid, who.account_id, who.generation, $3::text, $7::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
    life.idle_ms, life.access_ms, $1::timestamptz, $1::timestamptz + life.whole_ms * interval '1 millisecond', $8::uuid
  from who, granted, lateral (
    select least($9::bigint, min(role."refreshIdle")) as idle_ms, least($10::bigint, min(role.access)) as access_ms,
      least($11::bigint, min(role.refresh)) as whole_ms
    from jsonb_to_recordset($12::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
    where role.name = any(who.roles)
  ) life
  returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
), first_token as (
  insert into public.refresh_tokens (digest, session_id, created_at) select $13::bytea, id, $1::timestamptz from session
), audited as (
  insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $14::text, $15::text,
  $16::uuid, $1::timestamptz, 'authn_token_created', 'client:' || $3::text, account_id, recovery_id,
    jsonb_build_object('session', id, 'acr', acr, 'amr', to_jsonb(amr))
  from session
)
 select presented.state, presented.scope, presented.expired, presented.early, who.roles,
   session.id, session.account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms
 from presented left join session on true left join who on true;

-- device_code_scope
-- takes: $1 digests bytea[], $2 clientId text
-- returns: text
select scope from public.device_codes where device_digest = any($1::bytea[]) and client_id = $2;

-- device_codes_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.device_codes where ctid = any(array(
  select ctid from public.device_codes where expires_at <= $1
  order by expires_at limit 5000 for update skip locked
));

-- diagnose_refresh_token
-- takes: $1 digests bytea[]
-- returns: uuid, text, text, uuid, timestamp with time zone, timestamp with time zone, timestamp with time zone, text, text, timestamp with time zone, timestamp with time zone
select s.id, s.account_id, s.client_id, s.recovery_id, s.created_at, least(s.expires_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) + s.idle_ms * interval '1 millisecond') as until,
s.ended_at, s.end_reason, subject.status, t.created_at as issued_at, t.replaced_at
 from public.refresh_tokens t join public.sessions s on s.id = t.session_id
   left join lateral (select id, status, roles, generation from public.accounts
 where id = s.account_id and (s.generation is null or accounts.generation = s.generation)) subject on true
 where t.digest = any($1::bytea[]);

-- diagnose_session
-- takes: $1 id uuid
-- returns: uuid, text, text, uuid, timestamp with time zone, timestamp with time zone, timestamp with time zone, text, text, timestamp with time zone, timestamp with time zone
select s.id, s.account_id, s.client_id, s.recovery_id, s.created_at, least(s.expires_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) + s.idle_ms * interval '1 millisecond') as until,
s.ended_at, s.end_reason, subject.status, null::timestamptz as issued_at, null::timestamptz as replaced_at
 from public.sessions s left join lateral (select id, status, roles, generation from public.accounts
 where id = s.account_id and (s.generation is null or accounts.generation = s.generation)) subject on true where s.id = $1;

-- diagnose_used_token
-- takes: $1 jti text
-- returns: text
select jti from public.used_token_ids where jti = $1;

-- former_password_drop_work
-- takes: $1 recoveries uuid[]
-- returns: nothing
update public.former_passwords set sealed = null where set_by = any($1::uuid[]) and sealed is not null;

-- former_password_find
-- takes: $1 recoveries uuid[], $2 now timestamp with time zone
-- returns: uuid, uuid, bytea, uuid
select id, recovery_id as recovery, sealed, set_by as "setBy" from public.former_passwords
where recovery_id = any($1::uuid[]) and until > $2;

-- former_password_prune
-- takes: $1 now timestamp with time zone
-- returns: nothing
delete from public.former_passwords where ctid = any(array(
  select ctid from public.former_passwords where until <= $1
  order by until limit 5000 for update skip locked
));

-- former_password_save
-- takes: $1 recovery uuid, $2 since timestamp with time zone, $3 formerId uuid, $4 formerSealed bytea, $5 formerSetBy uuid, $6 formerUntil timestamp with time zone, $7 keepsFormer boolean
-- returns: nothing
with mine as (
   select id from public.recoveries where id = $1::uuid and completed_at > $2::timestamptz
 )
insert into public.former_passwords (id, recovery_id, sealed, set_by, until)
select $3::uuid, mine.id, $4::bytea, $5::uuid, $6::timestamptz
from mine where $7::boolean
on conflict (recovery_id) do nothing;

-- idempotent_response_find
-- takes: $1 keys bytea[], $2 now timestamp with time zone
-- returns: bytea, uuid, json
select request, recovery_id, response from public.idempotent_responses where key = any($1::bytea[]) and expires_at > $2;

-- idempotent_response_finish
-- takes: $1 answer json, $2 answerUntil timestamp with time zone, $3 answerKey bytea
-- returns: nothing
update public.idempotent_responses set response = $1::json, expires_at = $2::timestamptz
where key = $3::bytea and response::text = 'null';

-- idempotent_response_keep
-- takes: $1 key bytea, $2 request bytea, $3 response json, $4 expiresAt timestamp with time zone, $5 recoveryId uuid, $6 now timestamp with time zone
-- returns: bytea
insert into public.idempotent_responses (key, request, recovery_id, response, expires_at)
select $1::bytea, $2::bytea, id, $3::json, $4::timestamptz from public.recoveries where id = $5
on conflict (key) do update
set request = excluded.request, recovery_id = excluded.recovery_id, response = excluded.response, expires_at = excluded.expires_at
where idempotent_responses.expires_at <= $6
returning key;

-- idempotent_response_release
-- takes: $1 key bytea
-- returns: nothing
delete from public.idempotent_responses where key = $1 and response::text = 'null';

-- idempotent_response_reserve
-- takes: $1 key bytea, $2 request bytea, $3 expiresAt timestamp with time zone, $4 recoveryId uuid, $5 keys bytea[], $6 now timestamp with time zone
-- returns: bytea
insert into public.idempotent_responses (key, request, recovery_id, response, expires_at)
select $1::bytea, $2::bytea, id, 'null'::json, $3::timestamptz from public.recoveries
where id = $4 and not exists (
  select from public.idempotent_responses before where before.key = any($5::bytea[]) and before.key <> $1 and before.expires_at > $6
)
on conflict (key) do update
set request = excluded.request, recovery_id = excluded.recovery_id, response = excluded.response, expires_at = excluded.expires_at
where idempotent_responses.expires_at <= $6
returning key;

-- idempotent_responses_prune
-- takes: $1 now timestamp with time zone
-- returns: nothing
delete from public.idempotent_responses where ctid = any(array(
  select ctid from public.idempotent_responses where expires_at <= $1
  order by expires_at limit 5000 for update skip locked
));

-- known_networks_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.known_networks where ctid = any(array(
  select ctid from public.known_networks where seen_at <= $1
  order by seen_at limit 5000 for update skip locked
));

-- limits_audit_once
-- takes: $1 key bytea, $2 at timestamp with time zone, $3 windowMs bigint, $4 originRequestId text, $5 originSource text, $6 id uuid, $7 event text, $8 actor text, $9 accountId text, $10 recoveryId uuid, $11 detail jsonb
-- returns: nothing
with first as (
   insert into public.limit_counters (key, spent, resets_at)
   select $1::bytea, 1, $2::timestamptz + $3::bigint * interval '1 millisecond'
   on conflict (key) do update set resets_at = excluded.resets_at where limit_counters.resets_at <= $2::timestamptz
   returning key
 )
 insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $4::text, $5::text, $6::uuid, $2::timestamptz, $7::text, $8::text, $9::text, $10::uuid, $11::jsonb from first;

-- limits_clear_failures
-- takes: $1 shown bytea, $2 silent bytea
-- returns: nothing
with shown as (delete from public.failed_attempts where key = $1 returning key)
delete from public.failed_attempts where key = $2::bytea and (select count(*) from shown) >= 0;

-- limits_consume
-- takes: $1 keys bytea[], $2 windows integer[], $3 quotas integer[], $4 policies text[], $5 auditIds uuid[], $6 now timestamp with time zone, $7 originRequestId text, $8 originSource text
-- returns: bytea, integer
with asked as (
   select * from unnest($1::bytea[], $2::integer[], $3::integer[], $4::text[], $5::uuid[])
     as asked (key, window_ms, quota, policy, audit_id)
 ), charged as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $6::timestamptz + charged.window_ms * interval '1 millisecond' from (select key, window_ms from asked) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $6::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $6::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
 ), audited as (
insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $7::text, $8::text, audit_id, $6::timestamptz, 'excess_rate_limit_exceeded', 'person', null, null,
  jsonb_build_object('policy', policy, 'quota', quota)
from (select audit_id, policy, quota, spent from charged join asked using (key)) counter where spent = quota + 1
 )
 select key, spent from charged;

-- limits_consume_odds
-- takes: $1 now timestamp with time zone, $2 key bytea, $3 cost double precision, $4 oddsADay double precision, $5 oddsAYear double precision
-- returns: bytea
insert into public.guess_odds (key, slot, odds, expires_at)
select charged.key, floor(extract(epoch from $1::timestamptz) / 21600)::integer, charged.cost, $1::timestamptz + case when charged.known then interval '366 days' else interval '2 days' end
from (select $2::bytea as key, $3::double precision as cost, true as known) charged left join public.guess_odds present on present.key = charged.key and present.slot = floor(extract(epoch from $1::timestamptz) / 21600)::integer
where (
select spent.day + charged.cost <= $4::double precision + 1e-12 and spent.year + charged.cost <= $5::double precision + 1e-12
from (
select coalesce(present.odds, 0) + coalesce(sum(odds) filter (where earlier.slot >= floor(extract(epoch from $1::timestamptz) / 21600)::integer - 4), 0) as day, coalesce(present.odds, 0) + coalesce(sum(odds), 0) as year
from public.guess_odds earlier where earlier.key = charged.key and earlier.slot >= floor(extract(epoch from $1::timestamptz) / 21600)::integer - 1460 and earlier.slot < floor(extract(epoch from $1::timestamptz) / 21600)::integer) spent) order by charged.key
on conflict (key, slot) do update set odds = guess_odds.odds + excluded.odds, expires_at = greatest(guess_odds.expires_at, excluded.expires_at)
  where (
select spent.day + excluded.odds <= $4::double precision + 1e-12 and spent.year + excluded.odds <= $5::double precision + 1e-12
from (
select guess_odds.odds + coalesce(sum(odds) filter (where earlier.slot >= floor(extract(epoch from $1::timestamptz) / 21600)::integer - 4), 0) as day, guess_odds.odds + coalesce(sum(odds), 0) as year
from public.guess_odds earlier where earlier.key = guess_odds.key and earlier.slot >= floor(extract(epoch from $1::timestamptz) / 21600)::integer - 1460 and earlier.slot < floor(extract(epoch from $1::timestamptz) / 21600)::integer) spent)
returning key;

-- limits_count_attempt
-- takes: $1 shown bytea, $2 now timestamp with time zone, $3 shownForgetMs bigint, $4 silent bytea, $5 silentForgetMs bigint
-- returns: integer, integer, boolean, integer
with shown as (
insert into public.failed_attempts as f (key, failures, wait_until, forget_at)
select $1::bytea, 1, $2::timestamptz + ('{0,0,0,0,30,60,120,240,480,960,1920,3600}'::integer[])[least(1, 12)] * interval '1 second', $2::timestamptz + $3::bigint * interval '1 millisecond'
on conflict (key) do update set failures = case when f.forget_at <= $2 then 1 else f.failures + 1 end, wait_until = $2::timestamptz + ('{0,0,0,0,30,60,120,240,480,960,1920,3600}'::integer[])[least(case when f.forget_at <= $2 then 1 else f.failures + 1 end, 12)] * interval '1 second', forget_at = excluded.forget_at,
  told = f.told and f.forget_at > $2
where f.wait_until <= $2 or f.forget_at <= $2
returning f.failures, f.told
 ), silent as (
insert into public.failed_attempts as f (key, failures, wait_until, forget_at)
select $4::bytea, 1, $2::timestamptz + ('{0,0,0,0,30,60,120,240,480,960,1920,3600}'::integer[])[least(1, 12)] * interval '1 second', $2::timestamptz + $5::bigint * interval '1 millisecond' from shown where $4::bytea is not null
on conflict (key) do update set failures = case when f.forget_at <= $2 then 1 else f.failures + 1 end, wait_until = $2::timestamptz + ('{0,0,0,0,30,60,120,240,480,960,1920,3600}'::integer[])[least(case when f.forget_at <= $2 then 1 else f.failures + 1 end, 12)] * interval '1 second', forget_at = excluded.forget_at,
  told = f.told and f.forget_at > $2
where f.wait_until <= $2 or f.forget_at <= $2
returning f.failures, f.told
 )
 select (select failures from shown) as shown, (select failures from silent) as silent, (select told from silent) as told,
   (select failures from public.failed_attempts where key = $1) as waiting;

-- limits_count_conversions
-- takes: $1 originRequestId text, $2 originSource text, $3 now timestamp with time zone, $4 auditIds uuid[]
-- returns: text
with turn as materialized (
   -- Every statement that charges SMS locks this row first, to avoid deadlocks.
   select scope from public.sms_spending where scope = 'instance' for update
 ), fresh as (
   update public.sms_reservations r set counted = true
   -- The select sees the table as it was before the turn; this one the row as the holder of the turn left it.
   where not r.counted and r.message_id in (
     select message_id from public.sms_reservations where proven_at is not null and not counted and exists (select from turn)
     limit 5000
   )
   returning r.prefix, r.country, r.slot, r.probing, r.proven_at
 ), touched as (
   select one.prefix, fresh.slot, fresh.proven_at, p.open_until is not null and one.prefix = any(fresh.probing) as ends
   from fresh cross join lateral (values (fresh.prefix), (fresh.country)) as one (prefix) join public.sms_prefixes p on p.prefix = one.prefix
 ), ranges as (
   select prefix, bool_or(ends) as ends, max(proven_at) as proven_at from touched group by prefix
 ), known as (
   update public.sms_prefixes p set proven_at = greatest(p.proven_at, ranges.proven_at),
     open_until = case when ranges.ends then null else p.open_until end,
     probes = case when ranges.ends then 0 else p.probes end
   from ranges where p.prefix = ranges.prefix
 ), counted as (
   update public.sms_traffic t set proven = t.proven + slots.proven
   from (select prefix, slot, count(*)::integer as proven from touched group by prefix, slot) slots
   where t.prefix = slots.prefix and t.slot = slots.slot and t.prefix not in (select prefix from ranges where ends)
 ), begun_anew as (
   delete from public.sms_traffic where prefix in (select prefix from ranges where ends)
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $1::text, $2::text,
   ids.id, $3::timestamptz, 'sms_circuit_breaker_closed', 'system', null, null, jsonb_build_object('prefix', ended.prefix)
   from (select prefix, row_number() over (order by prefix) as n from ranges where ends) ended
     join unnest($4::uuid[]) with ordinality as ids (id, n) on ids.n = ended.n
 )
 select prefix from ranges where ends;

-- limits_notify_of_failures
-- takes: $1 key bytea
-- returns: bytea
update public.failed_attempts set told = true where key = $1 and not told returning key;

-- limits_prepare_sms
-- takes: $1 now timestamp with time zone, $2 scopes text[], $3 prefixes text[]
-- returns: nothing
with spending as (
  insert into public.sms_spending (scope, resets_at) select scope, $1::timestamptz from unnest($2::text[]) scope order by scope
  on conflict (scope) do update set spent = sms_spending.spent returning scope
)
insert into public.sms_prefixes (prefix) select prefix from unnest($3::text[]) prefix where (select count(*) from spending) >= 0
order by prefix on conflict (prefix) do update set probes = sms_prefixes.probes;

-- limits_prune
-- takes: $1 now timestamp with time zone
-- returns: nothing
with stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.limit_counters') / 8192.0 / 512)))::bigint * 512 as page
)
  delete from public.limit_counters where ctid = any(array(
  select ctid from public.limit_counters
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + 512)::tid from stretch)
    and resets_at <= $1
  limit 5000 for update skip locked));

-- limits_prune_failures
-- takes: $1 now timestamp with time zone
-- returns: nothing
with stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.failed_attempts') / 8192.0 / 512)))::bigint * 512 as page
)
  delete from public.failed_attempts where ctid = any(array(
  select ctid from public.failed_attempts
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + 512)::tid from stretch)
    and forget_at <= $1
  limit 5000 for update skip locked));

-- limits_prune_odds
-- takes: $1 now timestamp with time zone
-- returns: nothing
with stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.guess_odds') / 8192.0 / 512)))::bigint * 512 as page
)
  delete from public.guess_odds where ctid = any(array(
  select ctid from public.guess_odds
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + 512)::tid from stretch)
    and expires_at <= $1
  limit 5000 for update skip locked));

-- limits_prune_sms
-- takes: $1 unknownSince timestamp with time zone
-- returns: nothing
with stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.sms_prefixes') / 8192.0 / 512)))::bigint * 512 as page
)
  delete from public.sms_prefixes where ctid = any(array(
  select ctid from public.sms_prefixes
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + 512)::tid from stretch)
    and coalesce(proven_at, '-infinity') <= $1 and coalesce(open_until, '-infinity') <= $1
       and not exists (select from public.sms_traffic t where t.prefix = sms_prefixes.prefix)
  limit 5000 for update skip locked));

-- limits_prune_sms_reservations
-- takes: $1 yesterday timestamp with time zone
-- returns: nothing
with stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.sms_reservations') / 8192.0 / 512)))::bigint * 512 as page
)
  delete from public.sms_reservations where ctid = any(array(
  select ctid from public.sms_reservations
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + 512)::tid from stretch)
    and reserved_at <= $1
  limit 5000 for update skip locked));

-- limits_prune_sms_traffic
-- takes: $1 yesterday timestamp with time zone
-- returns: nothing
with stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.sms_traffic') / 8192.0 / 512)))::bigint * 512 as page
)
  delete from public.sms_traffic where ctid = any(array(
  select ctid from public.sms_traffic
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + 512)::tid from stretch)
    and slot <= $1
  limit 5000 for update skip locked));

-- limits_prune_sms_turn
-- takes: nothing
-- returns: text
select scope from public.sms_spending where scope = 'instance' for update;

-- limits_refund_sms
-- takes: $1 messageId uuid, $2 now timestamp with time zone, $3 windowMs bigint
-- returns: nothing
with mine as (
  select country, client_id from public.sms_reservations where message_id = $1
), locked as materialized (
  select s.scope, s.resets_at from public.sms_spending s, mine
  where s.scope in ('instance', 'country ' || mine.country, 'client ' || mine.client_id)
  order by s.scope for update of s
), gone as (
  -- The counts only force the order of locks: spending, reservation, traffic.
  delete from public.sms_reservations where message_id = $1 and (select count(*) from locked) >= 0
  returning country, prefix, client_id, counts, price, unproven, reserved_at, slot
), returned as (
  -- Only within the hour that it was charged to.
  update public.sms_spending s set spent = greatest(0, s.spent - gone.price),
    unproven = greatest(0, s.unproven - case when gone.unproven then gone.price else 0 end)
  from gone, locked where s.scope = locked.scope and locked.resets_at > $2::timestamptz
    and locked.resets_at <= gone.reserved_at + $3::bigint * interval '1 millisecond'
  returning s.scope
)
update public.sms_traffic t set sent = t.sent - 1
from gone, (select count(*) from returned) ordered where gone.counts and t.slot = gone.slot and t.prefix in (gone.prefix, gone.country) and t.sent > 0;

-- limits_reserve_sms
-- takes: $1 messageId uuid, $2 now timestamp with time zone, $3 scopes text[], $4 quotas bigint[], $5 prefix text, $6 country text, $7 since timestamp with time zone, $8 matured timestamp with time zone, $9 knownSince timestamp with time zone, $10 isCode boolean, $11 probes integer, $12 countrySends integer, $13 rangeSends integer, $14 unprovenRangeSends integer, $15 countryFloor double precision, $16 rangeFloor double precision, $17 price bigint, $18 unprovenShare double precision, $19 clientId text, $20 number bytea, $21 slot timestamp with time zone, $22 resetsAt timestamp with time zone, $23 coolUntil timestamp with time zone, $24 originRequestId text, $25 originSource text, $26 countryAuditId uuid, $27 rangeAuditId uuid
-- returns: text, bigint, json
with earlier as (
   select from public.sms_reservations where message_id = $1
 ), spending as materialized (
   select s.scope, asked.quota, case when s.resets_at <= $2::timestamptz then 0 else s.spent end as spent,
     case when s.resets_at <= $2::timestamptz then 0 else s.unproven end as unproven
   from public.sms_spending s join unnest($3::text[], $4::bigint[]) as asked (scope, quota) using (scope)
   order by s.scope for update of s
 ), ranges as materialized (
   select p.prefix, p.proven_at, p.open_until, p.probes from public.sms_prefixes p
   where p.prefix in ($5, $6) and (select count(*) from spending) = cardinality($3::text[])
   order by p.prefix for update of p
 ), traffic as (
   -- For a country, count only sends that have had time to be proved. A range has to cover its own bursts.
   select t.prefix, sum(t.sent)::integer as sent, sum(t.proven)::integer as proven from public.sms_traffic t
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
     -- A range with proved codes is judged by itself, not by the rest of its country.
     when range_open or (country_open and not known) then 'sms_circuit_breaker'
     when $10::boolean and (
       select bool_or(spent + $17::bigint > quota
         or (not known and unproven + $17::bigint > quota * $18::float)) from spending
     ) then 'sms_budget'
     else 'reserved'
   end as outcome
   from whole
 ), reserved as (
   insert into public.sms_reservations (message_id, country, prefix, client_id, number, is_code, counts,
     price, unproven, reserved_at, slot, probing)
   select $1, $6, $5, $19, $20::bytea, $10, $10::boolean and not exists (
       select from public.sms_reservations r where r.number = $20::bytea and r.is_code and r.slot > $7::timestamptz
     ), $17, not verdict.known, $2, $21,
     array(select prefix from judged where state = 'half_open' and (not judged.whole or not verdict.known))
   from verdict where outcome = 'reserved' and not exists (select from earlier)
   on conflict do nothing
   returning probing, price, unproven, counts
 ), charged as (
   update public.sms_spending s set
     spent = case when s.resets_at <= $2::timestamptz then 0 else s.spent end + reserved.price,
     unproven = case when s.resets_at <= $2::timestamptz then 0 else s.unproven end
       + case when reserved.unproven then reserved.price else 0 end,
     resets_at = case when s.resets_at <= $2::timestamptz then $22::timestamptz else s.resets_at end
   from reserved where s.scope = any($3::text[])
 ), counted as (
   insert into public.sms_traffic (prefix, slot, sent)
   select prefix, $21, 1 from reserved, (values ($5), ($6)) as both_of (prefix) where counts
   on conflict (prefix, slot) do update set sent = sms_traffic.sent + 1
 ), turned as (
   update public.sms_prefixes p set
     open_until = case when judged.state = 'opening' then $23::timestamptz else p.open_until end,
     probes = case when judged.state = 'opening' then 0 else p.probes + 1 end
   from judged, verdict
   where p.prefix = judged.prefix and verdict.outcome <> 'missing' and not exists (select from earlier)
     and (judged.state = 'opening' or p.prefix in (select unnest(probing) from reserved))
   returning p.prefix, judged.state, judged.cause, judged.sent, judged.proven, judged.whole
 ), opened as (
   select prefix, cause, sent, proven, whole from turned where state = 'opening'
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $24::text, $25::text,
   case when whole then $26::uuid else $27::uuid end, $2::timestamptz, 'sms_circuit_breaker_opened',
     'system', null, null, jsonb_build_object('prefix', prefix, 'cause', cause, 'sent', sent, 'proven', proven,
       'floor', case when whole then $15::float else $16::float end)
   from opened
 )
 select verdict.outcome, (select price from reserved) as charged, coalesce((
   select json_agg(json_build_object('prefix', prefix, 'cause', cause, 'sent', sent, 'proven', proven)) from opened
 ), '[]') as opened from verdict;

-- management_clear_failures
-- takes: $1 authenticators text[]
-- returns: nothing
delete from public.limit_counters where key = any(array(select sha256(convert_to('failures ' || one, 'utf8')) from unnest($1::text[]) one));

-- message_notify_of_change
-- takes: $1 accountId text, $2 change text, $3 bound text, $4 now timestamp with time zone, $5 expiresAt timestamp with time zone, $6 requestId uuid, $7 traceparent text, $8 alsoTo uuid[], $9 notTo uuid[]
-- returns: nothing
insert into public.messages (id, account_id, kind, change, authenticator, state, created_at, expires_at, due_at, address_id, request_id,
  traceparent)
select gen_random_uuid(), $1, 'authenticators_changed', $2, $3::text, 'queued', $4, $5, $4, address.id, $6::uuid, $7
from (select id from (select d.id from public.addresses d where d.account_id = $1 and d.verified and d.compromised_at is null
  and (d.removed_at is null or d.removed_at > $4::timestamptz - interval '30 days')) known union select unnest($8::uuid[])) address
where address.id <> all($9::uuid[]);

-- messages_count_codes
-- takes: $1 from uuid, $2 to uuid
-- returns: text, integer, integer, integer, integer
select channel, (count(*) filter (where state = 'sent'))::integer as sent, (count(*) filter (where state = 'failed'))::integer as failed,
  (percentile_cont(0.5) within group (order by extract(epoch from sent_at - created_at)) * 1000)::integer as p50_ms, (percentile_cont(0.95) within group (order by extract(epoch from sent_at - created_at)) * 1000)::integer as p95_ms
from public.messages where id >= $1::uuid and id < $2::uuid and kind = 'recovery_code' and state in ('sent', 'failed') and channel is not null
group by channel order by channel;

-- messages_list_of_account
-- takes: $1 of text
-- returns: uuid, uuid, text, text, text, text, text, integer, timestamp with time zone, timestamp with time zone, timestamp with time zone, text, uuid, text, bytea, bytea
select m.id, m.recovery_id, m.kind, m.change, m.channel, m.state, m.reason, m.attempts, m.created_at, m.sent_at, m.expires_at,
   address.account_id as owner, address.address_id, address.channel as address_channel, address.sealed, address.exact
 from public.messages m left join lateral (
select a.id as account_id, a.generation, a.locale as account_locale, d.id as address_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed, d.exact,
  null as authenticator, d.verified and d.removed_at is null as is_current, true as gets_short,
  d.compromised_at is not null as is_compromised
from public.addresses d join public.accounts a on a.id = d.account_id where d.id = m.address_id) address on true
 where m.account_id = $1 order by m.created_at, m.id;

-- messages_list_of_recoveries
-- takes: $1 of uuid[]
-- returns: uuid, uuid, text, text, text, text, text, integer, timestamp with time zone, timestamp with time zone, timestamp with time zone, text, uuid, text, bytea, bytea
select m.id, m.recovery_id, m.kind, m.change, m.channel, m.state, m.reason, m.attempts, m.created_at, m.sent_at, m.expires_at,
   address.account_id as owner, address.address_id, address.channel as address_channel, address.sealed, address.exact
 from public.messages m left join lateral (
select a.id as account_id, a.generation, a.locale as account_locale, d.id as address_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed, d.exact,
  null as authenticator, d.verified and d.removed_at is null as is_current, true as gets_short,
  d.compromised_at is not null as is_compromised
from public.addresses d join public.accounts a on a.id = d.account_id where d.id = m.address_id) address on true
 where m.recovery_id = any($1::uuid[]) order by m.created_at, m.id;

-- outbox_bind_code
-- takes: $1 exact bytea, $2 messageId uuid, $3 clientShards integer, $4 clientQuota integer, $5 instanceShards integer, $6 instanceQuota integer, $7 now timestamp with time zone, $8 triesAllowed integer, $9 accountId text, $10 getsShort boolean, $11 isKnown boolean, $12 oddsADay double precision, $13 oddsAYear double precision, $14 keyId text
-- returns: bytea, text, smallint, text
with message as (
   select m.id, m.channel, m.authenticator is not null and $1::bytea is not null as is_allowed, r.state as recovery_state, r.tries, r.guess_key,
     r.client_id
   from public.messages m join public.recoveries r on r.id = m.recovery_id where m.id = $2 and m.state = 'queued'
 ), wide as (
select charge.* from message, lateral (values
  (sha256(convert_to('codes-per-client ' || (('x' || right(message.id::text, 2))::bit(8)::integer % $3::integer)::text || ' ' || message.client_id, 'utf8')), 600000, $4::integer, 'codes-per-client'),
  (sha256(convert_to('codes-per-instance ' || (('x' || right(message.id::text, 2))::bit(8)::integer % $5::integer)::text, 'utf8')), 600000, $6::integer, 'codes-per-instance')
) as charge (key, window_ms, quota, policy) where message.is_allowed
 ), wide_charged as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $7::timestamptz + charged.window_ms * interval '1 millisecond' from (select key, window_ms from wide) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $7::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $7::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
 ), outcome as (
   select (select policy from wide_charged join wide using (key) where wide_charged.spent > wide.quota limit 1) as limited_by
 ), coded as (
insert into public.guess_odds (key, slot, odds, digits, expires_at)
select coded.key, floor(extract(epoch from $7::timestamptz) / 21600)::integer, coded.tries / power(10, length.digits), length.digits, $7::timestamptz + case when coded.known then interval '366 days' else interval '2 days' end
from (
select odds.key, greatest($8::integer - message.tries, 1) as tries, $9::text is not null as known, case
    when not $10::boolean then 20 when message.channel = 'sms' then 6 else 8
  end as least
from outcome, message, lateral (values
  (case when $11::boolean then sha256(message.guess_key || convert_to('/code in a known browser', 'utf8')) else sha256(message.guess_key || convert_to('/code', 'utf8')) end),
  (case when $11::boolean then sha256(convert_to('odds/code in a known browser ' || coalesce($9::text, 'nobody ' || encode(message.guess_key, 'hex')), 'utf8')) else sha256(convert_to('odds/code ' || coalesce($9::text, 'nobody ' || encode(message.guess_key, 'hex')), 'utf8')) end)
) as odds (key)
where message.recovery_state = 'proving' and ($9::text is null or message.is_allowed and outcome.limited_by is null)) coded left join public.guess_odds present on present.key = coded.key and present.slot = floor(extract(epoch from $7::timestamptz) / 21600)::integer,
  lateral (
  select case
    when coded.least <= 6 and spent.day + coded.tries / 1e6::double precision <= $12::double precision * 0.75 + 1e-12 and spent.year + coded.tries / 1e6::double precision <= $13::double precision * 0.75 + 1e-12 then 6
    when coded.least <= 8 and spent.day + coded.tries / 1e8::double precision <= $12::double precision * 0.9375 + 1e-12 and spent.year + coded.tries / 1e8::double precision <= $13::double precision * 0.9375 + 1e-12 then 8
    when coded.least <= 10 and spent.day + coded.tries / 1e10::double precision <= $12::double precision * 0.984375 + 1e-12 and spent.year + coded.tries / 1e10::double precision <= $13::double precision * 0.984375 + 1e-12 then 10
    else greatest(coded.least, 12) end as digits
  from (
select coalesce(present.odds, 0) + coalesce(sum(odds) filter (where earlier.slot >= floor(extract(epoch from $7::timestamptz) / 21600)::integer - 4), 0) as day, coalesce(present.odds, 0) + coalesce(sum(odds), 0) as year
from public.guess_odds earlier where earlier.key = coded.key and earlier.slot >= floor(extract(epoch from $7::timestamptz) / 21600)::integer - 1460 and earlier.slot < floor(extract(epoch from $7::timestamptz) / 21600)::integer) spent) length
order by coded.key
-- A statement that waited here for another code of the same party sees what that one consumed. The attempts are recomputed from the row
-- that was to be inserted.
on conflict (key, slot) do update set expires_at = greatest(guess_odds.expires_at, excluded.expires_at), (digits, odds) = (
  select length.digits, guess_odds.odds + round(excluded.odds * power(10, excluded.digits)) / power(10, length.digits)
  from (
  select case
    when excluded.digits <= 6 and spent.day + round(excluded.odds * power(10, excluded.digits)) / 1e6::double precision <= $12::double precision * 0.75 + 1e-12 and spent.year + round(excluded.odds * power(10, excluded.digits)) / 1e6::double precision <= $13::double precision * 0.75 + 1e-12 then 6
    when excluded.digits <= 8 and spent.day + round(excluded.odds * power(10, excluded.digits)) / 1e8::double precision <= $12::double precision * 0.9375 + 1e-12 and spent.year + round(excluded.odds * power(10, excluded.digits)) / 1e8::double precision <= $13::double precision * 0.9375 + 1e-12 then 8
    when excluded.digits <= 10 and spent.day + round(excluded.odds * power(10, excluded.digits)) / 1e10::double precision <= $12::double precision * 0.984375 + 1e-12 and spent.year + round(excluded.odds * power(10, excluded.digits)) / 1e10::double precision <= $13::double precision * 0.984375 + 1e-12 then 10
    else greatest(excluded.digits, 12) end as digits
  from (
select guess_odds.odds + coalesce(sum(odds) filter (where earlier.slot >= floor(extract(epoch from $7::timestamptz) / 21600)::integer - 4), 0) as day, guess_odds.odds + coalesce(sum(odds), 0) as year
from public.guess_odds earlier where earlier.key = guess_odds.key and earlier.slot >= floor(extract(epoch from $7::timestamptz) / 21600)::integer - 1460 and earlier.slot < floor(extract(epoch from $7::timestamptz) / 21600)::integer) spent) length)
returning key, digits
 )
 -- The longer of the two lengths.
 update public.messages m set digits = coalesce(m.digits, (select max(digits) from coded)), key_id = coalesce(m.key_id, $14),
   bound_to = coalesce(m.bound_to, case when message.is_allowed and outcome.limited_by is null then $1::bytea
     else sha256(convert_to(gen_random_uuid()::text, 'utf8')) end),
   -- What another attempt has bound at the same time stays bound.
   authenticator = case when m.bound_to is not null or message.is_allowed and outcome.limited_by is null then m.authenticator end
 from message, outcome where m.id = message.id and m.state = 'queued'
 returning m.bound_to, m.key_id, m.digits, outcome.limited_by;

-- outbox_claim_notifications
-- takes: $1 messageIds uuid[]
-- returns: uuid, text, uuid, text, text[], text, timestamp with time zone, timestamp with time zone, uuid, text, text, timestamp with time zone, boolean, boolean, boolean, timestamp with time zone, text, text, uuid, text, bytea, bytea, boolean, boolean
with message as (
   select m.*, r.state as recovery_state, r.locale, r.completed_at, r.password_set, r.password_ended, r.suspended, r.held_until
   from public.messages m left join public.recoveries r on r.id = m.recovery_id
   where m.id = any($1::uuid[]) and m.kind <> 'recovery_code' and m.state = 'queued'
 ), address as (
   select message.id as message_id, found.* from message, lateral (
select a.id as account_id, a.generation, a.locale as account_locale, d.id as address_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed, d.exact,
  null as authenticator, d.verified and d.removed_at is null as is_current, true as gets_short,
  d.compromised_at is not null as is_compromised
from public.addresses d join public.accounts a on a.id = d.account_id where d.id = message.address_id) found
 ), claimed as (
   update public.messages m set attempts = m.attempts + 1, channel = address.channel
   from address where m.id = address.message_id and m.state = 'queued' and m.id in (select id from public.messages where id = any($1::uuid[]) and state = 'queued' order by id for no key update)
 )
 select message.id as message_id, message.kind, message.recovery_id, message.recovery_state, string_to_array(message.change, ' ') as changes,
   case when message.kind = 'authenticators_changed' and address.is_current then message.authenticator end as undoes,
   message.created_at, message.expires_at, message.request_id, message.traceparent, message.locale, message.completed_at,
   message.password_set, message.password_ended, message.suspended, message.held_until,
   address.account_id, address.account_locale, address.address_id, address.channel, address.sealed, address.exact, address.is_current,
   address.is_compromised
 from message left join address on address.message_id = message.id;

-- outbox_count
-- takes: nothing
-- returns: integer, timestamp with time zone
select count(*)::integer as count, min(created_at) as oldest
from (select created_at from public.messages where state = 'queued' order by due_at limit 10000) queued;

-- outbox_due_messages
-- takes: $1 now timestamp with time zone, $2 again integer
-- returns: uuid, text
update public.messages set due_at = $1::timestamptz + $2::integer * power(2, least(attempts, 9)) * interval '1 millisecond'
where id in (
  select id from public.messages where state = 'queued' and due_at <= $1 order by due_at limit 500 for update skip locked
)
returning id, kind;

-- outbox_early_receipts
-- takes: $1 providerIds text[]
-- returns: text, text
select provider_id, reason from public.sms_receipts where provider_id = any($1::text[]);

-- outbox_find_code
-- takes: $1 withoutSms boolean, $2 messageId uuid, $3 now timestamp with time zone
-- returns: uuid, uuid, timestamp with time zone, timestamp with time zone, uuid, text, integer, text, text, text, bytea, text, smallint, text, text, uuid, text, bytea, bytea, boolean, boolean, text
with message as (
   select m.*, r.account_id as owner, r.generation, r.state as recovery_state, r.identifier_digests, case when $1::boolean then 'email' else r.channel end as wanted, r.client_id, r.locale,
     r.source_key, r.known_as
   from public.messages m join public.recoveries r on r.id = m.recovery_id
   where m.id = $2 and m.kind = 'recovery_code' and m.state = 'queued'
 ), address as (
   select found.*, (
select shown.id from public.accounts a, jsonb_to_recordset(message.known_as) as shown (id uuid, generation uuid, epoch integer)
where a.id = found.account_id and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1) as browser
   from message, lateral (
select a.id as account_id, a.generation, a.locale as account_locale, d.id as address_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed, d.exact,
  d.id::text || ':' || d.binding as authenticator, true as is_current, d.disabled_at is null as gets_short
from public.accounts a join public.addresses d on d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null
where a.id = coalesce(message.owner, (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(message.identifier_digests)
  union all select account_id, exact = any(message.identifier_digests) from public.addresses where lookup = any(message.identifier_digests) and verified and removed_at is null
) found)) and a.status = 'active'
  and (message.address_id is null or d.id = message.address_id) and (d.kind = 'email' or not $1::boolean) and (message.generation is null or a.generation = message.generation)
order by (case d.kind when 'email' then 'email' else 'sms' end is not distinct from message.wanted) desc, (d.lookup = any(message.identifier_digests)) desc, d.is_primary desc, d.id
limit 1) found
 ), bound_recovery as (
   update public.recoveries r set account_id = address.account_id, generation = address.generation
   from message, address where r.id = message.recovery_id and r.account_id is null
   returning r.id
 ),
send_keys as (
  select sha256(convert_to('codes/address', 'utf8') || sending.exact|| convert_to(coalesce('/' || sending.browser, ''), 'utf8')) as short_key,
    sha256(convert_to('codes-per-day/address', 'utf8') || sending.exact|| convert_to(case when sending.browser is null then '' else '/known' end, 'utf8')) as day_key,
    case sending.channel when 'sms' then 12 else 36 end as day_quota,
    case when sending.browser is null then sha256(convert_to('codes-per-source/address', 'utf8') || sending.exact|| sending.source) end as source_key,
    case sending.channel when 'sms' then 4 else 12 end as source_quota
  from (
   -- The count only forces the order of locks: recovery, counters, message.
   select address.exact, address.channel, message.source_key as source, address.browser
   from message, address, (select count(*) from bound_recovery) locked where message.attempts = 0 and message.recovery_state = 'proving') sending
), of_source as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $3::timestamptz + charged.window_ms * interval '1 millisecond' from (
    select source_key as key, 86400000 as window_ms from send_keys
    where source_key is not null and not exists (
      select from public.limit_counters used where used.resets_at > $3::timestamptz
        and (used.key = short_key and used.spent >= 5 or used.key = day_key and used.spent >= day_quota))) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $3::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $3::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
), short_window as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $3::timestamptz + charged.window_ms * interval '1 millisecond' from (
    select short_key as key, 600000 as window_ms from send_keys left join of_source on true
    where source_key is null or of_source.spent <= source_quota) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $3::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $3::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
), whole_day as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $3::timestamptz + charged.window_ms * interval '1 millisecond' from (
    select day_key as key, 86400000 as window_ms from send_keys, short_window where short_window.spent <= 5) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $3::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $3::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
), verdict as (
  select exists (select from whole_day, send_keys where whole_day.spent <= day_quota) as may_send
), allowed as (
   select address.address_id, address.channel, address.authenticator from message, verdict, address where case when message.attempts > 0 then message.authenticator is not null else verdict.may_send end
 ), claimed as (
   update public.messages m set attempts = m.attempts + 1, address_id = coalesce(allowed.address_id, m.address_id),
     channel = coalesce(allowed.channel, m.channel, message.wanted, 'email'), authenticator = coalesce(allowed.authenticator, m.authenticator)
   from message left join allowed on true, (select count(*) from bound_recovery) locked where m.id = message.id and m.state = 'queued'
 )
 select message.id as message_id, message.recovery_id, message.created_at, message.expires_at, message.request_id, message.traceparent,
   message.counter, message.recovery_state, message.client_id, message.locale, message.bound_to, message.key_id, message.digits,
   address.account_id, address.account_locale, address.address_id, address.channel, address.sealed, address.exact, address.gets_short,
   address.browser is not null as is_known, case when not case when message.attempts > 0 then message.authenticator is not null else verdict.may_send end then 'codes' end as limited_by
 from verdict, message left join address on true;

-- outbox_overlooked_receipts
-- takes: nothing
-- returns: text, text
select receipt.provider_id, receipt.reason from public.sms_receipts receipt
where exists (select from public.messages m where m.provider_id = receipt.provider_id and m.state = 'sent') limit 500;

-- outbox_postpone
-- takes: $1 at timestamp with time zone, $2 messageId uuid
-- returns: nothing
update public.messages set due_at = greatest(due_at, $1::timestamptz) where id = $2 and state = 'queued';

-- outbox_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.messages where id in (
  select id from public.messages where account_id is not null and state <> 'queued' and created_at <= $1
  order by created_at limit 500 for update skip locked
);

-- outbox_prune_receipts
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.sms_receipts where provider_id in (select provider_id from public.sms_receipts where received_at <= $1 limit 500 for update skip locked);

-- outbox_store_receipt
-- takes: $1 providerId text, $2 reason text, $3 now timestamp with time zone
-- returns: nothing
insert into public.sms_receipts (provider_id, reason, received_at)
select $1, $2, $3 where not exists (select from public.messages where provider_id = $1)
on conflict do nothing;

-- override_approve
-- takes: $1 text text, $2 memberId uuid, $3 passkey bytea, $4 clientData bytea, $5 authenticatorData bytea, $6 signature bytea, $7 now timestamp with time zone, $8 id uuid
-- returns: uuid
update public.override_requests set approval = $1, approver_id = $2, approval_passkey = $3, approval_client_data = $4,
  approval_authenticator_data = $5, approval_signature = $6, approved_at = $7
where id = $8 and approved_at is null and denied_at is null and expires_at > $7 returning id;

-- override_count_waiting
-- takes: $1 now timestamp with time zone
-- returns: integer
select count(*)::integer as waiting from public.override_requests where approved_at is null and denied_at is null and expires_at > $1::timestamptz;

-- override_deny
-- takes: $1 now timestamp with time zone, $2 actor text, $3 id uuid
-- returns: text
update public.override_requests set denied_at = $1, denied_by = $2 where id = $3 and denied_at is null and used_at is null
returning account_id;

-- override_end_of_account
-- takes: $1 at timestamp with time zone, $2 actor text, $3 account text
-- returns: uuid
update public.override_requests set denied_at = $1, denied_by = $2 where account_id = $3 and denied_at is null and used_at is null
returning id;

-- override_erase
-- takes: $1 account text
-- returns: bigint
select public.override_requests_erase($1);

-- override_find
-- takes: $1 id uuid
-- returns: uuid, text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text, timestamp with time zone, uuid, uuid, bytea, text, uuid, bytea, bytea, bytea, bytea, text, uuid, bytea, bytea, bytea, bytea
select id, account_id, created_at, expires_at, approved_at, denied_at, denied_by, used_at, used_by, recovery_id,
use_seal, request, requester_id, request_passkey, request_client_data, request_authenticator_data, request_signature,
approval, approver_id, approval_passkey, approval_client_data, approval_authenticator_data, approval_signature from public.override_requests where id = $1;

-- override_forget
-- takes: nothing
-- returns: bigint
select public.override_requests_forget();

-- override_insert
-- takes: $1 id uuid, $2 account text, $3 text text, $4 memberId uuid, $5 passkey bytea, $6 clientData bytea, $7 authenticatorData bytea, $8 signature bytea, $9 now timestamp with time zone, $10 expiresAt timestamp with time zone
-- returns: uuid
insert into public.override_requests (id, account_id, request, requester_id, request_passkey, request_client_data,
  request_authenticator_data, request_signature, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict do nothing returning id;

-- override_list
-- takes: $1 account text, $2 state text, $3 now timestamp with time zone, $4 afterId uuid, $5 limit integer
-- returns: uuid, text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text, timestamp with time zone, uuid, uuid, bytea, text, uuid, bytea, bytea, bytea, bytea, text, uuid, bytea, bytea, bytea, bytea, text
select id, account_id, created_at, expires_at, approved_at, denied_at, denied_by, used_at, used_by, recovery_id,
use_seal, request, requester_id, request_passkey, request_client_data, request_authenticator_data, request_signature,
approval, approver_id, approval_passkey, approval_client_data, approval_authenticator_data, approval_signature, to_jsonb(created_at) #>> '{}' as exact_at from public.override_requests
 where ($1::text is null or account_id = $1) and ($2::text is null or case when denied_at is not null then 'denied' when used_at is not null then 'used'
when approved_at is null then case when expires_at > $3 then 'requested' else 'expired' end
when approved_at > $3::timestamptz - '24 hours'::interval then 'approved' when approved_at > $3::timestamptz - '24 hours'::interval - '604800 seconds'::interval then 'usable' else 'expired' end = $2) and id < $4::uuid
 order by id desc limit $5::integer + 1;

-- override_of_account
-- takes: $1 account text
-- returns: uuid, text, uuid, timestamp with time zone, uuid, timestamp with time zone, timestamp with time zone, timestamp with time zone, uuid, uuid
select o.id, o.request, o.requester_id, o.created_at, o.approver_id, o.approved_at, o.denied_at, o.used_at, o.recovery_id, owner.generation
from public.override_requests o, lateral (select id, status, roles, generation from public.accounts
where id = o.account_id and (null::uuid is null or accounts.generation = null::uuid)) owner where o.account_id = $1 order by o.id desc;

-- override_stop
-- takes: $1 now timestamp with time zone, $2 account text, $3 id uuid
-- returns: uuid, uuid
update public.override_requests set denied_at = $1, denied_by = 'person'
where account_id = $2 and denied_at is null and (used_at is null or id = $3) returning id, recovery_id;

-- override_use
-- takes: $1 now timestamp with time zone, $2 memberId uuid, $3 recovery uuid, $4 seal bytea, $5 id uuid, $6 request text, $7 approval text, $8 usableFrom timestamp with time zone, $9 usableUntil timestamp with time zone
-- returns: uuid
update public.override_requests set used_at = $1, used_by = $2, recovery_id = $3, use_seal = $4
where id = $5 and used_at is null and denied_at is null and request = $6 and approval = $7
  and approved_at <= $1::timestamptz - '24 hours'::interval
  and $8::timestamptz <= $1 and $1 < $9::timestamptz
returning id;

-- recovery_account
-- takes: $1 id uuid
-- returns: text
select account_id from public.recoveries where id = $1;

-- recovery_assurance_of_account
-- takes: $1 strongRoles text[], $2 now timestamp with time zone, $3 lost text[], $4 account text
-- returns: jsonb
select jsonb_build_object(
  'generation', a.generation,
  'stopped_at', a.stopped_at,
  'aal', (case when a.aal = 2 or a.roles && $1::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true)) then 2 else 1 end),
  'reachable', (
    select coalesce(jsonb_agg(distinct case d.kind when 'email' then 'email' else 'sms' end), '[]')
    from public.addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null and d.id::text || ':' || d.binding <> all($3::text[])
  ),
  'authenticators', (
    select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from public.authenticators t
    where t.account_id = a.id and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true) and t.disabled_at is null
      and (t.kind in ('totp') or exists (select from public.backup_codes c where c.authenticator_id = t.id and c.used_at is null)) and t.id::text <> all($3::text[])
  )
) from public.accounts a where a.id = $4 and a.status = 'active';

-- recovery_attempt_backup_code
-- takes: $1 id uuid, $2 idleExpiresAt timestamp with time zone, $3 triesAllowed integer, $4 now timestamp with time zone
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], text, integer, boolean, jsonb
with sought as materialized (
     select array(
       select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
     ) as digests from public.recoveries where id = $1
   ), meant as materialized (
     select (select id from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(sought.digests)
  union all select account_id, exact = any(sought.digests) from public.addresses where lookup = any(sought.digests) and verified and removed_at is null
) found) and status = 'active') as account_id, sought.digests from sought
   ), against as materialized (
     select case when account_id is null then (select array[lookup, exact] from public.addresses where verified and removed_at is null limit 1) else array(select sha256(digest) from unnest(digests) digest) end as digests
     from meant
   ), other as materialized (
     select (select id from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(against.digests)
  union all select account_id, exact = any(against.digests) from public.addresses where lookup = any(against.digests) and verified and removed_at is null
) found) and status = 'active') as account_id from against
   ), spent as (
     update public.recoveries set tries = tries + 1, idle_expires_at = least(expires_at, $2::timestamptz)
     from meant, other
     where id = $1 and state in ('proving') and tries < $3::integer
       and expires_at > $4 and idle_expires_at > $4 and true
     returning recoveries.id, recoveries.tries, recoveries.guess_key,
       coalesce(recoveries.account_id, meant.account_id) as account_id
   ), found as (
     select one.* from spent, lateral (select bound.*, false as short from (
select t.id::text as authenticator_id,
  jsonb_build_object('id', t.id, 'salt', encode(t.salt, 'hex'), 'digests', (
    select coalesce(jsonb_agg(encode(c.digest, 'hex')), '[]') from public.backup_codes c where c.authenticator_id = t.id and c.used_at is null
  )) as evidence
from public.authenticators t
where t.account_id = coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')) and t.kind in ('backup_code') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true) and t.disabled_at is null) bound) one
   ), paid as (
     select null::bytea as key where false
   ), affordable as (
     -- An account that was exhausted through another of its identifiers must not show it: that would reveal that both identifiers belong
     -- together. The attempt is refused like a wrong one, without a comparison.
     select true as both,
       true as identifier
   ), checked as (
     select found.*, case when found.short then sha256(convert_to('failures ' || coalesce(found.authenticator_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) end as key
     from found, spent, affordable where affordable.both
   ), charged as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond' from (select distinct key, case when authenticator_id is null then 86400000::bigint else 3153600000000 end as window_ms from checked where short) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
   )
   select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs, spent.account_id, spent.tries, affordable.identifier as affordable, (
       select coalesce(jsonb_agg(jsonb_build_object('authenticator', checked.authenticator_id, 'evidence', checked.evidence, 'short', checked.short,
         'failures', coalesce(charged.spent, 0))), '[]')
       from checked left join charged using (key)
     ) as evidence
   from public.recoveries left join spent on true, affordable
   where recoveries.id = $1;

-- recovery_attempt_code
-- takes: $1 id uuid, $2 idleExpiresAt timestamp with time zone, $3 triesAllowed integer, $4 now timestamp with time zone
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], text, integer, boolean, jsonb
with sought as materialized (
     select array(
       select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
     ) as digests from public.recoveries where id = $1
   ), meant as materialized (
     select (select id from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(sought.digests)
  union all select account_id, exact = any(sought.digests) from public.addresses where lookup = any(sought.digests) and verified and removed_at is null
) found) and status = 'active') as account_id, sought.digests from sought
   ), against as materialized (
     select case when account_id is null then (select array[lookup, exact] from public.addresses where verified and removed_at is null limit 1) else array(select sha256(digest) from unnest(digests) digest) end as digests
     from meant
   ), other as materialized (
     select (select id from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(against.digests)
  union all select account_id, exact = any(against.digests) from public.addresses where lookup = any(against.digests) and verified and removed_at is null
) found) and status = 'active') as account_id from against
   ), spent as (
     update public.recoveries set tries = tries + 1, idle_expires_at = least(expires_at, $2::timestamptz)
     from meant, other
     where id = $1 and state in ('proving') and tries < $3::integer
       and expires_at > $4 and idle_expires_at > $4 and true
     returning recoveries.id, recoveries.tries, recoveries.guess_key,
       coalesce(recoveries.account_id, meant.account_id) as account_id
   ), found as (
     select one.* from spent, lateral (
select m.authenticator as authenticator_id, coalesce(m.digits < 20, true) as short,
  jsonb_build_object('messageId', m.id, 'counter', m.counter, 'channel', m.channel, 'boundTo', encode(m.bound_to, 'hex'), 'keyId', m.key_id,
    'digits', m.digits) as evidence
from public.messages m
where m.recovery_id = $1 and m.kind = 'recovery_code' and m.bound_to is not null and m.expires_at > $4
order by m.counter desc limit 2) one
   ), paid as (
     select null::bytea as key where false
   ), affordable as (
     -- An account that was exhausted through another of its identifiers must not show it: that would reveal that both identifiers belong
     -- together. The attempt is refused like a wrong one, without a comparison.
     select true as both,
       true as identifier
   ), checked as (
     select found.*, case when found.short then sha256(convert_to('failures ' || coalesce(found.authenticator_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) end as key
     from found, spent, affordable where affordable.both
   ), charged as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond' from (select distinct key, case when authenticator_id is null then 86400000::bigint else 3153600000000 end as window_ms from checked where short) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
   )
   select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs, spent.account_id, spent.tries, affordable.identifier as affordable, (
       select coalesce(jsonb_agg(jsonb_build_object('authenticator', checked.authenticator_id, 'evidence', checked.evidence, 'short', checked.short,
         'failures', coalesce(charged.spent, 0))), '[]')
       from checked left join charged using (key)
     ) as evidence
   from public.recoveries left join spent on true, affordable
   where recoveries.id = $1;

-- recovery_attempt_link
-- takes: $1 id uuid, $2 idleExpiresAt timestamp with time zone, $3 triesAllowed integer, $4 now timestamp with time zone, $5 counter integer
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], text, integer, boolean, jsonb
with sought as materialized (
     select array(
       select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
     ) as digests from public.recoveries where id = $1
   ), meant as materialized (
     select (select id from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(sought.digests)
  union all select account_id, exact = any(sought.digests) from public.addresses where lookup = any(sought.digests) and verified and removed_at is null
) found) and status = 'active') as account_id, sought.digests from sought
   ), against as materialized (
     select case when account_id is null then (select array[lookup, exact] from public.addresses where verified and removed_at is null limit 1) else array(select sha256(digest) from unnest(digests) digest) end as digests
     from meant
   ), other as materialized (
     select (select id from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(against.digests)
  union all select account_id, exact = any(against.digests) from public.addresses where lookup = any(against.digests) and verified and removed_at is null
) found) and status = 'active') as account_id from against
   ), spent as (
     update public.recoveries set tries = tries + 1, idle_expires_at = least(expires_at, $2::timestamptz)
     from meant, other
     where id = $1 and state in ('proving') and tries < $3::integer
       and expires_at > $4 and idle_expires_at > $4 and true
     returning recoveries.id, recoveries.tries, recoveries.guess_key,
       coalesce(recoveries.account_id, meant.account_id) as account_id
   ), found as (
     select one.* from spent, lateral (
select m.authenticator as authenticator_id, false as short,
  jsonb_build_object('messageId', m.id, 'counter', m.counter, 'channel', m.channel, 'boundTo', encode(m.bound_to, 'hex'), 'keyId', m.key_id,
    'digits', m.digits) as evidence
from public.messages m
where m.recovery_id = $1 and m.kind = 'recovery_code' and m.bound_to is not null and m.counter = $5
order by m.counter desc limit 1) one
   ), paid as (
     select null::bytea as key where false
   ), affordable as (
     -- An account that was exhausted through another of its identifiers must not show it: that would reveal that both identifiers belong
     -- together. The attempt is refused like a wrong one, without a comparison.
     select true as both,
       true as identifier
   ), checked as (
     select found.*, case when found.short then sha256(convert_to('failures ' || coalesce(found.authenticator_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) end as key
     from found, spent, affordable where affordable.both
   ), charged as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond' from (select distinct key, case when authenticator_id is null then 86400000::bigint else 3153600000000 end as window_ms from checked where short) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
   )
   select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs, spent.account_id, spent.tries, affordable.identifier as affordable, (
       select coalesce(jsonb_agg(jsonb_build_object('authenticator', checked.authenticator_id, 'evidence', checked.evidence, 'short', checked.short,
         'failures', coalesce(charged.spent, 0))), '[]')
       from checked left join charged using (key)
     ) as evidence
   from public.recoveries left join spent on true, affordable
   where recoveries.id = $1;

-- recovery_attempt_totp
-- takes: $1 id uuid, $2 idleExpiresAt timestamp with time zone, $3 triesAllowed integer, $4 now timestamp with time zone, $5 oddsADay double precision, $6 oddsAYear double precision
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], text, integer, boolean, jsonb
with sought as materialized (
     select array(
       select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
     ) as digests from public.recoveries where id = $1
   ), meant as materialized (
     select (select id from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(sought.digests)
  union all select account_id, exact = any(sought.digests) from public.addresses where lookup = any(sought.digests) and verified and removed_at is null
) found) and status = 'active') as account_id, sought.digests from sought
   ), against as materialized (
     select case when account_id is null then (select array[lookup, exact] from public.addresses where verified and removed_at is null limit 1) else array(select sha256(digest) from unnest(digests) digest) end as digests
     from meant
   ), other as materialized (
     select (select id from public.accounts where id = (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any(against.digests)
  union all select account_id, exact = any(against.digests) from public.addresses where lookup = any(against.digests) and verified and removed_at is null
) found) and status = 'active') as account_id from against
   ), spent as (
     update public.recoveries set tries = tries + 1, idle_expires_at = least(expires_at, $2::timestamptz)
     from meant, other
     where id = $1 and state in ('proving') and tries < $3::integer
       and expires_at > $4 and idle_expires_at > $4 and recoveries.proofs <> '{}'
     returning recoveries.id, recoveries.tries, recoveries.guess_key,
       coalesce(recoveries.account_id, meant.account_id) as account_id
   ), found as (
     select one.* from spent, lateral (select bound.*, true as short from (
select t.id::text as authenticator_id,
  jsonb_build_object('id', t.id, 'account', t.account_id, 'sealed', encode(t.secret_sealed, 'hex'), 'lastStep', t.last_step) as evidence
from public.authenticators t
where t.account_id = coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')) and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true) and t.disabled_at is null) bound) one
   ), paid as (
insert into public.guess_odds (key, slot, odds, expires_at)
select charged.key, floor(extract(epoch from $4::timestamptz) / 21600)::integer, charged.cost, $4::timestamptz + case when charged.known then interval '366 days' else interval '2 days' end
from (
select cost.key, 0.000002::double precision as cost, true as known from spent, lateral (values
  (sha256(spent.guess_key || convert_to('/totp', 'utf8'))), (sha256(convert_to('odds/totp ' || coalesce(spent.account_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')))
) as cost (key)) charged left join public.guess_odds present on present.key = charged.key and present.slot = floor(extract(epoch from $4::timestamptz) / 21600)::integer
where (
select spent.day + charged.cost <= $5::double precision + 1e-12 and spent.year + charged.cost <= $6::double precision + 1e-12
from (
select coalesce(present.odds, 0) + coalesce(sum(odds) filter (where earlier.slot >= floor(extract(epoch from $4::timestamptz) / 21600)::integer - 4), 0) as day, coalesce(present.odds, 0) + coalesce(sum(odds), 0) as year
from public.guess_odds earlier where earlier.key = charged.key and earlier.slot >= floor(extract(epoch from $4::timestamptz) / 21600)::integer - 1460 and earlier.slot < floor(extract(epoch from $4::timestamptz) / 21600)::integer) spent) order by charged.key
on conflict (key, slot) do update set odds = guess_odds.odds + excluded.odds, expires_at = greatest(guess_odds.expires_at, excluded.expires_at)
  where (
select spent.day + excluded.odds <= $5::double precision + 1e-12 and spent.year + excluded.odds <= $6::double precision + 1e-12
from (
select guess_odds.odds + coalesce(sum(odds) filter (where earlier.slot >= floor(extract(epoch from $4::timestamptz) / 21600)::integer - 4), 0) as day, guess_odds.odds + coalesce(sum(odds), 0) as year
from public.guess_odds earlier where earlier.key = guess_odds.key and earlier.slot >= floor(extract(epoch from $4::timestamptz) / 21600)::integer - 1460 and earlier.slot < floor(extract(epoch from $4::timestamptz) / 21600)::integer) spent)
returning key
   ), affordable as (
     -- An account that was exhausted through another of its identifiers must not show it: that would reveal that both identifiers belong
     -- together. The attempt is refused like a wrong one, without a comparison.
     select (select count(*) from paid) = 2 as both,
       exists (select from paid, spent where paid.key = sha256(spent.guess_key || convert_to('/totp', 'utf8'))) as identifier
   ), checked as (
     select found.*, case when found.short then sha256(convert_to('failures ' || coalesce(found.authenticator_id, 'nobody ' || encode(spent.guess_key, 'hex')), 'utf8')) end as key
     from found, spent, affordable where affordable.both
   ), charged as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond' from (select distinct key, case when authenticator_id is null then 86400000::bigint else 3153600000000 end as window_ms from checked where short) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
   )
   select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs, spent.account_id, spent.tries, affordable.identifier as affordable, (
       select coalesce(jsonb_agg(jsonb_build_object('authenticator', checked.authenticator_id, 'evidence', checked.evidence, 'short', checked.short,
         'failures', coalesce(charged.spent, 0))), '[]')
       from checked left join charged using (key)
     ) as evidence
   from public.recoveries left join spent on true, affordable
   where recoveries.id = $1;

-- recovery_attest
-- takes: $1 state text, $2 proofs text[], $3 amrs text[], $4 authenticators text[], $5 times timestamp with time zone[], $6 acr text, $7 generation uuid, $8 heldUntil timestamp with time zone, $9 now timestamp with time zone, $10 heldFor timestamp with time zone, $11 heldBy text[], $12 comesBackUntil timestamp with time zone, $13 expiresAt timestamp with time zone, $14 idleExpiresAt timestamp with time zone, $15 id uuid, $16 account text, $17 before text[], $18 requestId uuid, $19 traceparent text, $20 originRequestId text, $21 originSource text, $22 auditId uuid, $23 event text, $24 actor text, $25 kind text, $26 amr text, $27 decision jsonb
-- returns: uuid
with won as (
   update public.recoveries set state = $1, proofs = $2, amr = $3, proof_authenticators = $4, proof_times = $5,
     acr = $6, generation = $7::uuid,
held_until = case when $1 = 'held' then $8::timestamptz when $1 = 'proven' and held_until > $9 then $9 else held_until end,
held_for = case when $1 = 'held' then $10::timestamptz else held_for end,
held_by = case when $1 = 'held' then $11::text[] when $1 = 'proven' then held_by end,
proven_at = case when $1 = 'proven' then $9::timestamptz end,
expires_at = case when $1 = 'held' then $12::timestamptz when state = 'held' and $1 = 'proving' then $13::timestamptz else expires_at end,
idle_expires_at = case when $1 = 'held' then $12::timestamptz when state = 'held' and $1 = 'proving' then $14::timestamptz else idle_expires_at end
   where id = $15 and state in ('proving') and account_id = $16 and assist_id is not null
     and coalesce(generation, $7) = $7 and proofs = $17::text[]
     and expires_at > $9 and recoveries.idle_expires_at > $9
   returning id, account_id
 ), told as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
select gen_random_uuid(), won.id, 'recovery_held', 'queued', $9, $8::timestamptz, $9, address.id, $18::uuid, $19
from won, lateral (select d.id from public.addresses d where d.account_id = won.account_id and d.verified and d.compromised_at is null
   and (d.removed_at is null or d.removed_at > $9::timestamptz - interval '30 days')) address where $1 = 'held'
 )
 insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $20::text, $21::text,
 $22::uuid, $9::timestamptz, $23, $24, won.account_id, won.id,
   jsonb_build_object('kind', $25::text, 'amr', $26::text) || $27::jsonb
 from won returning id;

-- recovery_cancel
-- takes: $1 now timestamp with time zone, $2 id uuid, $3 originRequestId text, $4 originSource text, $5 auditId uuid
-- returns: boolean, boolean, text, timestamp with time zone, text, text
with ended as (
   update public.recoveries set state = 'cancelled', ended_at = $1, identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea
   where id = $2 and state in ('proving', 'held', 'proven')
   returning id, account_id, proofs
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $3::text, $4::text,
   $5::uuid, $1::timestamptz, 'recovery_cancelled', 'person', account_id, id, '{}'::jsonb from ended
 )
 select exists (select from ended) as ended, exists (select from ended where proofs <> '{}') as proved, state, completed_at,
   redirect_uri, redirect_state
 from public.recoveries where id = $2;

-- recovery_claim
-- takes: $1 leaseId uuid, $2 leaseExpiresAt timestamp with time zone, $3 id uuid, $4 now timestamp with time zone, $5 gathersFacts boolean, $6 strongRoles text[]
-- returns: text, text, text, boolean, timestamp with time zone, bytea, text, text, text, jsonb, text[], uuid, timestamp with time zone, text, text[], text[], text[], timestamp with time zone[], boolean[], jsonb
update public.recoveries set lease_id = $1, lease_expires_at = $2
 where id = $3 and state in ('proven') and expires_at > $4 and idle_expires_at > $4
   and (lease_id is null or lease_expires_at <= $4)
 returning state, account_id, client_id, not client_authenticated and exists (select from public.clients where client_id = recoveries.client_id and type = 'confidential') as client_must_authenticate,
   proven_at, source_key, redirect_uri, redirect_state, code_challenge,
(
case when $5::boolean then jsonb_build_object(
  'new_browser', (
select shown.id from public.accounts a, jsonb_to_recordset(recoveries.known_as) as shown (id uuid, generation uuid, epoch integer)
where a.id = recoveries.account_id and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1) is null,
  'new_network', not exists (
select from public.known_networks n join public.accounts a on a.id = n.account_id and a.known_browsers_epoch = n.epoch
where n.account_id = recoveries.account_id and n.network = sha256(recoveries.source_key || convert_to(recoveries.account_id, 'UTF8'))),
  'attempts', greatest(0, recoveries.tries - cardinality(array_remove(recoveries.proofs, 'attested'))) + (
    select coalesce(sum(greatest(0, other.tries - cardinality(other.proofs))), 0)::integer from public.recoveries other
    where other.account_id = recoveries.account_id and other.id <> recoveries.id and other.created_at > $4::timestamptz - interval '24 hours'),
  'started_by_staff', recoveries.assist_id is not null,
'address_changed_hours', (
  select case when max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at)) is not null then greatest(0, floor(extract(epoch from $4::timestamptz - max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at))) / 3600))::integer end
  from public.addresses d join public.accounts a on a.id = d.account_id where d.account_id = recoveries.account_id),
'authenticator_changed_hours', (
  select case when max(greatest(t.bound_at, t.removed_at)) is not null then greatest(0, floor(extract(epoch from $4::timestamptz - max(greatest(t.bound_at, t.removed_at))) / 3600))::integer end from public.authenticators t where t.account_id = recoveries.account_id and t.bound_at is not null),
'stopped_before_hours', (select case when a.stopped_at is not null then greatest(0, floor(extract(epoch from $4::timestamptz - a.stopped_at) / 3600))::integer end from public.accounts a where a.id = recoveries.account_id),
'single_address', (
  select count(*) <= 1 from public.addresses d where d.account_id = recoveries.account_id and d.verified and d.removed_at is null and d.compromised_at is null),
'roles', (select to_jsonb(a.roles) from public.accounts a where a.id = recoveries.account_id)
) end) as facts, recoveries.held_by,
recoveries.generation, recoveries.held_until, to_jsonb(recoveries.held_for) #>> '{}' as held_for, recoveries.proofs, recoveries.amr, recoveries.proof_authenticators, recoveries.proof_times,
array(
select exists (
  select from public.accounts a
  where a.id = recoveries.account_id and a.status = 'active' and (recoveries.generation is null or a.generation = recoveries.generation)
    and coalesce(greatest(a.password_changed_at, a.evidence_from) <= proof.at, true) and
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end
)
from unnest(recoveries.proof_authenticators, recoveries.proof_times) with ordinality as proof (authenticator, at, nth) order by nth) as held, (
select jsonb_build_object(
  'generation', a.generation,
  'stopped_at', a.stopped_at,
  'aal', (case when a.aal = 2 or a.roles && $6::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true)) then 2 else 1 end),
  'reachable', (
    select coalesce(jsonb_agg(distinct case d.kind when 'email' then 'email' else 'sms' end), '[]')
    from public.addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null
  ),
  'authenticators', (
    select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from public.authenticators t
    where t.account_id = a.id and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true) and t.disabled_at is null
      and (t.kind in ('totp') or exists (select from public.backup_codes c where c.authenticator_id = t.id and c.used_at is null))
  )
) from public.accounts a where a.id = recoveries.account_id and a.status = 'active') as assurance;

-- recovery_claim_look
-- takes: $1 id uuid
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], uuid
select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs, lease_id from public.recoveries where id = $1;

-- recovery_claim_repeat
-- takes: $1 leaseId uuid, $2 leaseExpiresAt timestamp with time zone, $3 id uuid, $4 completedAfter timestamp with time zone, $5 byCode boolean, $6 strongRoles text[], $7 now timestamp with time zone
-- returns: text, text, uuid, text, text[], timestamp with time zone, text[], timestamp with time zone, text, text, text, integer
update public.recoveries set lease_id = $1, lease_expires_at = $2
 where id = $3 and state = 'completed' and completed_at > $4
and ($5::boolean or client_authenticated or not exists (select from public.clients where client_id = recoveries.client_id and type = 'confidential'))
and exists (select from public.accounts a where a.id = account_id and a.status = 'active' and (
(generation is null or a.generation = generation) and (right(acr, 4) = 'aal2' or acr = 'urn:rekey:recovery:attested' or (case when a.aal = 2 or a.roles && $6::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $7::timestamptz, true)) then 2 else 1 end) = 1)
and (a.password_recovery_id is not distinct from recoveries.id or coalesce(a.password_changed_at <= (select min(proved) from unnest(proof_times) proved), true))
and coalesce(a.evidence_from <= (select min(proved) from unnest(proof_times) proved), true)
and not exists (select from unnest(proof_authenticators) as proof (authenticator) where not (
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $7::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end))))
and exists (select from public.accounts a where a.id = account_id and coalesce(a.stopped_at < recoveries.created_at - interval '1 day', true)) and (lease_id is null or lease_expires_at <= $7)
 returning account_id, client_id, generation, acr, amr, proven_at, proof_authenticators, (select min(proved) from unnest(proof_times) proved) as since, redirect_uri, redirect_state, code_challenge,
   (select a.known_browsers_epoch from public.accounts a where a.id = account_id) as epoch;

-- recovery_claim_repeat_look
-- takes: $1 id uuid, $2 completedAfter timestamp with time zone, $3 byCode boolean, $4 strongRoles text[], $5 now timestamp with time zone
-- returns: uuid
select id from public.recoveries where id = $1 and state = 'completed' and completed_at > $2
and ($3::boolean or client_authenticated or not exists (select from public.clients where client_id = recoveries.client_id and type = 'confidential'))
and exists (select from public.accounts a where a.id = account_id and a.status = 'active' and (
(generation is null or a.generation = generation) and (right(acr, 4) = 'aal2' or acr = 'urn:rekey:recovery:attested' or (case when a.aal = 2 or a.roles && $4::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $5::timestamptz, true)) then 2 else 1 end) = 1)
and (a.password_recovery_id is not distinct from recoveries.id or coalesce(a.password_changed_at <= (select min(proved) from unnest(proof_times) proved), true))
and coalesce(a.evidence_from <= (select min(proved) from unnest(proof_times) proved), true)
and not exists (select from unnest(proof_authenticators) as proof (authenticator) where not (
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $5::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end))))
and exists (select from public.accounts a where a.id = account_id and coalesce(a.stopped_at < recoveries.created_at - interval '1 day', true));

-- recovery_complete
-- takes: $1 id uuid, $2 now timestamp with time zone, $3 passwordHash text, $4 endsPassword boolean, $5 leaseId uuid, $6 generation uuid, $7 acr text, $8 strongRoles text[], $9 since timestamp with time zone, $10 stop timestamp with time zone, $11 formerId uuid, $12 formerSealed bytea, $13 formerSetBy uuid, $14 formerUntil timestamp with time zone, $15 keepsFormer boolean, $16 noticeExpiresAt timestamp with time zone, $17 requestId uuid, $18 traceparent text, $19 originRequestId text, $20 originSource text, $21 auditId uuid
-- returns: text, timestamp with time zone, boolean
with planted as materialized (
select t.id from public.authenticators t
where t.account_id = (select account_id from public.recoveries where id = $1) and t.bound_at is not null and t.suspended_at is null and t.bound_by is not null
  and t.bound_at > $2::timestamptz - interval '30 days'
  and not exists (select from unnest((select proof_authenticators from public.recoveries where id = $1)) as used (id) where used.id = t.id::text)
 ), completed as (
   update public.recoveries set suspended = exists (select from planted), state = 'completed', completed_at = $2, ended_at = $2, lease_id = null,
     password_set = $3::text is not null, password_ended = $4::boolean, identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea
   where id = $1 and lease_id = $5 and state in ('proven') and coalesce(held_until <= $2, true)
     and exists (select from public.accounts a where a.id = account_id and a.status = 'active' and (
($6::uuid is null or a.generation = $6::uuid) and (right($7::text, 4) = 'aal2' or $7::text = 'urn:rekey:recovery:attested' or (case when a.aal = 2 or a.roles && $8::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true)) then 2 else 1 end) = 1)
and (a.password_recovery_id is not distinct from $1::uuid or coalesce(a.password_changed_at <= $9::timestamptz, true))
and coalesce(a.evidence_from <= $9::timestamptz, true)
and not exists (select from unnest(proof_authenticators) as proof (authenticator) where not (
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end)))) and exists (select from public.accounts a where a.id = account_id and (a.stopped_at is null or a.stopped_at = $10::timestamptz))
   returning id, account_id, client_id, created_at, password_ended
 ), password as (
update public.accounts set password_hash = $3::text, password_changed_at = $2, updated_at = $2,
  password_recovery_id = $1::uuid, password_cost = null
where id = (select account_id from completed) and ($3::text is not null or $4::boolean and password_hash is not null)
 ), former as (
insert into public.former_passwords (id, recovery_id, sealed, set_by, until)
select $11::uuid, completed.id, $12::bytea, $13::uuid, $14::timestamptz
from completed where $15::boolean
on conflict (recovery_id) do nothing
 ), set_aside as (
   update public.authenticators set suspended_at = $2, suspended_by = $1::uuid where id in (select id from (select planted.id from planted, completed) theirs) returning id, kind
 ), older as (
update public.sessions set ended_at = $2, end_reason = 'recovery'
where ended_at is null
  and id in (select id from public.sessions where ended_at is null and account_id = (select account_id from completed) and recovery_id is distinct from $1::uuid order by id for no key update)
 ), notices as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
select gen_random_uuid(), completed.id, 'recovery_completed', 'queued', $2, $16, $2, address.id, $17::uuid, $18
from completed, lateral (select d.id from public.addresses d where d.account_id = completed.account_id and d.verified and d.compromised_at is null
   and (d.removed_at is null or d.removed_at > $2::timestamptz - interval '30 days')) address
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $19::text, $20::text,
   $21::uuid, $2::timestamptz, 'recovery_completed', 'person', account_id, id,
     jsonb_build_object('password_set', $3::text is not null, 'password_ended', $4::boolean,
       'suspended', (select coalesce(jsonb_agg(kind order by kind), '[]') from set_aside))
   from completed
 )
 select client_id, created_at, password_ended from completed;

-- recovery_completed_by_address
-- takes: $1 account text, $2 addresses text[]
-- returns: uuid, timestamp with time zone
select id, completed_at from public.recoveries where account_id = $1 and completed_at is not null and exists (
select from unnest(proof_authenticators) authenticator where split_part(authenticator, ':', 1) = any($2::text[]));

-- recovery_consume_proof
-- takes: $1 state text, $2 proofs text[], $3 amrs text[], $4 authenticators text[], $5 times timestamp with time zone[], $6 acr text, $7 heldUntil timestamp with time zone, $8 now timestamp with time zone, $9 heldFor timestamp with time zone, $10 heldBy text[], $11 comesBackUntil timestamp with time zone, $12 expiresAt timestamp with time zone, $13 idleExpiresAt timestamp with time zone, $14 account text, $15 generation uuid, $16 id uuid, $17 before text[], $18 authenticator text, $19 requestId uuid, $20 traceparent text, $21 messageId uuid, $22 answer json, $23 answerUntil timestamp with time zone, $24 answerKey bytea, $25 originRequestId text, $26 originSource text, $27 auditId uuid, $28 event text, $29 kind text, $30 amr text, $31 decision jsonb
-- returns: jsonb
with won as (
   update public.recoveries set state = $1, proofs = $2, amr = $3, proof_authenticators = $4, proof_times = $5,
     acr = $6,
held_until = case when $1 = 'held' then $7::timestamptz when $1 = 'proven' and held_until > $8 then $8 else held_until end,
held_for = case when $1 = 'held' then $9::timestamptz else held_for end,
held_by = case when $1 = 'held' then $10::text[] when $1 = 'proven' then held_by end,
proven_at = case when $1 = 'proven' then $8::timestamptz end,
expires_at = case when $1 = 'held' then $11::timestamptz when state = 'held' and $1 = 'proving' then $12::timestamptz else expires_at end,
idle_expires_at = case when $1 = 'held' then $11::timestamptz when state = 'held' and $1 = 'proving' then $13::timestamptz else idle_expires_at end,
     account_id = $14::text, generation = $15::uuid
   where id = $16 and state in ('proving') and coalesce(account_id, $14) = $14
     and coalesce(generation, $15) = $15 and proofs = $17::text[]
   returning id, account_id
 ), forgotten as (
   delete from public.limit_counters where key = any(array(select sha256(convert_to('failures ' || $18::text, 'utf8')) from won))
 ), short_again as (
update public.addresses set disabled_at = null where id in (
  select id from public.addresses where id = split_part((select $18::text from won), ':', 1)::uuid and binding::text = split_part((select $18::text from won), ':', 2)
    and disabled_at is not null for no key update skip locked
)
 ), told as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
select gen_random_uuid(), won.id, 'recovery_held', 'queued', $8, $7::timestamptz, $8, address.id, $19::uuid, $20
from won, lateral (select d.id from public.addresses d where d.account_id = won.account_id and d.verified and d.compromised_at is null
   and (d.removed_at is null or d.removed_at > $8::timestamptz - interval '30 days')) address where $1 = 'held'
 ), paid_off as (
update public.sms_reservations set proven_at = $8::timestamptz
where proven_at is null and is_code and message_id in (select $21::uuid from won)
 ), answered as (
update public.idempotent_responses set response = $22::json, expires_at = $23::timestamptz
where key = $24::bytea and exists (select from won)
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $25::text, $26::text,
   $27::uuid, $8::timestamptz, $28, 'person', won.account_id, won.id,
     jsonb_build_object('kind', $29::text, 'amr', $30::text) || $31::jsonb
   from won
 )
 select (
select jsonb_agg(jsonb_build_object('id', a.id, 'account', a.account_id, 'channel', a.channel, 'sealed', encode(a.sealed, 'hex')))
from (
select d.id, d.account_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed from public.addresses d
where d.account_id = won.account_id and d.verified and d.removed_at is null and d.compromised_at is null
order by d.is_primary desc, d.id) a) as offers from won;

-- recovery_count
-- takes: $1 now timestamp with time zone, $2 from uuid, $3 to uuid
-- returns: integer, integer, integer, integer, integer, integer, integer
select count(*)::integer as started,
  (count(*) filter (where proven_at is not null or held_by is not null))::integer as proven,
  (count(*) filter (where held_by is not null))::integer as held,
  (count(*) filter (where completed_at is not null))::integer as completed,
  (count(*) filter (where state = 'stopped'))::integer as stopped,
  (count(*) filter (where state = 'cancelled'))::integer as cancelled,
  (count(*) filter (where state = 'expired'
    or state in ('proving', 'held', 'proven') and least(expires_at, idle_expires_at) <= $1::timestamptz))::integer as expired
from public.recoveries where id >= $2::uuid and id < $3::uuid;

-- recovery_count_held
-- takes: $1 now timestamp with time zone
-- returns: integer
select count(*)::integer as held from public.recoveries where ended_at is null and state = 'held' and held_until > $1::timestamptz;

-- recovery_deny
-- takes: $1 now timestamp with time zone, $2 id uuid, $3 originRequestId text, $4 originSource text, $5 auditId uuid, $6 actor text, $7 reason text
-- returns: uuid
with decided as (
     update public.recoveries set state = 'stopped', ended_at = $1, lease_id = null, identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea
     where id = $2 and state in ('held') and expires_at > $1 and idle_expires_at > $1
     returning id, account_id
   ), silenced as (
update public.messages set state = 'dropped', reason = 'ended'
where state = 'queued' and id in (
select m.id from public.messages m join decided on m.recovery_id = decided.id where m.state = 'queued' order by m.id for no key update of m)
   )
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $3::text, $4::text, $5::uuid, $1::timestamptz, 'recovery_denied', $6::text, account_id, id, jsonb_build_object('reason', $7::text)
   from decided returning id;

-- recovery_end_by_address
-- takes: $1 at timestamp with time zone, $2 account text, $3 addresses text[], $4 originRequestId text, $5 originSource text, $6 actor text
-- returns: uuid
with ended as (
     update public.recoveries set state = 'stopped', ended_at = $1, lease_id = null, identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea
     where account_id = $2 and state in ('proving', 'held', 'proven') and proofs <> '{}' and exists (
select from unnest(proof_authenticators) authenticator where split_part(authenticator, ':', 1) = any($3::text[]))
     returning id, account_id
   ), silenced as (
update public.messages set state = 'dropped', reason = 'ended'
where state = 'queued' and id in (
select m.id from public.messages m join ended on m.recovery_id = ended.id where m.state = 'queued' and m.kind = 'recovery_code' order by m.id for no key update of m)
   ), audited as (
     insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $4::text, $5::text,
     gen_random_uuid(), $1::timestamptz, 'recovery_stopped', $6, account_id, id, '{"by": "management"}'::jsonb from ended
   )
   select id from ended;

-- recovery_end_proven
-- takes: $1 at timestamp with time zone, $2 account text, $3 originRequestId text, $4 originSource text, $5 actor text
-- returns: uuid
with ended as (
     update public.recoveries set state = 'stopped', ended_at = $1, lease_id = null, identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea
     where account_id = $2 and state in ('proving', 'held', 'proven') and proofs <> '{}' and true
     returning id, account_id
   ), silenced as (
update public.messages set state = 'dropped', reason = 'ended'
where state = 'queued' and id in (
select m.id from public.messages m join ended on m.recovery_id = ended.id where m.state = 'queued' and m.kind = 'recovery_code' order by m.id for no key update of m)
   ), audited as (
     insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $3::text, $4::text,
     gen_random_uuid(), $1::timestamptz, 'recovery_stopped', $5, account_id, id, '{"by": "management"}'::jsonb from ended
   )
   select id from ended;

-- recovery_end_without_account
-- takes: $1 now timestamp with time zone, $2 id uuid, $3 originRequestId text, $4 originSource text, $5 auditId uuid
-- returns: uuid
with ended as (
   update public.recoveries set state = 'stopped', ended_at = $1, lease_id = null, identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea
   where id = $2 and state in ('proving', 'held', 'proven') and (lease_id is null or lease_expires_at <= $1)
   returning id, account_id
 )
 insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $3::text, $4::text,
 $5::uuid, $1::timestamptz, 'recovery_stopped', 'system', account_id, id, '{"by": "account"}'::jsonb from ended
 returning id;

-- recovery_erase_account
-- takes: $1 account text
-- returns: nothing
with theirs as (
   -- Open recoveries belong to nobody from now on, like those that were started for an unknown identifier.
   update public.recoveries set account_id = null, generation = null where account_id = $1 returning id
 ), silenced as (
update public.messages set authenticator = null, address_id = null,
  state = case when messages.state = 'queued' then 'dropped' else messages.state end,
  reason = case when messages.state = 'queued' then 'ended' else messages.reason end
where id in (
select m.id from public.messages m join theirs on m.recovery_id = theirs.id where true order by m.id for no key update of m)
 ), former as (
   delete from public.former_passwords using theirs where former_passwords.recovery_id = theirs.id
 ), responses as (
   delete from public.idempotent_responses using theirs where idempotent_responses.recovery_id = theirs.id
 )
 delete from public.messages where account_id = $1;

-- recovery_expire
-- takes: $1 now timestamp with time zone, $2 startedBefore uuid
-- returns: integer, uuid[]
with ended as (
   update public.recoveries set state = 'expired', ended_at = $1, identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea
   where id in (
     -- By the index of what has not ended: what is older than the idle time and still there is in use, on hold, or due.
     select id from public.recoveries
     where ended_at is null and id < $2::uuid
       and state in ('proving', 'held', 'proven') and least(idle_expires_at, expires_at) <= $1
       and (lease_expires_at is null or lease_expires_at <= $1)
     order by id limit 500 for update skip locked
   )
   returning id, proofs
 ), silenced as (
update public.messages set state = 'dropped', reason = 'ended'
where state = 'queued' and id in (
select m.id from public.messages m join ended on m.recovery_id = ended.id where m.state = 'queued' order by m.id for no key update of m)
 )
 select count(*)::integer as expired, coalesce(array_agg(id) filter (where proofs <> '{}'), '{}') as proven from ended;

-- recovery_has_password
-- takes: $1 id uuid
-- returns: text, boolean
select client_id, exists (select from public.accounts a where a.id = recoveries.account_id and a.password_hash is not null) as has from public.recoveries where id = $1 and state = 'proven';

-- recovery_judge
-- takes: $1 gathersFacts boolean, $2 now timestamp with time zone, $3 strongRoles text[], $4 id uuid
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], jsonb, text[], uuid, timestamp with time zone, text, text[], text[], text[], timestamp with time zone[], boolean[], jsonb, jsonb
select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs,
(
case when $1::boolean then jsonb_build_object(
  'new_browser', (
select shown.id from public.accounts a, jsonb_to_recordset(recoveries.known_as) as shown (id uuid, generation uuid, epoch integer)
where a.id = (case when recoveries.proofs <> '{}' then recoveries.account_id end) and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1) is null,
  'new_network', not exists (
select from public.known_networks n join public.accounts a on a.id = n.account_id and a.known_browsers_epoch = n.epoch
where n.account_id = (case when recoveries.proofs <> '{}' then recoveries.account_id end) and n.network = sha256(recoveries.source_key || convert_to((case when recoveries.proofs <> '{}' then recoveries.account_id end), 'UTF8'))),
  'attempts', greatest(0, recoveries.tries - cardinality(array_remove(recoveries.proofs, 'attested'))) + (
    select coalesce(sum(greatest(0, other.tries - cardinality(other.proofs))), 0)::integer from public.recoveries other
    where other.account_id = (case when recoveries.proofs <> '{}' then recoveries.account_id end) and other.id <> recoveries.id and other.created_at > $2::timestamptz - interval '24 hours'),
  'started_by_staff', recoveries.assist_id is not null,
'address_changed_hours', (
  select case when max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at)) is not null then greatest(0, floor(extract(epoch from $2::timestamptz - max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at))) / 3600))::integer end
  from public.addresses d join public.accounts a on a.id = d.account_id where d.account_id = (case when recoveries.proofs <> '{}' then recoveries.account_id end)),
'authenticator_changed_hours', (
  select case when max(greatest(t.bound_at, t.removed_at)) is not null then greatest(0, floor(extract(epoch from $2::timestamptz - max(greatest(t.bound_at, t.removed_at))) / 3600))::integer end from public.authenticators t where t.account_id = (case when recoveries.proofs <> '{}' then recoveries.account_id end) and t.bound_at is not null),
'stopped_before_hours', (select case when a.stopped_at is not null then greatest(0, floor(extract(epoch from $2::timestamptz - a.stopped_at) / 3600))::integer end from public.accounts a where a.id = (case when recoveries.proofs <> '{}' then recoveries.account_id end)),
'single_address', (
  select count(*) <= 1 from public.addresses d where d.account_id = (case when recoveries.proofs <> '{}' then recoveries.account_id end) and d.verified and d.removed_at is null and d.compromised_at is null),
'roles', (select to_jsonb(a.roles) from public.accounts a where a.id = (case when recoveries.proofs <> '{}' then recoveries.account_id end))
) end) as facts, recoveries.held_by,
recoveries.generation, recoveries.held_until, to_jsonb(recoveries.held_for) #>> '{}' as held_for, recoveries.proofs, recoveries.amr, recoveries.proof_authenticators, recoveries.proof_times,
array(
select exists (
  select from public.accounts a
  where a.id = (case when recoveries.proofs <> '{}' then recoveries.account_id end) and a.status = 'active' and (recoveries.generation is null or a.generation = recoveries.generation)
    and coalesce(greatest(a.password_changed_at, a.evidence_from) <= proof.at, true) and
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end
)
from unnest(recoveries.proof_authenticators, recoveries.proof_times) with ordinality as proof (authenticator, at, nth) order by nth) as held, (
select jsonb_build_object(
  'generation', a.generation,
  'stopped_at', a.stopped_at,
  'aal', (case when a.aal = 2 or a.roles && $3::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true)) then 2 else 1 end),
  'reachable', (
    select coalesce(jsonb_agg(distinct case d.kind when 'email' then 'email' else 'sms' end), '[]')
    from public.addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null
  ),
  'authenticators', (
    select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from public.authenticators t
    where t.account_id = a.id and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true) and t.disabled_at is null
      and (t.kind in ('totp') or exists (select from public.backup_codes c where c.authenticator_id = t.id and c.used_at is null))
  )
) from public.accounts a where a.id = (case when recoveries.proofs <> '{}' then recoveries.account_id end) and a.status = 'active') as assurance, (
select jsonb_agg(jsonb_build_object('id', a.id, 'account', a.account_id, 'channel', a.channel, 'sealed', encode(a.sealed, 'hex')))
from (
select d.id, d.account_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed from public.addresses d
where d.account_id = (case when recoveries.proofs <> '{}' then recoveries.account_id end) and d.verified and d.removed_at is null and d.compromised_at is null
order by d.is_primary desc, d.id) a) as offers from public.recoveries where id = $4;

-- recovery_judge_for_proof
-- takes: $1 gathersFacts boolean, $2 account text, $3 now timestamp with time zone, $4 strongRoles text[], $5 id uuid, $6 address text
-- returns: jsonb, text[], uuid, timestamp with time zone, text, text[], text[], text[], timestamp with time zone[], boolean[], jsonb
select
(
case when $1::boolean then jsonb_build_object(
  'new_browser', (
select shown.id from public.accounts a, jsonb_to_recordset(recoveries.known_as) as shown (id uuid, generation uuid, epoch integer)
where a.id = $2 and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1) is null,
  'new_network', not exists (
select from public.known_networks n join public.accounts a on a.id = n.account_id and a.known_browsers_epoch = n.epoch
where n.account_id = $2 and n.network = sha256(recoveries.source_key || convert_to($2, 'UTF8'))),
  'attempts', greatest(0, recoveries.tries - (cardinality(array_remove(recoveries.proofs, 'attested')) + 1)) + (
    select coalesce(sum(greatest(0, other.tries - cardinality(other.proofs))), 0)::integer from public.recoveries other
    where other.account_id = $2 and other.id <> recoveries.id and other.created_at > $3::timestamptz - interval '24 hours'),
  'started_by_staff', recoveries.assist_id is not null,
'address_changed_hours', (
  select case when max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at)) is not null then greatest(0, floor(extract(epoch from $3::timestamptz - max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at))) / 3600))::integer end
  from public.addresses d join public.accounts a on a.id = d.account_id where d.account_id = $2),
'authenticator_changed_hours', (
  select case when max(greatest(t.bound_at, t.removed_at)) is not null then greatest(0, floor(extract(epoch from $3::timestamptz - max(greatest(t.bound_at, t.removed_at))) / 3600))::integer end from public.authenticators t where t.account_id = $2 and t.bound_at is not null),
'stopped_before_hours', (select case when a.stopped_at is not null then greatest(0, floor(extract(epoch from $3::timestamptz - a.stopped_at) / 3600))::integer end from public.accounts a where a.id = $2),
'single_address', (
  select count(*) <= 1 from public.addresses d where d.account_id = $2 and d.verified and d.removed_at is null and d.compromised_at is null),
'roles', (select to_jsonb(a.roles) from public.accounts a where a.id = $2)
) end) as facts, recoveries.held_by,
recoveries.generation, recoveries.held_until, to_jsonb(recoveries.held_for) #>> '{}' as held_for, recoveries.proofs, recoveries.amr, recoveries.proof_authenticators, recoveries.proof_times,
array(
select exists (
  select from public.accounts a
  where a.id = $2 and a.status = 'active' and (recoveries.generation is null or a.generation = recoveries.generation)
    and coalesce(greatest(a.password_changed_at, a.evidence_from) <= proof.at, true) and
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $3::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end
)
from unnest(recoveries.proof_authenticators, recoveries.proof_times) with ordinality as proof (authenticator, at, nth) order by nth) as held, (
select jsonb_build_object(
  'generation', a.generation,
  'stopped_at', a.stopped_at,
  'aal', (case when a.aal = 2 or a.roles && $4::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $3::timestamptz, true)) then 2 else 1 end),
  'reachable', (
    select coalesce(jsonb_agg(distinct case d.kind when 'email' then 'email' else 'sms' end), '[]')
    from public.addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null
  ),
  'authenticators', (
    select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from public.authenticators t
    where t.account_id = a.id and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $3::timestamptz, true) and t.disabled_at is null
      and (t.kind in ('totp') or exists (select from public.backup_codes c where c.authenticator_id = t.id and c.used_at is null))
  )
) from public.accounts a where a.id = $2 and a.status = 'active') as assurance from public.recoveries
 where id = $5 and ($6::text is null or exists (
select from public.addresses d
where d.account_id = $2 and d.id = split_part($6::text, ':', 1)::uuid and d.binding = split_part($6::text, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null));

-- recovery_known_for_attempt
-- takes: $1 shown jsonb, $2 id uuid
-- returns: uuid
select (
select shown.id from public.accounts a, jsonb_to_recordset($1::jsonb) as shown (id uuid, generation uuid, epoch integer)
where a.id = recoveries.account_id and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1) as browser from public.recoveries where id = $2;

-- recovery_list_all
-- takes: $1 now timestamp with time zone, $2 state text, $3 afterId uuid, $4 limit integer
-- returns: uuid, text, text, text, text[], timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, uuid, text
select id, account_id, client_id, case when state in ('proving', 'held', 'proven') and least(expires_at, idle_expires_at) <= $1::timestamptz then 'expired' else state end as state, proofs, created_at, least(expires_at, idle_expires_at) as expires_at,
held_until, proven_at, completed_at, ended_at, assist_id, to_jsonb(created_at) #>> '{}' as exact_at from public.recoveries
   where true and ($2::text is null or case when state in ('proving', 'held', 'proven') and least(expires_at, idle_expires_at) <= $1::timestamptz then 'expired' else state end = $2) and id < $3::uuid
   order by id desc limit $4::integer + 1;

-- recovery_list_live
-- takes: $1 now timestamp with time zone, $2 state text, $3 afterId uuid, $4 limit integer
-- returns: uuid, text, text, text, text[], timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, uuid, text
select id, account_id, client_id, case when state in ('proving', 'held', 'proven') and least(expires_at, idle_expires_at) <= $1::timestamptz then 'expired' else state end as state, proofs, created_at, least(expires_at, idle_expires_at) as expires_at,
held_until, proven_at, completed_at, ended_at, assist_id, to_jsonb(created_at) #>> '{}' as exact_at from public.recoveries
   where ended_at is null and ($2::text is null or case when state in ('proving', 'held', 'proven') and least(expires_at, idle_expires_at) <= $1::timestamptz then 'expired' else state end = $2) and id < $3::uuid
   order by id desc limit $4::integer + 1;

-- recovery_list_of_account
-- takes: $1 now timestamp with time zone, $2 accountId text, $3 state text, $4 afterId uuid, $5 limit integer
-- returns: uuid, text, text, text, text[], timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, uuid, text
select id, account_id, client_id, case when state in ('proving', 'held', 'proven') and least(expires_at, idle_expires_at) <= $1::timestamptz then 'expired' else state end as state, proofs, created_at, least(expires_at, idle_expires_at) as expires_at,
held_until, proven_at, completed_at, ended_at, assist_id, to_jsonb(created_at) #>> '{}' as exact_at from public.recoveries
   where account_id = $2 and ($3::text is null or case when state in ('proving', 'held', 'proven') and least(expires_at, idle_expires_at) <= $1::timestamptz then 'expired' else state end = $3) and id < $4::uuid
   order by id desc limit $5::integer + 1;

-- recovery_lock_claimed
-- takes: $1 id uuid, $2 leaseId uuid
-- returns: uuid
select id from public.recoveries where id = $1 and lease_id = $2 for no key update;

-- recovery_prune
-- takes: $1 startedBefore uuid, $2 before timestamp with time zone
-- returns: nothing
delete from public.recoveries where id in (
  select id from public.recoveries where id < $1::uuid and ended_at <= $2 order by id limit 500 for update skip locked
);

-- recovery_read
-- takes: $1 gathersFacts boolean, $2 now timestamp with time zone, $3 strongRoles text[], $4 id uuid
-- returns: uuid, jsonb, text[], uuid, timestamp with time zone, text, text[], text[], text[], timestamp with time zone[], boolean[], jsonb, text, text, text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text, integer, text, boolean, uuid
select recoveries.id,
(
case when $1::boolean then jsonb_build_object(
  'new_browser', (
select shown.id from public.accounts a, jsonb_to_recordset(recoveries.known_as) as shown (id uuid, generation uuid, epoch integer)
where a.id = recoveries.account_id and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1) is null,
  'new_network', not exists (
select from public.known_networks n join public.accounts a on a.id = n.account_id and a.known_browsers_epoch = n.epoch
where n.account_id = recoveries.account_id and n.network = sha256(recoveries.source_key || convert_to(recoveries.account_id, 'UTF8'))),
  'attempts', greatest(0, recoveries.tries - cardinality(array_remove(recoveries.proofs, 'attested'))) + (
    select coalesce(sum(greatest(0, other.tries - cardinality(other.proofs))), 0)::integer from public.recoveries other
    where other.account_id = recoveries.account_id and other.id <> recoveries.id and other.created_at > $2::timestamptz - interval '24 hours'),
  'started_by_staff', recoveries.assist_id is not null,
'address_changed_hours', (
  select case when max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at)) is not null then greatest(0, floor(extract(epoch from $2::timestamptz - max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at))) / 3600))::integer end
  from public.addresses d join public.accounts a on a.id = d.account_id where d.account_id = recoveries.account_id),
'authenticator_changed_hours', (
  select case when max(greatest(t.bound_at, t.removed_at)) is not null then greatest(0, floor(extract(epoch from $2::timestamptz - max(greatest(t.bound_at, t.removed_at))) / 3600))::integer end from public.authenticators t where t.account_id = recoveries.account_id and t.bound_at is not null),
'stopped_before_hours', (select case when a.stopped_at is not null then greatest(0, floor(extract(epoch from $2::timestamptz - a.stopped_at) / 3600))::integer end from public.accounts a where a.id = recoveries.account_id),
'single_address', (
  select count(*) <= 1 from public.addresses d where d.account_id = recoveries.account_id and d.verified and d.removed_at is null and d.compromised_at is null),
'roles', (select to_jsonb(a.roles) from public.accounts a where a.id = recoveries.account_id)
) end) as facts, recoveries.held_by,
recoveries.generation, recoveries.held_until, to_jsonb(recoveries.held_for) #>> '{}' as held_for, recoveries.proofs, recoveries.amr, recoveries.proof_authenticators, recoveries.proof_times,
array(
select exists (
  select from public.accounts a
  where a.id = recoveries.account_id and a.status = 'active' and (recoveries.generation is null or a.generation = recoveries.generation)
    and coalesce(greatest(a.password_changed_at, a.evidence_from) <= proof.at, true) and
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end
)
from unnest(recoveries.proof_authenticators, recoveries.proof_times) with ordinality as proof (authenticator, at, nth) order by nth) as held, (
select jsonb_build_object(
  'generation', a.generation,
  'stopped_at', a.stopped_at,
  'aal', (case when a.aal = 2 or a.roles && $3::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true)) then 2 else 1 end),
  'reachable', (
    select coalesce(jsonb_agg(distinct case d.kind when 'email' then 'email' else 'sms' end), '[]')
    from public.addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null
  ),
  'authenticators', (
    select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from public.authenticators t
    where t.account_id = a.id and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true) and t.disabled_at is null
      and (t.kind in ('totp') or exists (select from public.backup_codes c where c.authenticator_id = t.id and c.used_at is null))
  )
) from public.accounts a where a.id = recoveries.account_id and a.status = 'active') as assurance, listed.account_id, listed.client_id, listed.state, listed.created_at, listed.expires_at,
   listed.proven_at, listed.completed_at, listed.ended_at, recoveries.channel, recoveries.tries, recoveries.acr, recoveries.password_set, listed.assist_id
 from public.recoveries, lateral (select id, account_id, client_id, case when state in ('proving', 'held', 'proven') and least(expires_at, idle_expires_at) <= $2::timestamptz then 'expired' else state end as state, proofs, created_at, least(expires_at, idle_expires_at) as expires_at,
held_until, proven_at, completed_at, ended_at, assist_id from (select recoveries.*) own) listed where recoveries.id = $4::uuid;

-- recovery_record_deliveries
-- takes: $1 messageIds uuid[], $2 auditIds uuid[], $3 states text[], $4 events text[], $5 reasons text[], $6 providerIds text[], $7 now timestamp with time zone, $8 originRequestId text, $9 originSource text
-- returns: text, text
with ended as (
   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
     as ended (id, audit_id, state, event, reason, provider_id)
 ), recorded as (
   update public.messages m set state = ended.state, reason = ended.reason, provider_id = ended.provider_id,
     sent_at = case when ended.state = 'sent' then $7::timestamptz end
   from ended where m.id = ended.id and m.state = 'queued' and m.id in (select id from public.messages where id = any($1::uuid[]) and state = 'queued' order by id for no key update)
   returning m.recovery_id, m.account_id, m.kind, m.channel, ended.audit_id, ended.event, ended.reason
 )
 insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $8::text, $9::text,
 recorded.audit_id, $7::timestamptz, recorded.event, 'system', coalesce(r.account_id, recorded.account_id), r.id,
   jsonb_strip_nulls(jsonb_build_object('kind', recorded.kind, 'channel', recorded.channel, 'reason', recorded.reason))
 from recorded left join public.recoveries r on r.id = recorded.recovery_id
 returning detail->>'channel' as channel, event;

-- recovery_record_failure
-- takes: $1 originRequestId text, $2 originSource text, $3 auditId uuid, $4 now timestamp with time zone, $5 id uuid, $6 kind text, $7 triesLeft integer, $8 answer json, $9 answerUntil timestamp with time zone, $10 answerKey bytea, $11 sources bytea[], $12 windows integer[], $13 quotas integer[], $14 policies text[], $15 exceededIds uuid[]
-- returns: bytea, integer, timestamp with time zone
with audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $1::text, $2::text,
   $3::uuid, $4::timestamptz, 'recovery_proof_failed', 'person', null, $5::uuid,
     jsonb_build_object('kind', $6::text, 'tries_left', $7::integer)
 ), answered as (
update public.idempotent_responses set response = $8::json, expires_at = $9::timestamptz
where key = $10::bytea and response::text = 'null'
 ), source as (
   select * from unnest($11::bytea[], $12::integer[], $13::integer[], $14::text[], $15::uuid[])
     as source (key, window_ms, quota, policy, audit_id)
 ), charged as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $4::timestamptz + charged.window_ms * interval '1 millisecond' from (select key, window_ms from source) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $4::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $4::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
 ), used_up as (
   -- The next attempts are refused in memory, and counted nowhere.
insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $1::text, $2::text, audit_id, $4::timestamptz, 'excess_rate_limit_exceeded', 'person', null, null,
  jsonb_build_object('policy', policy, 'quota', quota)
from (select audit_id, policy, quota, spent + 1 as spent from charged join source using (key)) counter where spent = quota + 1
 )
 select * from charged;

-- recovery_record_receipt
-- takes: $1 reason text, $2 providerId text, $3 originRequestId text, $4 originSource text, $5 auditId uuid, $6 now timestamp with time zone
-- returns: text, text
with failed as (
   update public.messages set state = 'failed', reason = $1 where provider_id = $2 and state = 'sent'
   returning recovery_id, account_id, kind, channel
 ), applied as (
   delete from public.sms_receipts where provider_id = $2 and exists (select from failed)
 )
 insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $3::text, $4::text,
 $5::uuid, $6::timestamptz, 'recovery_message_failed', 'system', coalesce(r.account_id, failed.account_id), r.id,
   jsonb_build_object('kind', failed.kind, 'channel', failed.channel, 'reason', $1::text)
 from failed left join public.recoveries r on r.id = failed.recovery_id
 returning detail->>'kind' as kind, detail->>'channel' as channel;

-- recovery_release
-- takes: $1 now timestamp with time zone, $2 comesBackUntil timestamp with time zone, $3 id uuid, $4 requestId uuid, $5 traceparent text, $6 originRequestId text, $7 originSource text, $8 auditId uuid, $9 actor text, $10 reason text
-- returns: uuid
with decided as (
     update public.recoveries set state = 'proven', held_until = null, held_by = coalesce(held_by, '{}'), proven_at = $1, expires_at = $2, idle_expires_at = $2
     where id = $3 and state in ('held') and expires_at > $1 and idle_expires_at > $1
     returning id, account_id
   ), silenced as (
update public.messages set state = 'dropped', reason = 'ended'
where state = 'queued' and id in (
select m.id from public.messages m join decided on m.recovery_id = decided.id where m.state = 'queued' order by m.id for no key update of m)
   ), notices as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
select gen_random_uuid(), decided.id, 'recovery_held', 'queued', $1, $2, $1, address.id, $4::uuid, $5
from decided, lateral (select d.id from public.addresses d where d.account_id = decided.account_id and d.verified and d.compromised_at is null
   and (d.removed_at is null or d.removed_at > $1::timestamptz - interval '30 days')) address
   )
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $6::text, $7::text, $8::uuid, $1::timestamptz, 'recovery_released', $9::text, account_id, id, jsonb_build_object('reason', $10::text)
   from decided returning id;

-- recovery_send_code
-- takes: $1 addressId uuid, $2 withoutSms boolean, $3 id uuid, $4 resendAt timestamp with time zone, $5 channel text, $6 idleExpiresAt timestamp with time zone, $7 now timestamp with time zone, $8 messageId uuid, $9 codeExpiresAt timestamp with time zone, $10 dueAt timestamp with time zone, $11 requestId uuid, $12 traceparent text, $13 originRequestId text, $14 originSource text, $15 auditId uuid
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], boolean, boolean
with asked as (
   -- Addresses are offered only after a first proof, and only those of the account.
   select $1::uuid is null or (proofs <> '{}' and exists (
     select from (
select d.id, d.account_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed from public.addresses d
where d.account_id = recoveries.account_id and d.verified and d.removed_at is null and d.compromised_at is null
order by d.is_primary desc, d.id) offered where offered.id = $1::uuid
       and (offered.channel = 'email' or not $2::boolean)
   )) as allowed from public.recoveries where id = $3
 ), moved as (
   update public.recoveries set sends = sends + 1, resend_at = $4, channel = coalesce($5, channel),
     idle_expires_at = least(expires_at, $6::timestamptz)
   where id = $3 and state = 'proving' and expires_at > $7 and idle_expires_at > $7 and resend_at <= $7
     and not 'code' = any(proofs) and (select allowed from asked)
   returning id, sends
 ), message as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, counter, address_id, request_id, traceparent)
select $8, moved.id, 'recovery_code', 'queued', $7, $9, $10, moved.sends, $1::uuid, $11::uuid, $12
from moved
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $13::text, $14::text,
   $15::uuid, $7::timestamptz, 'recovery_code_requested', 'person', null, moved.id, '{}'::jsonb from moved
 )
 select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs, exists (select from moved) as moved, (select allowed from asked) as allowed from public.recoveries where id = $3;

-- recovery_send_code_for
-- takes: $1 id uuid, $2 withoutSms boolean, $3 addressId uuid, $4 now timestamp with time zone, $5 resendAt timestamp with time zone, $6 messageId uuid, $7 codeExpiresAt timestamp with time zone, $8 dueAt timestamp with time zone, $9 requestId uuid, $10 traceparent text, $11 originRequestId text, $12 originSource text, $13 auditId uuid, $14 actor text, $15 reason text
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], text, boolean, timestamp with time zone, uuid, text, text, bytea, bytea
with recovery as (
   select r.id, r.account_id, r.generation, r.source_key, r.known_as, latest.address_id, latest.channel
   from public.recoveries r left join lateral (
     select m.address_id, m.channel from public.messages m where m.recovery_id = r.id and m.kind = 'recovery_code' order by m.counter desc limit 1
   ) latest on true where r.id = $1
 ), chosen as (
   select found.address_id, found.account_id as owner, found.channel as by_channel, found.sealed, found.exact, recovery.source_key as source,
     (
select shown.id from public.accounts a, jsonb_to_recordset(recovery.known_as) as shown (id uuid, generation uuid, epoch integer)
where a.id = found.account_id and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1) as browser
   from recovery, lateral (
     select own.id, row_number() over () as place from (
select d.id, d.account_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed from public.addresses d
where d.account_id = recovery.account_id and d.verified and d.removed_at is null and d.compromised_at is null
order by d.is_primary desc, d.id) own
   ) offered, lateral (
select a.id as account_id, a.generation, a.locale as account_locale, d.id as address_id, case d.kind when 'email' then 'email' else 'sms' end as channel, d.sealed, d.exact,
  d.id::text || ':' || d.binding as authenticator, true as is_current, d.disabled_at is null as gets_short
from public.accounts a join public.addresses d on d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null
where a.id = coalesce(recovery.account_id, (select case when count(distinct found.id) filter (where found.exact) = 1 then min(found.id) filter (where found.exact)
  when count(distinct found.id) = 1 then min(found.id) end
from (
  select id, true as exact from public.accounts where username_lookup = any('{}'::bytea[])
  union all select account_id, exact = any('{}'::bytea[]) from public.addresses where lookup = any('{}'::bytea[]) and verified and removed_at is null
) found)) and a.status = 'active'
  and (offered.id is null or d.id = offered.id) and (d.kind = 'email' or not $2::boolean) and (recovery.generation is null or a.generation = recovery.generation)
order by (case d.kind when 'email' then 'email' else 'sms' end is not distinct from null::text) desc, (d.lookup = any('{}'::bytea[])) desc, d.is_primary desc, d.id
limit 1) found
   where case when $3::uuid is null then offered.id is distinct from recovery.address_id else offered.id = $3::uuid end
   order by exists (
     select from public.messages m where m.recovery_id = recovery.id and m.kind = 'recovery_code' and m.address_id = offered.id
   ), (found.channel is not distinct from recovery.channel), offered.place limit 1
 ),
send_keys as (
  select sha256(convert_to('codes/address', 'utf8') || sending.exact|| convert_to(coalesce('/' || sending.browser, ''), 'utf8')) as short_key,
    sha256(convert_to('codes-per-day/address', 'utf8') || sending.exact|| convert_to(case when sending.browser is null then '' else '/known' end, 'utf8')) as day_key,
    case sending.channel when 'sms' then 12 else 36 end as day_quota,
    case when sending.browser is null then sha256(convert_to('codes-per-source/address', 'utf8') || sending.exact|| sending.source) end as source_key,
    case sending.channel when 'sms' then 4 else 12 end as source_quota
  from (select exact, by_channel as channel, source, browser from chosen) sending
), exhausted as (
  select max(used.resets_at) as resets_at from send_keys join public.limit_counters used on used.resets_at > $4::timestamptz
    and (used.key = short_key and used.spent >= 5 or used.key = day_key and used.spent >= day_quota
      or used.key = source_key and used.spent >= source_quota)
), moved as (
   update public.recoveries set sends = sends + 1, resend_at = $5
   where id = $1 and state = 'proving' and expires_at > $4 and idle_expires_at > $4 and resend_at <= $4
     and not 'code' = any(proofs) and exists (select from chosen) and (select resets_at from exhausted) is null
   returning id, account_id, sends
 ), message as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, counter, address_id, request_id, traceparent)
select $6, moved.id, 'recovery_code', 'queued', $4, $7, $8, moved.sends, (select address_id from chosen), $9::uuid, $10
from moved
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $11::text, $12::text,
   $13::uuid, $4::timestamptz, 'recovery_code_requested', $14::text, moved.account_id, moved.id,
     jsonb_build_object('address', chosen.address_id, 'channel', chosen.by_channel, 'reason', $15::text)
   from moved, chosen
 )
 select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs, recoveries.account_id, exists (select from moved) as moved, (select resets_at from exhausted) as resets_at,
   chosen.address_id, chosen.owner, chosen.by_channel, chosen.sealed, chosen.exact
 from public.recoveries left join chosen on true where recoveries.id = $1;

-- recovery_start
-- takes: $1 sourceKeys bytea[], $2 sourceQuotas integer[], $3 sourceSpent integer[], $4 sourceResetsAt timestamp with time zone[], $5 now timestamp with time zone, $6 sourceWindow integer, $7 id uuid, $8 idleExpiresAt timestamp with time zone, $9 expiresAt timestamp with time zone, $10 identifierSealed bytea, $11 identifierDigests bytea[], $12 networkKey bytea, $13 knownAs jsonb, $14 guessKey bytea, $15 locale text, $16 channel text, $17 clientId text, $18 clientAuthenticated boolean, $19 redirectUri text, $20 redirectState text, $21 codeChallenge text, $22 resendAt timestamp with time zone, $23 messageId uuid, $24 codeExpiresAt timestamp with time zone, $25 dueAt timestamp with time zone, $26 requestId uuid, $27 traceparent text, $28 originRequestId text, $29 originSource text, $30 auditId uuid
-- returns: integer, integer, timestamp with time zone, boolean
with budget as (
   select * from unnest($1::bytea[], $2::integer[], $3::integer[], $4::timestamptz[])
     with ordinality as budget (key, quota, spent, resets_at, place)
 ), narrow as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $5::timestamptz + charged.window_ms * interval '1 millisecond' from (select key, $6::integer as window_ms from budget where place = 1 and spent is null
     ) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $5::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $5::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
 ), middle as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $5::timestamptz + charged.window_ms * interval '1 millisecond' from (select key, $6::integer as window_ms from budget where place = 2 and spent is null
     and exists (select from narrow join budget its using (key) where narrow.spent <= its.quota)) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $5::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $5::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
 ), wide as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $5::timestamptz + charged.window_ms * interval '1 millisecond' from (select key, $6::integer as window_ms from budget where place = 3 and spent is null
     and exists (select from middle join budget its using (key) where middle.spent <= its.quota)) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $5::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $5::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
 ), charged as (
   select * from narrow union all select * from middle union all select * from wide
 ), source as (
   select quota, coalesce(charged.spent, budget.spent) as spent, coalesce(charged.resets_at, budget.resets_at) as resets_at
   from budget left join charged using (key) where charged.key is not null or budget.spent is not null
 ), welcome as (
   select 1 where not exists (select from source where spent > quota)
 ), opened as (
   insert into public.recoveries (id, state, created_at, idle_expires_at, expires_at, identifier_sealed, identifier_digests,
     source_key, known_as, guess_key, locale, channel, client_id, client_authenticated, redirect_uri, redirect_state, code_challenge, resend_at)
   select $7, 'proving', $5, $8, $9, $10, $11,
     $12::bytea, $13::jsonb, $14::bytea, $15, $16, $17, $18, $19, $20, $21, $22
   from welcome
   returning id
 ), message as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, counter, address_id, request_id, traceparent)
select $23, opened.id, 'recovery_code', 'queued', $5, $24, $25, 1, null::uuid, $26::uuid, $27
from opened
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $28::text, $29::text,
   $30::uuid, $5::timestamptz, 'recovery_started', 'person', null, opened.id,
     jsonb_build_object('client_id', $17::text)
   from opened
 ), exceeded as (
insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $28::text, $29::text, audit_id, $5::timestamptz, 'excess_rate_limit_exceeded', 'person', null, null,
  jsonb_build_object('policy', policy, 'quota', quota)
from (select $30::uuid as audit_id, 'starts' as policy, quota, spent from source) counter where spent = quota + 1
 )
 -- Report the budget with the least left.
 select quota, spent, resets_at, exists (select from opened) as opened from source order by quota - spent, quota limit 1;

-- recovery_state_now
-- takes: $1 id uuid
-- returns: text, timestamp with time zone
select state, completed_at from public.recoveries where id = $1;

-- recovery_stop
-- takes: $1 ids uuid[], $2 now timestamp with time zone, $3 originRequestId text, $4 originSource text, $5 id uuid
-- returns: uuid, timestamp with time zone, boolean, boolean
with before as (
   select id, state, completed_at, password_set from public.recoveries where id = any($1::uuid[]) order by id for update
 ), ended as (
   update public.recoveries r set state = 'stopped', ended_at = coalesce(r.ended_at, $2::timestamptz), lease_id = null, identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea
   from before
   where r.id = before.id and before.state in ('proving', 'held', 'proven', 'completed')
   returning r.id, r.account_id
 ), silenced as (
update public.messages set state = 'dropped', reason = 'ended'
where state = 'queued' and id in (
select m.id from public.messages m join ended on m.recovery_id = ended.id where m.state = 'queued' and m.kind = 'recovery_code' order by m.id for no key update of m)
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $3::text, $4::text,
   gen_random_uuid(), $2::timestamptz, 'recovery_stopped', 'person', account_id, id,
     jsonb_strip_nulls(jsonb_build_object('by', 'stop_link', 'with', nullif($5::uuid, id))) from ended
 )
 select before.id, completed_at, password_set, ended.id is not null as ended from before left join ended on ended.id = before.id;

-- recovery_stop_history
-- takes: $1 account text, $2 generation uuid, $3 id uuid
-- returns: uuid, timestamp with time zone, text[]
select id, coalesce(completed_at, proof_times[1], created_at) as at, proof_authenticators as authenticators
from public.recoveries where account_id = $1 and (generation is null or generation = $2::uuid)
  and (proofs <> '{}' or id = $3);

-- recovery_stop_whose
-- takes: $1 id uuid
-- returns: text, uuid
select owner.id as account, owner.generation from public.recoveries r, lateral (select id, status, roles, generation from public.accounts
where id = r.account_id and (r.generation is null or accounts.generation = r.generation)) owner where r.id = $1;

-- recovery_to_attest
-- takes: $1 gathersFacts boolean, $2 now timestamp with time zone, $3 strongRoles text[], $4 id uuid
-- returns: text, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text[], jsonb, text[], uuid, timestamp with time zone, text, text[], text[], text[], timestamp with time zone[], boolean[], jsonb, text, uuid
select state, expires_at, idle_expires_at, resend_at, held_until, completed_at, proofs,
(
case when $1::boolean then jsonb_build_object(
  'new_browser', (
select shown.id from public.accounts a, jsonb_to_recordset(recoveries.known_as) as shown (id uuid, generation uuid, epoch integer)
where a.id = recoveries.account_id and a.generation = shown.generation and a.known_browsers_epoch = shown.epoch limit 1) is null,
  'new_network', not exists (
select from public.known_networks n join public.accounts a on a.id = n.account_id and a.known_browsers_epoch = n.epoch
where n.account_id = recoveries.account_id and n.network = sha256(recoveries.source_key || convert_to(recoveries.account_id, 'UTF8'))),
  'attempts', greatest(0, recoveries.tries - cardinality(array_remove(recoveries.proofs, 'attested'))) + (
    select coalesce(sum(greatest(0, other.tries - cardinality(other.proofs))), 0)::integer from public.recoveries other
    where other.account_id = recoveries.account_id and other.id <> recoveries.id and other.created_at > $2::timestamptz - interval '24 hours'),
  'started_by_staff', recoveries.assist_id is not null,
'address_changed_hours', (
  select case when max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at)) is not null then greatest(0, floor(extract(epoch from $2::timestamptz - max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at))) / 3600))::integer end
  from public.addresses d join public.accounts a on a.id = d.account_id where d.account_id = recoveries.account_id),
'authenticator_changed_hours', (
  select case when max(greatest(t.bound_at, t.removed_at)) is not null then greatest(0, floor(extract(epoch from $2::timestamptz - max(greatest(t.bound_at, t.removed_at))) / 3600))::integer end from public.authenticators t where t.account_id = recoveries.account_id and t.bound_at is not null),
'stopped_before_hours', (select case when a.stopped_at is not null then greatest(0, floor(extract(epoch from $2::timestamptz - a.stopped_at) / 3600))::integer end from public.accounts a where a.id = recoveries.account_id),
'single_address', (
  select count(*) <= 1 from public.addresses d where d.account_id = recoveries.account_id and d.verified and d.removed_at is null and d.compromised_at is null),
'roles', (select to_jsonb(a.roles) from public.accounts a where a.id = recoveries.account_id)
) end) as facts, recoveries.held_by,
recoveries.generation, recoveries.held_until, to_jsonb(recoveries.held_for) #>> '{}' as held_for, recoveries.proofs, recoveries.amr, recoveries.proof_authenticators, recoveries.proof_times,
array(
select exists (
  select from public.accounts a
  where a.id = recoveries.account_id and a.status = 'active' and (recoveries.generation is null or a.generation = recoveries.generation)
    and coalesce(greatest(a.password_changed_at, a.evidence_from) <= proof.at, true) and
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end
)
from unnest(recoveries.proof_authenticators, recoveries.proof_times) with ordinality as proof (authenticator, at, nth) order by nth) as held, (
select jsonb_build_object(
  'generation', a.generation,
  'stopped_at', a.stopped_at,
  'aal', (case when a.aal = 2 or a.roles && $3::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true)) then 2 else 1 end),
  'reachable', (
    select coalesce(jsonb_agg(distinct case d.kind when 'email' then 'email' else 'sms' end), '[]')
    from public.addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.compromised_at is null
  ),
  'authenticators', (
    select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from public.authenticators t
    where t.account_id = a.id and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $2::timestamptz, true) and t.disabled_at is null
      and (t.kind in ('totp') or exists (select from public.backup_codes c where c.authenticator_id = t.id and c.used_at is null))
  )
) from public.accounts a where a.id = recoveries.account_id and a.status = 'active') as assurance, account_id, assist_id from public.recoveries where id = $4;

-- recovery_tries
-- takes: $1 id uuid
-- returns: integer
select tries from public.recoveries where id = $1;

-- recovery_void_codes
-- takes: $1 account text
-- returns: nothing
with theirs as (
   select id from public.recoveries where account_id = $1 and state in ('proving')
 )
update public.messages set authenticator = null,
  state = case when messages.state = 'queued' then 'dropped' else messages.state end,
  reason = case when messages.state = 'queued' then 'ended' else messages.reason end
where id in (
select m.id from public.messages m join theirs on m.recovery_id = theirs.id where m.kind = 'recovery_code' order by m.id for no key update of m);

-- recovery_void_codes_to_addresses
-- takes: $1 account text, $2 addresses uuid[]
-- returns: nothing
with theirs as (
   select id from public.recoveries where account_id = $1 and state in ('proving')
 )
update public.messages set authenticator = null,
  state = case when messages.state = 'queued' then 'dropped' else messages.state end,
  reason = case when messages.state = 'queued' then 'compromised' else messages.reason end
where id in (
select m.id from public.messages m join theirs on m.recovery_id = theirs.id where m.kind = 'recovery_code' and m.address_id = any($2::uuid[]) order by m.id for no key update of m);

-- recovery_write_judgement
-- takes: $1 state text, $2 proofs text[], $3 amr text[], $4 authenticators text[], $5 times timestamp with time zone[], $6 acr text, $7 heldUntil timestamp with time zone, $8 now timestamp with time zone, $9 heldFor timestamp with time zone, $10 heldBy text[], $11 comesBackUntil timestamp with time zone, $12 expiresAt timestamp with time zone, $13 idleExpiresAt timestamp with time zone, $14 id uuid, $15 before text[], $16 requestId uuid, $17 traceparent text, $18 originRequestId text, $19 originSource text, $20 auditId uuid, $21 event text, $22 decision jsonb
-- returns: uuid
with judged as (
   update public.recoveries set state = $1, proofs = $2, amr = $3, proof_authenticators = $4, proof_times = $5,
     acr = $6,
held_until = case when $1 = 'held' then $7::timestamptz when $1 = 'proven' and held_until > $8 then $8 else held_until end,
held_for = case when $1 = 'held' then $9::timestamptz else held_for end,
held_by = case when $1 = 'held' then $10::text[] when $1 = 'proven' then held_by end,
proven_at = case when $1 = 'proven' then $8::timestamptz end,
expires_at = case when $1 = 'held' then $11::timestamptz when state = 'held' and $1 = 'proving' then $12::timestamptz else expires_at end,
idle_expires_at = case when $1 = 'held' then $11::timestamptz when state = 'held' and $1 = 'proving' then $13::timestamptz else idle_expires_at end,
     lease_id = null, lease_expires_at = null
   where id = $14 and state in ('proving', 'held', 'proven') and proofs = $15::text[] and (lease_id is null or lease_expires_at <= $8)
   returning id, account_id
 ), told as (
insert into public.messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
select gen_random_uuid(), judged.id, 'recovery_held', 'queued', $8, $7::timestamptz, $8, address.id, $16::uuid, $17
from judged, lateral (select d.id from public.addresses d where d.account_id = judged.account_id and d.verified and d.compromised_at is null
   and (d.removed_at is null or d.removed_at > $8::timestamptz - interval '30 days')) address where $1 = 'held'
 )
 insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $18::text, $19::text,
 $20::uuid, $8::timestamptz, $21, 'system', account_id, id,
   jsonb_build_object('proofs_before', $15::text[], 'proofs', $2::text[]) || $22::jsonb
 from judged returning id;

-- refresh_token_find
-- takes: $1 now timestamp with time zone, $2 digests bytea[]
-- returns: uuid, text, text, text, timestamp with time zone, boolean, timestamp with time zone, boolean
select s.id, s.account_id, s.client_id, s.scope, s.created_at, t.replaced_at is null and s.ended_at is null
  and least(s.expires_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) + s.idle_ms * interval '1 millisecond') > $1 as live, least(s.expires_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) + s.idle_ms * interval '1 millisecond') as until, s.unused_access_id is not null as unused
from public.refresh_tokens t join public.sessions s on s.id = t.session_id where t.digest = any($2::bytea[]);

-- refresh_token_successor
-- takes: $1 digests bytea[]
-- returns: bytea, timestamp with time zone
select digest, replaced_at from public.refresh_tokens where digest = any($1::bytea[]);

-- refresh_tokens_by_key
-- takes: $1 now timestamp with time zone
-- returns: text, integer
select case when length(t.digest) = 32 then null else convert_from(substring(t.digest from 3 for get_byte(t.digest, 1)), 'latin1') end as key_id, count(*)::integer as rows from public.refresh_tokens t join public.sessions s on s.id = t.session_id
where t.replaced_at is null and s.ended_at is null and least(s.expires_at, t.created_at + s.idle_ms * interval '1 millisecond') > $1 group by 1;

-- session_end
-- takes: $1 at timestamp with time zone, $2 reason text, $3 id uuid, $4 accountId text, $5 originRequestId text, $6 originSource text, $7 auditId uuid, $8 event text, $9 actor text, $10 source text
-- returns: uuid
with ended as (
   update public.sessions set ended_at = $1, end_reason = $2
   where id = $3 and account_id = coalesce($4, account_id) and ended_at is null returning id, account_id, recovery_id
 )
 insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $5::text, $6::text,
 $7::uuid, $1::timestamptz, $8, $9, account_id, recovery_id,
   jsonb_strip_nulls(jsonb_build_object('session', id, 'reason', $2::text, 'source', $10::text))
 from ended returning id;

-- session_exists
-- takes: $1 id uuid, $2 accountId text
-- returns: uuid
select id from public.sessions where id = $1 and account_id = $2;

-- session_lock
-- takes: $1 session uuid, $2 account text, $3 now timestamp with time zone
-- returns: text
select acr from public.sessions s
where id = $1 and account_id = $2 and ended_at is null and least(s.expires_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) + s.idle_ms * interval '1 millisecond') > $3
for no key update;

-- session_mark_used
-- takes: $1 sid uuid, $2 id uuid
-- returns: uuid
update public.sessions set unused_access_id = null where id = $1 and unused_access_id = $2 returning id;

-- session_mark_used_by_refresh_token
-- takes: $1 digests bytea[]
-- returns: nothing
update public.sessions s set unused_access_id = null from public.refresh_tokens t
where t.digest = any($1::bytea[]) and s.id = t.session_id;

-- session_renew
-- takes: $1 account text, $2 before uuid, $3 sessionId uuid, $4 clientId text, $5 scope text, $6 now timestamp with time zone, $7 unusedAccessId uuid, $8 idleMs bigint, $9 accessMs bigint, $10 wholeMs bigint, $11 roleLifetimes jsonb, $12 refreshDigest bytea, $13 originRequestId text, $14 originSource text, $15 auditId uuid
-- returns: uuid, text, uuid, text, text[], timestamp with time zone, bigint, text[], uuid, integer
with who as (
   select a.id as account_id, a.roles, a.generation, a.known_browsers_epoch from public.accounts a where a.id = $1 and a.status = 'active' and true for share of a
 ), granted as (
   select s.acr, s.amr, s.auth_time, s.recovery_id from public.sessions s, who
   where s.id = $2 and s.account_id = who.account_id and (s.generation is null or who.generation = s.generation)
 ),
session as (
  insert into public.sessions (id, account_id, generation, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
    created_at, expires_at, unused_access_id)
  select $3::uuid, who.account_id, who.generation, $4::text, $5::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
    life.idle_ms, life.access_ms, $6::timestamptz, $6::timestamptz + life.whole_ms * interval '1 millisecond', $7::uuid
  from who, granted, lateral (
    select least($8::bigint, min(role."refreshIdle")) as idle_ms, least($9::bigint, min(role.access)) as access_ms,
      least($10::bigint, min(role.refresh)) as whole_ms
    from jsonb_to_recordset($11::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
    where role.name = any(who.roles)
  ) life
  returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
), first_token as (
  insert into public.refresh_tokens (digest, session_id, created_at) select $12::bytea, id, $6::timestamptz from session
), audited as (
  insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $13::text, $14::text,
  $15::uuid, $6::timestamptz, 'authn_token_created', 'client:' || $4::text, account_id, recovery_id,
    jsonb_build_object('session', id, 'acr', acr, 'amr', to_jsonb(amr))
  from session
)
 select session.id, session.account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms, who.roles,
   who.generation, who.known_browsers_epoch as epoch
 from session, who;

-- session_start
-- takes: $1 account text, $2 passwordHash text, $3 acr text, $4 more text[], $5 now timestamp with time zone, $6 sessionId uuid, $7 clientId text, $8 scope text, $9 unusedAccessId uuid, $10 idleMs bigint, $11 accessMs bigint, $12 wholeMs bigint, $13 roleLifetimes jsonb, $14 refreshDigest bytea, $15 originRequestId text, $16 originSource text, $17 auditId uuid, $18 network bytea
-- returns: uuid, text, uuid, text, text[], timestamp with time zone, bigint, text[], uuid, integer
with who as (
   select a.id as account_id, a.roles, a.generation, a.known_browsers_epoch from public.accounts a where a.id = $1 and a.status = 'active' and a.password_hash = $2::text for share of a
 ), granted as (
   select $3::text as acr, array['pwd'] || $4::text[] as amr, $5::timestamptz as auth_time, null::uuid as recovery_id
 ),
session as (
  insert into public.sessions (id, account_id, generation, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
    created_at, expires_at, unused_access_id)
  select $6::uuid, who.account_id, who.generation, $7::text, $8::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
    life.idle_ms, life.access_ms, $5::timestamptz, $5::timestamptz + life.whole_ms * interval '1 millisecond', $9::uuid
  from who, granted, lateral (
    select least($10::bigint, min(role."refreshIdle")) as idle_ms, least($11::bigint, min(role.access)) as access_ms,
      least($12::bigint, min(role.refresh)) as whole_ms
    from jsonb_to_recordset($13::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
    where role.name = any(who.roles)
  ) life
  returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
), first_token as (
  insert into public.refresh_tokens (digest, session_id, created_at) select $14::bytea, id, $5::timestamptz from session
), audited as (
  insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $15::text, $16::text,
  $17::uuid, $5::timestamptz, 'authn_token_created', 'client:' || $7::text, account_id, recovery_id,
    jsonb_build_object('session', id, 'acr', acr, 'amr', to_jsonb(amr))
  from session
), seen as (
   select session.account_id, who.known_browsers_epoch as epoch from session, who
 ), network as (
insert into public.known_networks as known (account_id, network, epoch, seen_at)
select seen.account_id, sha256($18::bytea || convert_to(seen.account_id, 'UTF8')), seen.epoch, $5::timestamptz
from seen where $18::bytea is not null
on conflict (account_id, network) do update set epoch = excluded.epoch, seen_at = excluded.seen_at
-- Once a day is enough, and most sign-ins write nothing.
where known.epoch <> excluded.epoch or known.seen_at < excluded.seen_at - interval '1 day'
 )
 select session.id, session.account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms, who.roles,
   who.generation, who.known_browsers_epoch as epoch
 from session, who;

-- sessions_count
-- takes: $1 from uuid, $2 to uuid
-- returns: text, integer
select end_reason, count(*)::integer as count from public.sessions where id >= $1::uuid and id < $2::uuid group by end_reason;

-- sessions_end_of_account
-- takes: $1 at timestamp with time zone, $2 reason text, $3 of text, $4 originRequestId text, $5 originSource text, $6 actor text
-- returns: integer
with ended as (
     update public.sessions set ended_at = $1, end_reason = $2 where ended_at is null and id in (select id from public.sessions where ended_at is null and account_id = $3 order by id for no key update)
     returning id, account_id, recovery_id
   ), unredeemed as (
     update public.authorization_codes set used_at = $1 where used_at is null and digest in (
select digest from public.authorization_codes where used_at is null and account_id = $3 and (select count(*) from ended) >= 0
order by digest for no key update)
   ),  audited as (
     insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $4::text, $5::text,
     gen_random_uuid(), $1::timestamptz, 'authn_token_revoked', $6, account_id, recovery_id,
       jsonb_build_object('session', id, 'reason', $2::text)
     from ended
   )
   select count(*)::integer as ended from ended;

-- sessions_end_of_client
-- takes: $1 at timestamp with time zone, $2 reason text, $3 of text, $4 originRequestId text, $5 originSource text, $6 actor text
-- returns: integer
with ended as (
     update public.sessions set ended_at = $1, end_reason = $2 where ended_at is null and id in (select id from public.sessions where ended_at is null and client_id = $3 order by id for no key update)
     returning id, account_id, recovery_id
   ), unredeemed as (
     update public.authorization_codes set used_at = $1 where used_at is null and digest in (
select digest from public.authorization_codes where used_at is null and client_id = $3 and (select count(*) from ended) >= 0
order by digest for no key update)
   ), own_tokens as (update public.clients set tokens_from = $1 where client_id = $3), audited as (
     insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $4::text, $5::text,
     gen_random_uuid(), $1::timestamptz, 'authn_token_revoked', $6, account_id, recovery_id,
       jsonb_build_object('session', id, 'reason', $2::text)
     from ended
   )
   select count(*)::integer as ended from ended;

-- sessions_end_of_recoveries
-- takes: $1 recoveries uuid[], $2 accountId text, $3 passwordSince timestamp with time zone, $4 at timestamp with time zone
-- returns: uuid, boolean
with heir as (
   select id from public.sessions where recovery_id = any($1::uuid[])
   union
   select id from public.sessions
   where account_id = $2 and recovery_id is null and created_at >= $3::timestamptz
 ), ended as (
   update public.sessions s set ended_at = $4, end_reason = 'stopped'
   where s.ended_at is null and s.id in (select id from public.sessions where ended_at is null and id in (select id from heir) order by id for no key update)
   returning s.id
 ), unredeemed as (
   update public.authorization_codes set used_at = $4
   where used_at is null and digest in (
select digest from public.authorization_codes where used_at is null and recovery_id = any($1::uuid[]) and (select count(*) from ended) >= 0
order by digest for no key update)
 )
 select id, exists (select from ended where ended.id = heir.id) as ended from heir;

-- sessions_end_of_recovery_descent
-- takes: $1 at timestamp with time zone, $2 reason text, $3 of uuid, $4 originRequestId text, $5 originSource text, $6 actor text
-- returns: integer
with ended as (
     update public.sessions set ended_at = $1, end_reason = $2 where ended_at is null and id in (select id from public.sessions where ended_at is null and recovery_id = $3::uuid order by id for no key update)
     returning id, account_id, recovery_id
   ), unredeemed as (
     update public.authorization_codes set used_at = $1 where used_at is null and digest in (
select digest from public.authorization_codes where used_at is null and recovery_id = $3::uuid and (select count(*) from ended) >= 0
order by digest for no key update)
   ),  audited as (
     insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $4::text, $5::text,
     gen_random_uuid(), $1::timestamptz, 'authn_token_revoked', $6, account_id, recovery_id,
       jsonb_build_object('session', id, 'reason', $2::text)
     from ended
   )
   select count(*)::integer as ended from ended;

-- sessions_end_of_strong
-- takes: $1 at timestamp with time zone, $2 reason text, $3 of text, $4 originRequestId text, $5 originSource text, $6 actor text
-- returns: integer
with ended as (
     update public.sessions set ended_at = $1, end_reason = $2 where ended_at is null and id in (select id from public.sessions where ended_at is null and account_id = $3 and right(acr, 4) = 'aal2' order by id for no key update)
     returning id, account_id, recovery_id
   ), unredeemed as (
     update public.authorization_codes set used_at = $1 where used_at is null and digest in (
select digest from public.authorization_codes where used_at is null and account_id = $3 and right(acr, 4) = 'aal2' and (select count(*) from ended) >= 0
order by digest for no key update)
   ),  audited as (
     insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $4::text, $5::text,
     gen_random_uuid(), $1::timestamptz, 'authn_token_revoked', $6, account_id, recovery_id,
       jsonb_build_object('session', id, 'reason', $2::text)
     from ended
   )
   select count(*)::integer as ended from ended;

-- sessions_list
-- takes: $1 accountId text
-- returns: uuid, text, text, text, text[], uuid, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, text
select s.id, s.client_id, s.scope, s.acr, s.amr, s.recovery_id, s.created_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) as refreshed_at,
  least(s.expires_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) + s.idle_ms * interval '1 millisecond') as until, s.ended_at, s.end_reason
from public.sessions s, lateral (select id, status, roles, generation from public.accounts
where id = s.account_id and (s.generation is null or accounts.generation = s.generation)) subject
where s.account_id = $1 order by s.created_at desc limit 200;

-- sessions_origins
-- takes: $1 ids uuid[]
-- returns: uuid, uuid
select id, recovery_id from public.sessions where id = any($1::uuid[]);

-- sessions_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
with stretch as materialized (
  select floor(random() * greatest(1, ceil(pg_relation_size('public.sessions') / 8192.0 / 512)))::bigint * 512 as page
), gone as (
     delete from public.sessions where ctid = any(array(
  select ctid from public.sessions
  where ctid >= (select format('(%s,0)', page)::tid from stretch) and ctid < (select format('(%s,0)', page + 512)::tid from stretch)
    and least(expires_at, coalesce(ended_at, expires_at)) <= $1
  limit 5000 for update skip locked))
     returning id
   ) delete from public.refresh_tokens where session_id in (select id from gone);

-- sign_in_attempt_backup_code
-- takes: $1 account text
-- returns: jsonb, integer, bytea, bytea
select evidence, 0 as failures, ''::bytea as key, ''::bytea as odds from (
select t.id::text as authenticator_id,
  jsonb_build_object('id', t.id, 'salt', encode(t.salt, 'hex'), 'digests', (
    select coalesce(jsonb_agg(encode(c.digest, 'hex')), '[]') from public.backup_codes c where c.authenticator_id = t.id and c.used_at is null
  )) as evidence
from public.authenticators t
where t.account_id = $1 and t.kind in ('backup_code') and t.bound_at is not null and t.suspended_at is null) found;

-- sign_in_attempt_totp
-- takes: $1 account text, $2 now timestamp with time zone, $3 isKnown boolean, $4 generation text, $5 oddsADay double precision, $6 oddsAYear double precision
-- returns: jsonb, integer, bytea, bytea
with found as (
select t.id::text as authenticator_id,
  jsonb_build_object('id', t.id, 'account', t.account_id, 'sealed', encode(t.secret_sealed, 'hex'), 'lastStep', t.last_step) as evidence
from public.authenticators t
where t.account_id = $1 and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null
   ), paid as (
insert into public.guess_odds (key, slot, odds, expires_at)
select charged.key, floor(extract(epoch from $2::timestamptz) / 21600)::integer, charged.cost, $2::timestamptz + case when charged.known then interval '366 days' else interval '2 days' end
from (select case when $3::boolean then sha256(convert_to('odds/sign-in-totp-known ' || $4::text, 'utf8'))
else sha256(convert_to('odds/sign-in-totp ' || $4::text, 'utf8')) end as key, 0.000002::double precision as cost, true as known from found) charged left join public.guess_odds present on present.key = charged.key and present.slot = floor(extract(epoch from $2::timestamptz) / 21600)::integer
where (
select spent.day + charged.cost <= $5::double precision + 1e-12 and spent.year + charged.cost <= $6::double precision + 1e-12
from (
select coalesce(present.odds, 0) + coalesce(sum(odds) filter (where earlier.slot >= floor(extract(epoch from $2::timestamptz) / 21600)::integer - 4), 0) as day, coalesce(present.odds, 0) + coalesce(sum(odds), 0) as year
from public.guess_odds earlier where earlier.key = charged.key and earlier.slot >= floor(extract(epoch from $2::timestamptz) / 21600)::integer - 1460 and earlier.slot < floor(extract(epoch from $2::timestamptz) / 21600)::integer) spent) order by charged.key
on conflict (key, slot) do update set odds = guess_odds.odds + excluded.odds, expires_at = greatest(guess_odds.expires_at, excluded.expires_at)
  where (
select spent.day + excluded.odds <= $5::double precision + 1e-12 and spent.year + excluded.odds <= $6::double precision + 1e-12
from (
select guess_odds.odds + coalesce(sum(odds) filter (where earlier.slot >= floor(extract(epoch from $2::timestamptz) / 21600)::integer - 4), 0) as day, guess_odds.odds + coalesce(sum(odds), 0) as year
from public.guess_odds earlier where earlier.key = guess_odds.key and earlier.slot >= floor(extract(epoch from $2::timestamptz) / 21600)::integer - 1460 and earlier.slot < floor(extract(epoch from $2::timestamptz) / 21600)::integer) spent)
returning key
   ), charged as (
insert into public.limit_counters (key, spent, resets_at)
select charged.key, 1, $2::timestamptz + charged.window_ms * interval '1 millisecond' from (select sha256(convert_to('sign-in-failures ' || found.authenticator_id || ' ' || $3::boolean::text, 'utf8')) as key, 3153600000000::bigint as window_ms from found, paid) charged order by charged.key
on conflict (key) do update set spent = case when limit_counters.resets_at <= $2::timestamptz then 1 else limit_counters.spent + 1 end,
  resets_at = case when limit_counters.resets_at <= $2::timestamptz then excluded.resets_at else limit_counters.resets_at end
returning key, spent, resets_at
   )
   select found.evidence, charged.spent as failures, charged.key, paid.key as odds
   from found left join paid on true left join charged on true;

-- sign_in_clear_all_failures
-- takes: $1 account text
-- returns: nothing
with found as (
select t.id::text as authenticator_id,
  jsonb_build_object('id', t.id, 'account', t.account_id, 'sealed', encode(t.secret_sealed, 'hex'), 'lastStep', t.last_step) as evidence
from public.authenticators t
where t.account_id = $1 and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null
 )
 delete from public.limit_counters where key = any(array(
   select sha.key from found, lateral (values (sha256(convert_to('sign-in-failures ' || found.authenticator_id || ' ' || true::text, 'utf8'))), (sha256(convert_to('sign-in-failures ' || found.authenticator_id || ' ' || false::text, 'utf8')))) as sha (key)
 ));

-- sign_in_clear_failures
-- takes: $1 key bytea
-- returns: nothing
delete from public.limit_counters where key = any(array[$1::bytea]);

-- signing_keys_longest_token
-- takes: nothing
-- returns: bigint
select greatest(3600, max((lifetimes->>'access')::bigint)) as seconds from public.clients;

-- staff_anybody
-- takes: $1 now timestamp with time zone
-- returns: boolean
select exists (
  select from public.staff_passkeys p join public.staff_members m on m.id = p.member_id where p.ended_at is null and m.disabled_at is null
  union all select from public.staff_invitations where used_at is null and expires_at > $1
) as yes;

-- staff_challenge_use
-- takes: $1 digest bytea, $2 expiresAt timestamp with time zone
-- returns: bytea
insert into public.staff_challenges (digest, expires_at) values ($1, $2) on conflict do nothing returning digest;

-- staff_challenges_prune
-- takes: $1 now timestamp with time zone
-- returns: nothing
delete from public.staff_challenges where ctid = any(array(
  select ctid from public.staff_challenges where expires_at <= $1
  order by expires_at limit 5000 for update skip locked
));

-- staff_demo_member
-- takes: $1 id uuid, $2 name text, $3 role text, $4 seal bytea, $5 now timestamp with time zone
-- returns: uuid
with made as (
  insert into public.staff_members (id, name, role, demo, seal, created_at) values ($1, $2, $3, true, $4, $5)
  on conflict (role) where demo do nothing returning id
) select id from made union all select id from public.staff_members where demo and role = $3 limit 1;

-- staff_invitation_claim
-- takes: $1 now timestamp with time zone, $2 id uuid
-- returns: uuid
update public.staff_invitations set used_at = $1 where id = $2 and used_at is null and expires_at > $1 returning id;

-- staff_invitation_find
-- takes: $1 digests bytea[], $2 now timestamp with time zone
-- returns: uuid, uuid, text, text, bytea, timestamp with time zone, bytea
select i.id, i.member_id, m.name, m.role, i.digest, i.expires_at, i.seal from public.staff_invitations i join public.staff_members m on m.id = i.member_id
where i.digest = any($1::bytea[]) and i.used_at is null and i.expires_at > $2 and m.disabled_at is null;

-- staff_invitation_replace
-- takes: $1 memberId uuid, $2 id uuid, $3 digest bytea, $4 seal bytea, $5 now timestamp with time zone, $6 expiresAt timestamp with time zone
-- returns: nothing
with former as (delete from public.staff_invitations where member_id = $1 and used_at is null returning id)
insert into public.staff_invitations (id, member_id, digest, seal, created_at, expires_at)
select $2, $1, $3, $4, $5, $6 where (select count(*) from former) >= 0;

-- staff_invitations_end
-- takes: $1 memberId uuid
-- returns: nothing
delete from public.staff_invitations where member_id = $1 and used_at is null;

-- staff_invitations_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.staff_invitations where ctid = any(array(
  select ctid from public.staff_invitations where expires_at <= $1
  order by expires_at limit 5000 for update skip locked
));

-- staff_member_change
-- takes: $1 role text, $2 disabledAt timestamp with time zone, $3 seal bytea, $4 id uuid
-- returns: nothing
update public.staff_members set role = $1, disabled_at = $2, seal = $3 where id = $4;

-- staff_member_insert
-- takes: $1 id uuid, $2 name text, $3 role text, $4 seal bytea, $5 now timestamp with time zone
-- returns: nothing
insert into public.staff_members (id, name, role, seal, created_at) values ($1, $2, $3, $4, $5);

-- staff_members_by_key
-- takes: nothing
-- returns: text, integer
select convert_from(substring(seal from 3 for get_byte(seal, 1)), 'latin1') as key_id, count(*)::integer as rows from public.staff_members where not demo group by 1;

-- staff_members_list
-- takes: $1 now timestamp with time zone, $2 demo boolean, $3 id uuid
-- returns: uuid, text, text, boolean, timestamp with time zone, text, timestamp with time zone, timestamp with time zone
select m.id, m.name, m.role, m.demo, m.created_at,
  case when m.disabled_at is not null then 'disabled'
    when m.demo or exists (select from public.staff_passkeys p where p.member_id = m.id and p.ended_at is null) then 'active'
    else 'invited' end as state,
  (select max(s.last_seen_at) from public.staff_sessions s where s.member_id = m.id) as last_seen_at,
  (select max(i.expires_at) from public.staff_invitations i where i.member_id = m.id and i.used_at is null and i.expires_at > $1)
    as invitation_expires_at
from public.staff_members m where (not m.demo or $2) and (m.id = $3::uuid or $3::uuid is null) order by m.created_at, m.id;

-- staff_members_lock
-- takes: $1 ids uuid[], $2 admins boolean
-- returns: uuid, text, text, boolean, timestamp with time zone, bytea
select id, name, role, demo, disabled_at, seal from public.staff_members
where id = any($1::uuid[]) or ($2 and role = 'admin' and disabled_at is null and not demo) order by id for update;

-- staff_members_names
-- takes: $1 ids uuid[]
-- returns: uuid, text
select id, name from public.staff_members where id = any($1::uuid[]);

-- staff_members_registered
-- takes: $1 ids uuid[]
-- returns: uuid
select member_id from public.staff_passkeys where member_id = any($1::uuid[]) and ended_at is null group by member_id;

-- staff_passkey_count
-- takes: $1 counter bigint, $2 now timestamp with time zone, $3 seal bytea, $4 id bytea
-- returns: bytea
update public.staff_passkeys set counter = $1, last_used_at = $2, seal = $3
where id = $4 and ended_at is null and (counter < $1::bigint or counter = 0 and $1::bigint = 0) returning id;

-- staff_passkey_find
-- takes: $1 id bytea, $2 memberId uuid
-- returns: bytea, bytea
select p.public_key as "publicKey", p.seal from public.staff_passkeys p join public.staff_members m on m.id = p.member_id
where p.id = $1 and p.member_id = $2 and p.ended_at is null and m.disabled_at is null;

-- staff_passkey_insert
-- takes: $1 id bytea, $2 memberId uuid, $3 publicKey bytea, $4 seal bytea, $5 counter bigint, $6 transports text[], $7 synced boolean, $8 now timestamp with time zone
-- returns: nothing
insert into public.staff_passkeys (id, member_id, public_key, seal, counter, transports, synced, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- staff_passkeys_by_key
-- takes: nothing
-- returns: text, integer
select convert_from(substring(seal from 3 for get_byte(seal, 1)), 'latin1') as key_id, count(*)::integer as rows from public.staff_passkeys where ended_at is null group by 1;

-- staff_passkeys_end
-- takes: $1 now timestamp with time zone, $2 memberId uuid
-- returns: bytea
update public.staff_passkeys set ended_at = $1 where member_id = $2 and ended_at is null returning id;

-- staff_passkeys_of_member
-- takes: $1 memberId uuid
-- returns: bytea, text[]
select id, transports from public.staff_passkeys where member_id = $1 and ended_at is null order by created_at, id;

-- staff_passkeys_of_signers
-- takes: $1 ids bytea[]
-- returns: bytea, uuid, bytea, bytea, timestamp with time zone, text, boolean, timestamp with time zone, bytea
select p.id, p.member_id as "memberId", p.public_key as "publicKey", p.seal, p.ended_at as "endedAt",
  m.role, m.demo, m.disabled_at, m.seal as member_seal
from public.staff_passkeys p join public.staff_members m on m.id = p.member_id where p.id = any($1::bytea[]);

-- staff_session_end
-- takes: $1 now timestamp with time zone, $2 id uuid
-- returns: uuid
update public.staff_sessions set ended_at = $1 where id = $2 and ended_at is null returning id;

-- staff_session_insert
-- takes: $1 id uuid, $2 memberId uuid, $3 passkeyId bytea, $4 digest bytea, $5 seal bytea, $6 now timestamp with time zone, $7 idleExpiresAt timestamp with time zone, $8 expiresAt timestamp with time zone, $9 freshUntil timestamp with time zone
-- returns: nothing
insert into public.staff_sessions (id, member_id, passkey_id, digest, seal, created_at, last_seen_at, idle_expires_at, expires_at, fresh_until)
values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9);

-- staff_session_refresh
-- takes: $1 freshUntil timestamp with time zone, $2 id uuid
-- returns: uuid
update public.staff_sessions set fresh_until = $1 where id = $2 and ended_at is null returning id;

-- staff_session_see
-- takes: $1 now timestamp with time zone, $2 idleExpiresAt timestamp with time zone, $3 digests bytea[], $4 demo boolean
-- returns: uuid, uuid, text, text, boolean, timestamp with time zone, timestamp with time zone, timestamp with time zone, timestamp with time zone, bytea, bytea, bytea, timestamp with time zone
update public.staff_sessions s set last_seen_at = $1, idle_expires_at = least(s.expires_at, $2::timestamptz)
from public.staff_members m
where s.digest = any($3::bytea[]) and s.ended_at is null and s.expires_at > $1 and s.idle_expires_at > $1
  and m.id = s.member_id and m.disabled_at is null and (not m.demo or $4)
returning s.id, s.member_id as "memberId", m.name, m.role, m.demo, s.created_at as "signedInAt", s.expires_at as "expiresAt",
  s.idle_expires_at as "idleExpiresAt", s.fresh_until as "freshUntil", s.digest, s.seal, m.seal as member_seal, m.disabled_at;

-- staff_sessions_end
-- takes: $1 now timestamp with time zone, $2 memberId uuid
-- returns: uuid
update public.staff_sessions set ended_at = $1 where id in (
select id from public.staff_sessions where member_id = $2 and ended_at is null order by id for no key update) returning id;

-- staff_sessions_prune
-- takes: $1 before timestamp with time zone
-- returns: nothing
delete from public.staff_sessions where ctid = any(array(
  select ctid from public.staff_sessions where expires_at <= $1
  order by expires_at limit 5000 for update skip locked
));

-- tokens_erase_account
-- takes: $1 account text
-- returns: nothing
with theirs as (
  update public.sessions set account_id = null
  where id in (select id from public.sessions where account_id = $1 order by id for no key update) returning id
), codes as (
  delete from public.authorization_codes where account_id = $1 and (select count(*) from theirs) >= 0 returning digest
)
update public.device_codes set state = 'denied', account_id = null, session_id = null
where account_id = $1 and (select count(*) from codes) >= 0;

-- tokens_exchange
-- takes: $1 generation uuid, $2 acr text, $3 strongRoles text[], $4 now timestamp with time zone, $5 recoveryId uuid, $6 since timestamp with time zone, $7 authenticators text[], $8 account text, $9 jti text, $10 jtiExpiresAt timestamp with time zone, $11 amr text[], $12 authTime timestamp with time zone, $13 sessionId uuid, $14 clientId text, $15 scope text, $16 unusedAccessId uuid, $17 idleMs bigint, $18 accessMs bigint, $19 wholeMs bigint, $20 roleLifetimes jsonb, $21 refreshDigest bytea, $22 originRequestId text, $23 originSource text, $24 auditId uuid
-- returns: text, boolean, text[], boolean, integer, uuid, text, uuid, text, text[], timestamp with time zone, bigint
with
subject as (
  select a.id, a.status, a.roles, a.generation, (
($1::uuid is null or a.generation = $1::uuid) and (right($2::text, 4) = 'aal2' or $2::text = 'urn:rekey:recovery:attested' or (case when a.aal = 2 or a.roles && $3::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true)) then 2 else 1 end) = 1)
and (a.password_recovery_id is not distinct from $5::uuid or coalesce(a.password_changed_at <= $6::timestamptz, true))
and coalesce(a.evidence_from <= $6::timestamptz, true)
and not exists (select from unnest($7::text[]) as proof (authenticator) where not (
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end))) as holds from public.accounts a where a.id = $8 for share of a
), fresh as (
  insert into public.used_token_ids (jti, expires_at) select $9, $10 from subject where subject.status = 'active' and subject.holds
  on conflict do nothing returning jti
), ended as (
  update public.sessions set ended_at = $4::timestamptz, end_reason = 'recovery'
  where ended_at is null and id in (select id from public.sessions where ended_at is null and account_id = $8 and exists (select from fresh) order by id for no key update)
  returning id
), void_codes as (
  update public.authorization_codes set used_at = $4::timestamptz
  where used_at is null and digest in (
select digest from public.authorization_codes where used_at is null and account_id = $8 and exists (select from fresh) and (select count(*) from ended) >= 0
order by digest for no key update)
), who as (
   select subject.id as account_id, subject.roles, subject.generation from subject, fresh
 ), granted as (
   select $2::text as acr, $11::text[] as amr, $12::timestamptz as auth_time, $5::uuid as recovery_id
 ),
session as (
  insert into public.sessions (id, account_id, generation, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
    created_at, expires_at, unused_access_id)
  select $13::uuid, who.account_id, who.generation, $14::text, $15::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
    life.idle_ms, life.access_ms, $4::timestamptz, $4::timestamptz + life.whole_ms * interval '1 millisecond', $16::uuid
  from who, granted, lateral (
    select least($17::bigint, min(role."refreshIdle")) as idle_ms, least($18::bigint, min(role.access)) as access_ms,
      least($19::bigint, min(role.refresh)) as whole_ms
    from jsonb_to_recordset($20::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
    where role.name = any(who.roles)
  ) life
  returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
), first_token as (
  insert into public.refresh_tokens (digest, session_id, created_at) select $21::bytea, id, $4::timestamptz from session
), audited as (
  insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $22::text, $23::text,
  $24::uuid, $4::timestamptz, 'authn_token_created', 'client:' || $14::text, account_id, recovery_id,
    jsonb_build_object('session', id, 'acr', acr, 'amr', to_jsonb(amr))
  from session
)
 select subject.status, subject.holds, subject.roles, exists (select from fresh) as fresh, (select count(*)::integer from ended) as ended,
   session.id, subject.id as account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms
 from subject left join session on true;

-- tokens_exchange_code
-- takes: $1 generation uuid, $2 acr text, $3 strongRoles text[], $4 now timestamp with time zone, $5 recoveryId uuid, $6 since timestamp with time zone, $7 authenticators text[], $8 account text, $9 jti text, $10 jtiExpiresAt timestamp with time zone, $11 codeDigest bytea, $12 clientId text, $13 redirectUri text, $14 codeChallenge text, $15 amr text[], $16 authTime timestamp with time zone, $17 codeExpiresAt timestamp with time zone, $18 originRequestId text, $19 originSource text, $20 auditId uuid
-- returns: text, boolean, boolean, integer
with
subject as (
  select a.id, a.status, a.roles, a.generation, (
($1::uuid is null or a.generation = $1::uuid) and (right($2::text, 4) = 'aal2' or $2::text = 'urn:rekey:recovery:attested' or (case when a.aal = 2 or a.roles && $3::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true)) then 2 else 1 end) = 1)
and (a.password_recovery_id is not distinct from $5::uuid or coalesce(a.password_changed_at <= $6::timestamptz, true))
and coalesce(a.evidence_from <= $6::timestamptz, true)
and not exists (select from unnest($7::text[]) as proof (authenticator) where not (
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end))) as holds from public.accounts a where a.id = $8 for share of a
), fresh as (
  insert into public.used_token_ids (jti, expires_at) select $9, $10 from subject where subject.status = 'active' and subject.holds
  on conflict do nothing returning jti
), ended as (
  update public.sessions set ended_at = $4::timestamptz, end_reason = 'recovery'
  where ended_at is null and id in (select id from public.sessions where ended_at is null and account_id = $8 and exists (select from fresh) order by id for no key update)
  returning id
), void_codes as (
  update public.authorization_codes set used_at = $4::timestamptz
  where used_at is null and digest in (
select digest from public.authorization_codes where used_at is null and account_id = $8 and exists (select from fresh) and (select count(*) from ended) >= 0
order by digest for no key update)
), code as (
insert into public.authorization_codes (digest, client_id, redirect_uri, code_challenge, account_id, generation, recovery_id, acr, amr, auth_time,
  authenticators, proven_since, expires_at)
select $11, $12, $13, $14, subject.id, subject.generation, $5, $2, $15, $16,
  $7, $6, $17
from subject, fresh
returning digest
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $18::text, $19::text,
   $20::uuid, $4::timestamptz, 'authn_token_created', 'client:' || $12::text, subject.id, $5::uuid,
     '{"authorization_code": true}'::jsonb
   from subject, fresh
 )
 select subject.status, subject.holds, exists (select from fresh) as fresh, (select count(*)::integer from ended) as ended from subject;

-- tokens_find_redeemed_code
-- takes: $1 codeDigests bytea[]
-- returns: uuid
select session_id from public.authorization_codes
where digest = any($1::bytea[]) and used_at is not null and session_id is not null;

-- tokens_redeem_code
-- takes: $1 codeDigests bytea[], $2 strongRoles text[], $3 now timestamp with time zone, $4 sessionId uuid, $5 clientId text, $6 redirectUri text, $7 codeChallenge text, $8 scope text, $9 unusedAccessId uuid, $10 idleMs bigint, $11 accessMs bigint, $12 wholeMs bigint, $13 roleLifetimes jsonb, $14 refreshDigest bytea, $15 originRequestId text, $16 originSource text, $17 auditId uuid
-- returns: uuid, text, uuid, text, text[], timestamp with time zone, bigint, text[]
with presented as (
   select * from public.authorization_codes where digest = any($1::bytea[])
 ), who as (
   select a.id as account_id, a.roles, a.generation, a.known_browsers_epoch from public.accounts a where a.id = (select account_id from presented) and a.status = 'active' and exists (select from presented where (
(presented.generation is null or a.generation = presented.generation) and (right(presented.acr, 4) = 'aal2' or presented.acr = 'urn:rekey:recovery:attested' or (case when a.aal = 2 or a.roles && $2::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $3::timestamptz, true)) then 2 else 1 end) = 1)
and (a.password_recovery_id is not distinct from presented.recovery_id or coalesce(a.password_changed_at <= presented.proven_since, true))
and coalesce(a.evidence_from <= presented.proven_since, true)
and not exists (select from unnest(presented.authenticators) as proof (authenticator) where not (
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $3::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end)))) for share of a
 ), granted as (
   update public.authorization_codes code set used_at = $3::timestamptz, session_id = $4::uuid
   from who
   where code.account_id = who.account_id and code.digest = any($1::bytea[]) and code.used_at is null
     and code.expires_at > $3::timestamptz and code.client_id = $5 and code.redirect_uri = $6
     and code.code_challenge = $7
   returning code.recovery_id, code.acr, code.amr, code.auth_time
 ),
session as (
  insert into public.sessions (id, account_id, generation, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms,
    created_at, expires_at, unused_access_id)
  select $4::uuid, who.account_id, who.generation, $5::text, $8::text, granted.acr, granted.amr, granted.auth_time, granted.recovery_id,
    life.idle_ms, life.access_ms, $3::timestamptz, $3::timestamptz + life.whole_ms * interval '1 millisecond', $9::uuid
  from who, granted, lateral (
    select least($10::bigint, min(role."refreshIdle")) as idle_ms, least($11::bigint, min(role.access)) as access_ms,
      least($12::bigint, min(role.refresh)) as whole_ms
    from jsonb_to_recordset($13::jsonb) as role (name text, access bigint, "refreshIdle" bigint, refresh bigint)
    where role.name = any(who.roles)
  ) life
  returning id, account_id, recovery_id, access_ms, acr, amr, auth_time
), first_token as (
  insert into public.refresh_tokens (digest, session_id, created_at) select $14::bytea, id, $3::timestamptz from session
), audited as (
  insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $15::text, $16::text,
  $17::uuid, $3::timestamptz, 'authn_token_created', 'client:' || $5::text, account_id, recovery_id,
    jsonb_build_object('session', id, 'acr', acr, 'amr', to_jsonb(amr))
  from session
)
 select session.id, session.account_id, session.recovery_id, session.acr, session.amr, session.auth_time, session.access_ms, who.roles
 from session, who;

-- tokens_refresh
-- takes: $1 digests bytea[], $2 now timestamp with time zone, $3 clientId text, $4 wanted text[], $5 successorDigest bytea
-- returns: uuid, text, text, uuid, text, text[], timestamp with time zone, bigint, text[], timestamp with time zone, text, boolean
with presented as (
  select t.digest, t.replaced_at, s.*, subject.roles, subject.status,
    case when t.replaced_at is null then least(s.expires_at, t.created_at + s.idle_ms * interval '1 millisecond') else least(s.expires_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) + s.idle_ms * interval '1 millisecond') end as until
  from public.refresh_tokens t join public.sessions s on s.id = t.session_id
    left join lateral (select id, status, roles, generation from public.accounts
where id = s.account_id and (s.generation is null or accounts.generation = s.generation)) subject on true
  -- The subquery says that there is one row at most. Otherwise the planner expects ten rows and plans again at each call, which takes
  -- longer than the call itself.
  where t.digest = (select digest from public.refresh_tokens where digest = any($1::bytea[]) limit 1)
), used as (
  -- Before the token: a repeated completion of the recovery locks both in this order, and only one of the two goes on.
  update public.sessions s set unused_access_id = null from presented p
  where s.id = p.id and s.unused_access_id = p.unused_access_id
  returning s.id
), rotated as (
  update public.refresh_tokens t set replaced_at = $2::timestamptz
  from presented p
  where t.digest = p.digest and t.replaced_at is null and p.client_id = $3 and p.status = 'active'
    and ($4::text[] is null or $4::text[] <@ string_to_array(p.scope, ' '))
    and p.ended_at is null and p.until > $2::timestamptz
    and (p.unused_access_id is null or exists (select from used))
  returning t.session_id
), successor as (
  insert into public.refresh_tokens (digest, session_id, created_at)
  select $5::bytea, session_id, $2::timestamptz from rotated on conflict do nothing
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

-- tokens_reissue
-- takes: $1 generation uuid, $2 acr text, $3 strongRoles text[], $4 now timestamp with time zone, $5 recoveryId uuid, $6 since timestamp with time zone, $7 authenticators text[], $8 account text, $9 clientId text, $10 jti text, $11 jtiExpiresAt timestamp with time zone, $12 accessId uuid, $13 refreshDigest bytea, $14 originRequestId text, $15 originSource text, $16 auditId uuid
-- returns: uuid, text, uuid, text, text[], timestamp with time zone, bigint, text, text[]
with subject as (
   select a.id, a.status, a.roles, a.generation, (
($1::uuid is null or a.generation = $1::uuid) and (right($2::text, 4) = 'aal2' or $2::text = 'urn:rekey:recovery:attested' or (case when a.aal = 2 or a.roles && $3::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true)) then 2 else 1 end) = 1)
and (a.password_recovery_id is not distinct from $5::uuid or coalesce(a.password_changed_at <= $6::timestamptz, true))
and coalesce(a.evidence_from <= $6::timestamptz, true)
and not exists (select from unnest($7::text[]) as proof (authenticator) where not (
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end))) as holds from public.accounts a where a.id = $8 for share of a
 ), before as (
   select s.id, s.unused_access_id from public.sessions s, subject
   where subject.status = 'active' and subject.holds and s.recovery_id = $5 and s.account_id = subject.id
     and s.generation = subject.generation and s.client_id = $9 and s.unused_access_id is not null
     and s.ended_at is null and least(s.expires_at, (select max(newest.created_at) from public.refresh_tokens newest where newest.session_id = s.id) + s.idle_ms * interval '1 millisecond') > $4::timestamptz
 ), fresh as (
   insert into public.used_token_ids (jti, expires_at) select $10, $11 from before on conflict do nothing returning jti
 ), renewed as (
   update public.sessions s set unused_access_id = $12::uuid from before, fresh
   where s.id = before.id and s.ended_at is null and s.unused_access_id = before.unused_access_id
   returning s.id, s.account_id, s.recovery_id, s.acr, s.amr, s.auth_time, s.access_ms, s.scope
 ), withdrawn as (
   update public.refresh_tokens t set replaced_at = $4::timestamptz from renewed
   where t.session_id = renewed.id and t.replaced_at is null
   returning t.session_id
 ), successor as (
   insert into public.refresh_tokens (digest, session_id, created_at) select $13::bytea, session_id, $4::timestamptz from withdrawn
 ), ended as (
   insert into public.used_token_ids (jti, expires_at)
   select before.unused_access_id::text, $4::timestamptz + renewed.access_ms * interval '1 millisecond'
   from before join renewed using (id) join withdrawn on withdrawn.session_id = renewed.id on conflict do nothing
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $14::text, $15::text,
   $16::uuid, $4::timestamptz, 'authn_token_reissued', 'client:' || $9::text, renewed.account_id, renewed.recovery_id,
     jsonb_build_object('session', renewed.id)
   from renewed join withdrawn on withdrawn.session_id = renewed.id
 )
 select renewed.*, subject.roles from renewed join withdrawn on withdrawn.session_id = renewed.id, subject;

-- tokens_reissue_code
-- takes: $1 generation uuid, $2 acr text, $3 strongRoles text[], $4 now timestamp with time zone, $5 recoveryId uuid, $6 since timestamp with time zone, $7 authenticators text[], $8 account text, $9 clientId text, $10 redirectUri text, $11 codeChallenge text, $12 jti text, $13 jtiExpiresAt timestamp with time zone, $14 codeDigest bytea, $15 amr text[], $16 authTime timestamp with time zone, $17 codeExpiresAt timestamp with time zone, $18 originRequestId text, $19 originSource text, $20 auditId uuid
-- returns: nothing
with subject as (
   select a.id, a.status, a.roles, a.generation, (
($1::uuid is null or a.generation = $1::uuid) and (right($2::text, 4) = 'aal2' or $2::text = 'urn:rekey:recovery:attested' or (case when a.aal = 2 or a.roles && $3::text[] or exists (select from public.authenticators t where t.account_id = a.id and t.kind in ('totp') and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true)) then 2 else 1 end) = 1)
and (a.password_recovery_id is not distinct from $5::uuid or coalesce(a.password_changed_at <= $6::timestamptz, true))
and coalesce(a.evidence_from <= $6::timestamptz, true)
and not exists (select from unnest($7::text[]) as proof (authenticator) where not (
case when position(':' in proof.authenticator) > 0 then exists (
select from public.addresses d
where d.account_id = a.id and d.id = split_part(proof.authenticator, ':', 1)::uuid and d.binding = split_part(proof.authenticator, ':', 2)::integer
  and d.verified and d.removed_at is null and d.compromised_at is null)
  else exists (
    select from public.authenticators t
    where t.account_id = a.id and t.id::text = proof.authenticator and t.bound_at is not null and t.suspended_at is null and coalesce(t.counts_from <= $4::timestamptz, true) and t.disabled_at is null
  ) or exists (select from public.accounts attested where attested.id = a.id and attested.attested_by::text = proof.authenticator) end))) as holds from public.accounts a where a.id = $8 for share of a
 ), before as (
   select c.digest from public.authorization_codes c, subject
   where subject.status = 'active' and subject.holds and c.recovery_id = $5 and c.account_id = subject.id
     and c.generation = subject.generation and c.client_id = $9 and c.redirect_uri = $10
     and c.code_challenge = $11 and c.used_at is null
   for no key update of c
 ), fresh as (
   insert into public.used_token_ids (jti, expires_at) select $12, $13 from before on conflict do nothing returning jti
 ), withdrawn as (
   update public.authorization_codes c set used_at = $4::timestamptz from before, fresh
   where c.digest = before.digest and c.used_at is null returning c.digest
 ), code as (
insert into public.authorization_codes (digest, client_id, redirect_uri, code_challenge, account_id, generation, recovery_id, acr, amr, auth_time,
  authenticators, proven_since, expires_at)
select $14, $9, $10, $11, subject.id, subject.generation, $5, $2, $15, $16,
  $7, $6, $17
from subject, withdrawn
returning digest
 ), audited as (
   insert into public.audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
select $18::text, $19::text,
   $20::uuid, $4::timestamptz, 'authn_token_reissued', 'client:' || $9::text, subject.id, $5::uuid,
     '{"authorization_code": true}'::jsonb
   from subject, code
 )
 select from code;

-- used_token_ids_prune
-- takes: $1 now timestamp with time zone
-- returns: nothing
delete from public.used_token_ids where ctid = any(array(
  select ctid from public.used_token_ids where expires_at <= $1
  order by expires_at limit 5000 for update skip locked
));
