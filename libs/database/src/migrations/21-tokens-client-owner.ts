import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The client that created a client through the management API owns it. Null: the settings created it, or it existed before. */
export class TokensClientOwner1764000000021 implements MigrationInterface {
  name = 'TokensClientOwner1764000000021';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table clients add column owner text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table clients drop column owner');
  }
}
