import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A session that a recovery led to carries the id of its access token for as long as nobody has shown a token of it. A repeat of the
 * completion, whose response was lost, replaces the tokens of such a session only.
 *
 * The release before keeps running: its sessions have null, which means that they may have been used.
 */
export class TokensUnused1764000000038 implements MigrationInterface {
  name = 'TokensUnused1764000000038';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table sessions add column unused_access_id uuid');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table sessions drop column unused_access_id');
  }
}
