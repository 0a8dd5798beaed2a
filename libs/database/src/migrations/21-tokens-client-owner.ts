import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever made a client by the management API owns it. Null: the settings made it, or it was there before. */
export class TokensClientOwner1764000000021 implements MigrationInterface {
  name = 'TokensClientOwner1764000000021';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table clients add column owner text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table clients drop column owner');
  }
}
