import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A refresh only writes tokens: it replaces the old one and adds the new one. The time of the newest token is the session's last refresh.
 * The same statement has read that the session exists, so no second check with a lock on its row is needed. Both together were a fifth of a
 * refresh. Code that removes sessions removes their tokens.
 */
export class TokensFamilies1764000000016 implements MigrationInterface {
  name = 'TokensFamilies1764000000016';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table refresh_tokens drop constraint refresh_tokens_family_id_fkey');
    await queryRunner.query('drop index refresh_tokens_family');
    await queryRunner.query('create index refresh_tokens_family on refresh_tokens (family_id, created_at)');
    await queryRunner.query(
      'alter table token_families drop column refreshed_at, drop column idle_expires_at',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table token_families add column refreshed_at timestamptz, add column idle_expires_at timestamptz',
    );
    await queryRunner.query(`
      update token_families f set refreshed_at = newest.at,
        idle_expires_at = least(f.expires_at, newest.at + f.idle_ms * interval '1 millisecond')
      from token_families of, lateral (
        select coalesce(max(t.created_at), of.created_at) as at from refresh_tokens t where t.family_id = of.id
      ) newest
      where of.id = f.id`);
    await queryRunner.query(
      'alter table token_families alter column refreshed_at set not null, alter column idle_expires_at set not null',
    );
    await queryRunner.query('drop index refresh_tokens_family');
    await queryRunner.query('create index refresh_tokens_family on refresh_tokens (family_id)');
    await queryRunner.query(
      'delete from refresh_tokens t where not exists (select from token_families f where f.id = t.family_id)',
    );
    await queryRunner.query(
      `alter table refresh_tokens add constraint refresh_tokens_family_id_fkey
         foreign key (family_id) references token_families (id) on delete cascade`,
    );
  }
}
