import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When an event was recorded, by the clock of the database. The application role has no privilege to write this column, so it cannot be
 * forged, and `at` may not be far from it: an event cannot be backdated.
 *
 * Events are removed only through one function, which decides by itself which are past their retention. Nothing empties the table.
 */
export class AuditRecorded1764000000024 implements MigrationInterface {
  name = 'AuditRecorded1764000000024';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Existing rows get no value: nobody knows when they were recorded.
    await queryRunner.query('alter table audit_events add column recorded_at timestamptz');
    await queryRunner.query('alter table audit_events alter column recorded_at set default now()');
    // Not valid, which still checks every new row: reading all existing rows would block everyone meanwhile.
    await queryRunner.query(`
      alter table audit_events add constraint audit_events_time
      check (at between recorded_at - interval '1 hour' and recorded_at + interval '1 hour') not valid`);
    // The function sets its own time zone: with an offset of a week, months would start a week earlier.
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
    await queryRunner.query(`
      create trigger audit_events_never_emptied before truncate on audit_events
      for each statement execute function audit_events_keep()`);
    await queryRunner.query(`
      create function audit_events_forget() returns bigint language sql security definer
      set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
        with gone as (
          delete from public.audit_events where ctid = any(array(
            select ctid from public.audit_events
            where at < now() - interval '12 months' and coalesce(recorded_at, at) < now() - interval '12 months'
            order by at limit 5000
          )) returning 1
        ) select count(*) from gone
      $$`);
    await queryRunner.query('revoke all on function audit_events_forget() from public');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop trigger audit_events_never_emptied on audit_events');
    await queryRunner.query('drop function audit_events_forget()');
    await queryRunner.query(`
      create or replace function audit_events_keep() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' and old.at < now() - interval '12 months' then
          return old;
        end if;
        raise exception 'audit events are append-only' using errcode = 'insufficient_privilege';
      end $$`);
    // Its constraint is dropped with it.
    await queryRunner.query('alter table audit_events drop column recorded_at');
  }
}
