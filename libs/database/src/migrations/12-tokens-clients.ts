import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ending all that a client has ends its own tokens, too: they belong to no session. */
export class TokensClients1764000000012 implements MigrationInterface {
  name = 'TokensClients1764000000012';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Those that were made up to then are good for nothing.
    await queryRunner.query('alter table clients add column tokens_from timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table clients drop column tokens_from');
  }
}
