import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An authenticator is checked by the way it is stored, no longer by a list of kinds: the registry of proofs has the kinds. A new kind
 * that is stored like one of today needs no migration.
 *
 * The release before keeps running: what it writes passes.
 */
export class AccountsKinds1764000000034 implements MigrationInterface {
  name = 'AccountsKinds1764000000034';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const name of former) await queryRunner.query(`alter table authenticators drop constraint ${name}`);
    await queryRunner.query(`
      alter table authenticators
        add constraint authenticators_kind_check check (kind ~ '^[a-z_]{1,40}$'),
        add constraint authenticators_storage_check check ((secret_sealed is null) <> (salt is null))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table authenticators
        drop constraint authenticators_kind_check,
        drop constraint authenticators_storage_check,
        add constraint authenticators_kind_check check (kind in ('totp', 'backup_code')),
        add constraint authenticators_check check ((kind = 'totp') = (secret_sealed is not null)),
        add constraint authenticators_check1 check ((kind = 'backup_code') = (salt is not null))`);
  }
}

const former = ['authenticators_kind_check', 'authenticators_check', 'authenticators_check1'];
