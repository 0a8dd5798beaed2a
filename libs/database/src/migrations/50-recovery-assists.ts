import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Assisted recoveries.
 *
 * - `assists`: a member of staff starts a recovery for a caller, whose browser or app joins by a short code.
 * - `recoveries.assist_id`: the assist that started a recovery; null for one that its person started.
 * - Messages may be of the kind `recovery_assisted`: every address is told that support has started a recovery.
 *
 * The release before keeps running: it starts no assist, and reads none; it judges an assisted recovery as one that its person started. A courier of that release cannot render the new kind of message; it
 * stays queued until one of this release is there.
 */
export class RecoveryAssists1764000000050 implements MigrationInterface {
  name = 'RecoveryAssists1764000000050';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table assists (
        id uuid primary key,
        account_id text not null,
        generation uuid not null,
        member_id uuid not null,
        code_digest bytea not null,
        state text not null constraint assists_state_check check (state in ('waiting', 'opened', 'matched', 'ended')),
        created_at timestamptz not null,
        expires_at timestamptz not null,
        -- Who has entered the code: the request that may be repeated, and what a recovery keeps of its start.
        opened_by bytea,
        source_key bytea,
        known_as jsonb,
        locale text,
        client_id text,
        client_authenticated boolean not null default false,
        recovery_id uuid,
        ended_by text constraint assists_ended_by_check check (ended_by in ('number', 'staff', 'account')),
        constraint assists_matched_check check ((state = 'matched') = (recovery_id is not null)),
        constraint assists_ended_check check ((state = 'ended') = (ended_by is not null))
      );
      create unique index assists_code_digest on assists (code_digest);
      create index assists_expires_at on assists (expires_at)`);
    await queryRunner.query('alter table recoveries add column assist_id uuid');
    await queryRunner.query(`
      alter table messages drop constraint messages_kind_check,
        add constraint messages_kind_check check (kind in ('recovery_code', 'recovery_completed', 'recovery_held', 'recovery_assisted',
          'authenticators_changed'))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`delete from messages where kind = 'recovery_assisted'`);
    await queryRunner.query(`
      alter table messages drop constraint messages_kind_check,
        add constraint messages_kind_check check (kind in ('recovery_code', 'recovery_completed', 'recovery_held', 'authenticators_changed'))`);
    await queryRunner.query('alter table recoveries drop column assist_id');
    await queryRunner.query('drop table assists');
  }
}
