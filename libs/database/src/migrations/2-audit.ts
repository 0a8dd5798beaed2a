import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happened, by whom. Append-only: the trigger refuses to change a row, and to delete one early. */
export class Audit1764000000002 implements MigrationInterface {
  name = 'Audit1764000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table audit_events (
        id uuid primary key,
        at timestamptz not null,
        event text not null,
        actor text not null,
        account_id text,
        recovery_id uuid,
        detail jsonb not null default '{}'
      )`);
    await queryRunner.query(
      `create index audit_events_account on audit_events (account_id, at) where account_id is not null`,
    );
    await queryRunner.query(
      `create index audit_events_recovery on audit_events (recovery_id) where recovery_id is not null`,
    );
    await queryRunner.query(`create index audit_events_at on audit_events using brin (at)`);
    await queryRunner.query(`
      create function audit_events_keep() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' and old.at < now() - interval '12 months' then
          return old;
        end if;
        raise exception 'audit events are append-only' using errcode = 'insufficient_privilege';
      end $$`);
    await queryRunner.query(`
      create trigger audit_events_keep before update or delete on audit_events
      for each row execute function audit_events_keep()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table audit_events');
    await queryRunner.query('drop function audit_events_keep');
  }
}
