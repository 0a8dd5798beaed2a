import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A recovery whose start requested no language has none; its codes use the account's own. */
export class RecoveryLocale1764000000014 implements MigrationInterface {
  name = 'RecoveryLocale1764000000014';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table recoveries alter column locale drop not null');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`update recoveries set locale = 'en' where locale is null`);
    await queryRunner.query('alter table recoveries alter column locale set not null');
  }
}
