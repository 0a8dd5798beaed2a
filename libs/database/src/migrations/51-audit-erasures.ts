import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Events are made anonymous only after a sealed event says that this was asked for. Every caller of the function leaves that trace, and it has
 * gone to the anchors by then. A living account keeps its events.
 *
 * That event names the account until nothing else does: what is recorded meanwhile, and not sealed yet, is erased at a later time.
 *
 * The release before keeps running: what it asks for is recorded and sealed as well.
 */
export class AuditErasures1764000000051 implements MigrationInterface {
  name = 'AuditErasures1764000000051';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create or replace function audit_events_erase(account text) returns bigint language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $$
      declare remaining bigint; tree_first bigint; tree_size bigint;
      begin
        -- Sealing is waited for: it reads the salts.
        select first, size into tree_first, tree_size from public.audit_sealing for update;
        if exists (
          select from public.audit_events e join public.audit_leaves l on l.event_id = e.id
          where e.account_id = audit_events_erase.account and e.event = 'user_erased'
            and l.position >= tree_first and l.position < tree_size
        ) and not exists (select from public.accounts where id = audit_events_erase.account) then
          update public.audit_events e set account_id = null
            where account_id = audit_events_erase.account and event <> 'user_erased' and exists (
              select from public.audit_leaves l where l.event_id = e.id and l.position >= tree_first and l.position < tree_size
            );
          if not exists (
            select from public.audit_events e where account_id = audit_events_erase.account and (
              event <> 'user_erased' or not exists (
                select from public.audit_leaves l where l.event_id = e.id and l.position >= tree_first and l.position < tree_size
              ))
          ) then
            update public.audit_events set account_id = null where account_id = audit_events_erase.account;
          end if;
        end if;
        select count(*) into remaining from public.audit_events where account_id = audit_events_erase.account;
        if remaining = 0 then
          delete from public.audit_salts where account_id = audit_events_erase.account;
        end if;
        return remaining;
      end $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create or replace function audit_events_erase(account text) returns bigint language plpgsql security definer
      set search_path = pg_catalog, pg_temp as $$
      declare unsealed bigint;
      begin
        perform from public.audit_sealing for update;
        update public.audit_events e set account_id = null
          where account_id = account and exists (select from public.audit_leaves l where l.event_id = e.id);
        select count(*) into unsealed from public.audit_events where account_id = account;
        if unsealed = 0 then
          delete from public.audit_salts where account_id = account;
        end if;
        return unsealed;
      end $$`);
  }
}
