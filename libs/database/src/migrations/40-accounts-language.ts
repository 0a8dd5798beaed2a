import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The language of an account as it was given, where we do not write in it. `locale` stays the language that we write in.
 *
 * The release before keeps running: it reads and writes `locale` alone.
 */
export class AccountsLanguage1764000000040 implements MigrationInterface {
  name = 'AccountsLanguage1764000000040';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table accounts add column language_tag text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table accounts drop column language_tag');
  }
}
