import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A recovery remembers whether its client showed a secret at the start. Those of the release before did not, and a client that came
 * by the pages is known by its redirect.
 */
export class RecoveryClient1764000000020 implements MigrationInterface {
  name = 'RecoveryClient1764000000020';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table recoveries add column client_authenticated boolean not null default false',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table recoveries drop column client_authenticated');
  }
}
