import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A recovery ends the old password, and retains it encrypted for as long as its stop link works, so that a stop gives it back. After a stop
 * the next recovery of the account is held, and every address gets a notification.
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
        -- The hash as it was; null: there was none, because the recovery in set_by had ended it.
        sealed bytea,
        -- The recovery that had set that password, and what the product had sent last.
        set_by uuid,
        put bytea,
        until timestamptz not null
      )`);
    await queryRunner.query('create index former_passwords_until on former_passwords (until)');
    // One of each kind counts, next to suspended ones. An authenticator that a session removed is retained until no stop can give it back.
    await queryRunner.query(
      'alter table authenticators add column removed_at timestamptz, add column removed_by uuid',
    );
    await queryRunner.query('drop index authenticators_account');
    await queryRunner.query(
      'create unique index authenticators_account on authenticators (account_id, kind, (bound_at is null)) where suspended_at is null',
    );
    await queryRunner.query('create index authenticators_of_account on authenticators (account_id)');
    await queryRunner.query(
      'create index authenticators_removed on authenticators (removed_at) where removed_at is not null',
    );
    // When one of its recoveries was last stopped, until one is completed.
    await queryRunner.query('alter table accounts add column stopped_at timestamptz');
    await queryRunner.query(`
      alter table messages drop constraint messages_kind_check,
        add constraint messages_kind_check check (kind in ('recovery_code', 'recovery_completed', 'recovery_held', 'authenticators_changed'))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('delete from authenticators where removed_at is not null');
    await queryRunner.query(`
      delete from authenticators t using authenticators other
      where other.account_id = t.account_id and other.kind = t.kind and other.id <> t.id and t.bound_at is not null and other.bound_at is not null
        and t.suspended_at is not null and (other.suspended_at is null or other.bound_at > t.bound_at or other.bound_at = t.bound_at and other.id > t.id)`);
    await queryRunner.query('drop index authenticators_account');
    await queryRunner.query('drop index authenticators_of_account');
    await queryRunner.query(
      'create unique index authenticators_account on authenticators (account_id, kind, (bound_at is null))',
    );
    await queryRunner.query('alter table authenticators drop column removed_at, drop column removed_by');
    await queryRunner.query(`delete from messages where kind = 'recovery_held'`);
    await queryRunner.query(`
      alter table messages drop constraint messages_kind_check,
        add constraint messages_kind_check check (kind in ('recovery_code', 'recovery_completed', 'authenticators_changed'))`);
    await queryRunner.query('alter table accounts drop column stopped_at');
    await queryRunner.query('drop table former_passwords');
    await queryRunner.query('alter table recoveries drop column password_ended');
  }
}
