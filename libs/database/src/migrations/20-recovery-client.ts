import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A recovery stores whether its client authenticated at the start. Recoveries of the previous release did not; a client that came through
 * the pages is known by its redirect.
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
