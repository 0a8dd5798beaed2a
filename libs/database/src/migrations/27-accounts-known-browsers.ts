import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Browsers and apps in which an account was seen carry the number of this epoch. Raising it ends all of them at once. */
export class AccountsKnownBrowsers1764000000027 implements MigrationInterface {
  name = 'AccountsKnownBrowsers1764000000027';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table accounts add column known_browsers_epoch integer not null default 0',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table accounts drop column known_browsers_epoch');
  }
}
