import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `addresses.compromised_at`: when staff marked the address as read by somebody else. Null for all others.
 *
 * The release before keeps running. It does not read the column, so it still sends to an address that is marked; do not mark any before
 * every process is of this release.
 */
export class AccountsCompromised1764000000048 implements MigrationInterface {
  name = 'AccountsCompromised1764000000048';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table addresses add column compromised_at timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table addresses drop column compromised_at');
  }
}
