import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ending everything of a client also ends its own tokens, which belong to no session. */
export class TokensClients1764000000012 implements MigrationInterface {
  name = 'TokensClients1764000000012';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Tokens made up to then are invalid.
    await queryRunner.query('alter table clients add column tokens_from timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table clients drop column tokens_from');
  }
}
