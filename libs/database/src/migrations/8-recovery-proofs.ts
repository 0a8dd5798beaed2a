import type { MigrationInterface, QueryRunner } from 'typeorm';

/** More than one proof per recovery, and notifications that belong to an account rather than to a recovery. */
export class RecoveryProofs1764000000008 implements MigrationInterface {
  name = 'RecoveryProofs1764000000008';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table recoveries
        -- The accepted kinds of proof, in order, and what each contributes to \`amr\`.
        add column proofs text[] not null default '{}',
        add column amr text[] not null default '{}',
        add column acr text`);
    await queryRunner.query(`
      update recoveries set proofs = '{code}', amr = array['recovery-code-' || proven_by], acr = 'urn:rekey:recovery:aal1'
      where proven_by is not null`);
    await queryRunner.query('alter table recoveries drop column proven_by');
    // A recovery only has to store the identifier's counter of attempts; the account's is computed.
    await queryRunner.query('alter table recoveries add column guess_key bytea');
    await queryRunner.query('update recoveries set guess_key = guess_budgets[1]');
    await queryRunner.query(
      'alter table recoveries alter column guess_key set not null, drop column guess_budgets',
    );
    await queryRunner.query(`
      alter table messages
        alter column recovery_id drop not null,
        add column account_id text,
        -- For a code: the address as an authenticator, at the time it was sent; null for a code to nobody.
        add column authenticator text,
        -- For a notification about authenticators: what changed.
        add column change text,
        drop constraint messages_kind_check,
        add constraint messages_kind_check check (kind in ('recovery_code', 'recovery_completed', 'authenticators_changed')),
        add constraint messages_about check ((recovery_id is null) = (kind = 'authenticators_changed')),
        add constraint messages_change check ((change is null) = (kind <> 'authenticators_changed'))`);
    await queryRunner.query(
      'create index messages_account on messages (account_id) where account_id is not null',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index messages_account');
    await queryRunner.query(`delete from messages where kind = 'authenticators_changed'`);
    await queryRunner.query(`
      alter table messages drop constraint messages_about, drop constraint messages_change, drop constraint messages_kind_check,
        drop column account_id, drop column authenticator, drop column change, alter column recovery_id set not null,
        add constraint messages_kind_check check (kind in ('recovery_code', 'recovery_completed'))`);
    await queryRunner.query(`
      alter table recoveries add column proven_by text, add column guess_budgets bytea[] not null default '{}'`);
    await queryRunner.query(
      `update recoveries set guess_budgets = array[guess_key], proven_by = replace(amr[1], 'recovery-code-', '')`,
    );
    await queryRunner.query(`
      alter table recoveries alter column guess_budgets drop default, drop column guess_key, drop column proofs, drop column amr, drop column acr`);
  }
}
