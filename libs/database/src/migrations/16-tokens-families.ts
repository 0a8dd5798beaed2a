import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A refresh writes three rows; that the session of the new one exists it has just read, and holds. Asking once more, and locking
 * that row a second time, was a tenth of the whole refresh. Whoever removes sessions removes their tokens.
 */
export class TokensFamilies1764000000016 implements MigrationInterface {
  name = 'TokensFamilies1764000000016';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table refresh_tokens drop constraint refresh_tokens_family_id_fkey');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'delete from refresh_tokens t where not exists (select from token_families f where f.id = t.family_id)',
    );
    await queryRunner.query(
      `alter table refresh_tokens add constraint refresh_tokens_family_id_fkey
         foreign key (family_id) references token_families (id) on delete cascade`,
    );
  }
}
