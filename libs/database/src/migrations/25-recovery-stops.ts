import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A recovery ends the old password, and keeps it sealed for as long as its stop link works, so that a stop gives it back. After a stop
 * the next recovery of the account is held, and every address is told.
 */
export class RecoveryStops1764000000025 implements MigrationInterface {
  name = 'RecoveryStops1764000000025';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table recoveries add column password_ended boolean not null default false',
    );
    await queryRunner.query(`
      create table former_passwords (
        id uuid primary key,
        recovery_id uuid not null unique references recoveries on delete cascade,
        -- The hash as it was; null: there was none, since the recovery in set_by had ended it.
        sealed bytea,
        -- The recovery whose work that password was, and what the product had put last.
        set_by uuid,
        put bytea,
        until timestamptz not null
      )`);
    await queryRunner.query('create index former_passwords_until on former_passwords (until)');
    // When a recovery of it was last stopped, until one is completed.
    await queryRunner.query('alter table accounts add column stopped_at timestamptz');
    await queryRunner.query(`
      alter table messages drop constraint messages_kind_check,
        add constraint messages_kind_check check (kind in ('recovery_code', 'recovery_completed', 'recovery_held', 'authenticators_changed'))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`delete from messages where kind = 'recovery_held'`);
    await queryRunner.query(`
      alter table messages drop constraint messages_kind_check,
        add constraint messages_kind_check check (kind in ('recovery_code', 'recovery_completed', 'authenticators_changed'))`);
    await queryRunner.query('alter table accounts drop column stopped_at');
    await queryRunner.query('drop table former_passwords');
    await queryRunner.query('alter table recoveries drop column password_ended');
  }
}
