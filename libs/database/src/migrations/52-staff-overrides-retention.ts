import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Overrides are pruned, and erased with their account. As for the audit, the working role deletes none itself:
 *
 * - `override_requests_forget()` prunes those which are older than twelve months and whose acts the audit names no more. Who can write to the
 * table makes none of them older: no role of the processes rewrites the audit.
 * - `override_requests_erase(account)` deletes those of an account that is gone, once a sealed event says that this was asked for.
 *
 * The release before keeps running: it calls neither.
 */
export class StaffOverridesRetention1764000000052 implements MigrationInterface {
  name = 'StaffOverridesRetention1764000000052';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create function override_requests_forget() returns bigint language sql security definer
      set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
        with gone as (
          delete from public.override_requests where ctid = any(array(
            select o.ctid from public.override_requests o
            where o.created_at < now() - interval '12 months' and not exists (
              select from public.audit_events e
              where e.event in ('override_requested', 'override_approved', 'override_denied', 'override_stopped', 'override_used')
                and e.detail->>'override' = o.id::text
            )
            order by o.created_at limit 500 for update skip locked
          )) returning 1
        ) select count(*) from gone
      $$`);
    await queryRunner.query(`
      create function override_requests_erase(account text) returns bigint language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $$
      declare gone bigint := 0;
      begin
        if exists (
          select from public.audit_events e join public.audit_leaves l on l.event_id = e.id
          cross join public.audit_sealing s
          where e.account_id = override_requests_erase.account and e.event = 'user_erased'
            and l.position >= s.first and l.position < s.size
        ) and not exists (select from public.accounts where id = override_requests_erase.account) then
          delete from public.override_requests where account_id = override_requests_erase.account;
          get diagnostics gone = row_count;
        end if;
        return gone;
      end $$`);
    for (const name of ['override_requests_forget()', 'override_requests_erase(text)'])
      await queryRunner.query(`revoke all on function ${name} from public`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop function override_requests_erase(text)');
    await queryRunner.query('drop function override_requests_forget()');
  }
}
