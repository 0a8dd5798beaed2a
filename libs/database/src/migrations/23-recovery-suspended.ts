import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a recovery has suspended authenticators: its notification says so. */
export class RecoverySuspended1764000000023 implements MigrationInterface {
  name = 'RecoverySuspended1764000000023';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table recoveries add column suspended boolean not null default false');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table recoveries drop column suspended');
  }
}
