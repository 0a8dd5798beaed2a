import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Signing keys succeed each other: the next is published before it signs, the last stays as long as its tokens live. */
export class TokensKeys1764000000009 implements MigrationInterface {
  name = 'TokensKeys1764000000009';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index signing_keys_current');
    await queryRunner.query(`
      alter table signing_keys
        -- The number of the key within its use, from 1: two processes that make the next one at once make only one.
        add column generation integer not null default 1,
        add column active_from timestamptz`);
    await queryRunner.query('update signing_keys set active_from = created_at');
    await queryRunner.query(
      'alter table signing_keys alter column active_from set not null, alter column generation drop default, drop column retired_at',
    );
    await queryRunner.query('create unique index signing_keys_generation on signing_keys (use, generation)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'delete from signing_keys k using signing_keys newer where k.use = newer.use and k.generation < newer.generation',
    );
    await queryRunner.query('drop index signing_keys_generation');
    await queryRunner.query(
      'alter table signing_keys drop column generation, drop column active_from, add column retired_at timestamptz',
    );
    await queryRunner.query(
      'create unique index signing_keys_current on signing_keys (use) where retired_at is null',
    );
  }
}
