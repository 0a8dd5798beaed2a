import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit as a tree that nobody can change unseen.
 *
 * An event carries the transaction that recorded it, written by the database. Once that is older than every transaction that runs, no event
 * can still appear in front of it: so events are sealed in an order of their own, while writing stays parallel.
 *
 * Events are forgotten from the beginning of the tree only, so that what remains is one piece. The account of an event can be taken away
 * from it, and nothing else: what the tree holds is a commitment to it.
 *
 * The release before keeps running: its events are sealed as well.
 */
export class AuditTree1764000000041 implements MigrationInterface {
  name = 'AuditTree1764000000041';

  async up(queryRunner: QueryRunner): Promise<void> {
    // A constant for the rows of before, which PostgreSQL does not write into each: the table is not rewritten.
    await queryRunner.query(`alter table audit_events add column recorded_in bigint not null default 0`);
    await queryRunner.query(
      'alter table audit_events alter column recorded_in set default pg_current_xact_id()::text::bigint',
    );
    await queryRunner.query('create index audit_events_recorded_in on audit_events (recorded_in, id)');
    await queryRunner.query(`
      create table audit_tiles (
        level smallint not null,
        index bigint not null,
        hashes bytea not null,
        primary key (level, index)
      )`);
    await queryRunner.query(`
      create table audit_leaves (
        position bigint primary key check (position >= 0),
        event_id uuid not null unique,
        account bytea
      )`);
    await queryRunner.query(`
      create table audit_salts (
        account_id text primary key,
        salt bytea not null
      )`);
    await queryRunner.query(`
      create table audit_checkpoints (
        size bigint primary key,
        note text not null,
        signed_at timestamptz not null
      )`);
    // One row: its lock is the right to seal.
    await queryRunner.query(`
      create table audit_sealing (
        one boolean primary key default true check (one),
        log uuid not null,
        size bigint not null default 0,
        first bigint not null default 0,
        cluster bigint,
        recorded_in bigint not null default 0,
        event_id uuid not null default '00000000-0000-0000-0000-000000000000',
        others_sealed boolean not null default true
      )`);
    await queryRunner.query('insert into audit_sealing (log) values (gen_random_uuid())');
    await queryRunner.query(`
      create table audit_erasures (
        account_id text primary key,
        requested_at timestamptz not null
      )`);
    await queryRunner.query(`
      create table audit_anchors (
        name text primary key,
        size bigint not null,
        anchored_at timestamptz not null
      )`);
    await this.keepErasable(queryRunner);
    await this.forgetFromTheBeginning(queryRunner);
  }

  private async keepErasable(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create or replace function audit_events_keep() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
      begin
        if tg_op = 'DELETE' then
          if greatest(old.at, old.recorded_at) < now() - interval '12 months' then
            return old;
          end if;
        elsif tg_op = 'UPDATE' then
          -- Its account is taken away from an event that is sealed, and nothing else is changed.
          if new.account_id is null and to_jsonb(new) - 'account_id' = to_jsonb(old) - 'account_id'
             and exists (select from public.audit_leaves l where l.event_id = old.id) then
            return new;
          end if;
        end if;
        raise exception 'audit events are append-only' using errcode = 'insufficient_privilege';
      end $$`);
    await queryRunner.query(`
      create function audit_events_erase(account text) returns bigint language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $$
      declare unsealed bigint;
      begin
        -- Sealing is waited for: it reads the salts.
        perform from public.audit_sealing for update;
        update public.audit_events e set account_id = null
          where account_id = account and exists (select from public.audit_leaves l where l.event_id = e.id);
        select count(*) into unsealed from public.audit_events where account_id = account;
        if unsealed = 0 then
          delete from public.audit_salts where account_id = account;
        end if;
        return unsealed;
      end $$`);
    await queryRunner.query('revoke all on function audit_events_erase(text) from public');
  }

  private async forgetFromTheBeginning(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create or replace function audit_events_forget() returns bigint language plpgsql security definer
      set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
      declare until_position bigint; standing_at bigint; gone bigint;
      begin
        -- Nobody who seals or prunes is waited for: the next sweep goes on.
        perform from public.audit_sealing for update skip locked;
        if not found then
          return 0;
        end if;
        -- An event that is missing ends it: the place where it should be stays known.
        select case when bool_and(is_old) then max(position) + 1 else min(position) filter (where not is_old) end
        into until_position from (
          select l.position, coalesce(greatest(e.at, e.recorded_at) < now() - interval '12 months', false) as is_old
          from public.audit_leaves l left join public.audit_events e on e.id = l.event_id
          where l.position < (select size from public.audit_sealing)
          order by l.position limit 5000
        ) oldest;
        -- Sealing stands at one of these events, and goes on behind it, unless nothing is left.
        select l.position into standing_at from public.audit_leaves l join public.audit_sealing s on s.event_id = l.event_id
          where l.position < s.size;
        if standing_at < until_position and until_position < (select size from public.audit_sealing) then
          until_position := standing_at;
        end if;
        if until_position is null or not exists (select from public.audit_leaves where position < until_position) then
          return 0;
        end if;
        update public.audit_sealing set first = until_position;
        with forgotten as (
          delete from public.audit_leaves where position < until_position returning event_id
        )
        delete from public.audit_events using forgotten where id = forgotten.event_id;
        get diagnostics gone = row_count;
        return gone;
      end $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop function audit_events_erase(text)');
    await queryRunner.query(`
      create or replace function audit_events_forget() returns bigint language sql security definer
      set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
        with gone as (
          delete from public.audit_events where ctid = any(array(
            select ctid from public.audit_events
            where at < now() - interval '12 months' and coalesce(recorded_at, at) < now() - interval '12 months'
            order by at limit 5000
          )) returning 1
        ) select count(*) from gone
      $$`);
    await queryRunner.query(`
      create or replace function audit_events_keep() returns trigger language plpgsql
      set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
      begin
        if tg_op = 'DELETE' then
          if greatest(old.at, old.recorded_at) < now() - interval '12 months' then
            return old;
          end if;
        end if;
        raise exception 'audit events are append-only' using errcode = 'insufficient_privilege';
      end $$`);
    for (const table of ['anchors', 'erasures', 'sealing', 'checkpoints', 'salts', 'leaves', 'tiles'])
      await queryRunner.query(`drop table audit_${table}`);
    await queryRunner.query('drop index audit_events_recorded_in');
    await queryRunner.query('alter table audit_events drop column recorded_in');
  }
}
