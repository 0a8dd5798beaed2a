import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An account's id is the product's own, and may be given to another person after a deletion. Everything that belongs to one person is bound
 * to the generation: new at each creation, kept by every replacement.
 */
export class AccountsGeneration1764000000017 implements MigrationInterface {
  name = 'AccountsGeneration1764000000017';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table accounts
        add column generation uuid not null default gen_random_uuid(),
        -- When it was last disabled: earlier proofs do not count when it is enabled again.
        add column evidence_from timestamptz,
        -- Digest of the password hash that the product sent last: the same one again is not a new password.
        add column password_put bytea`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table accounts drop column generation, drop column evidence_from, drop column password_put',
    );
  }
}
