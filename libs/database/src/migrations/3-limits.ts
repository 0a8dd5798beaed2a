import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What has been consumed, under keyed digests: nobody can read whose address or which source it was. */
export class Limits1764000000003 implements MigrationInterface {
  name = 'Limits1764000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table limit_counters (
        key bytea primary key,
        spent integer not null,
        resets_at timestamptz not null
      ) with (fillfactor = 80)`);
    await queryRunner.query('create index limit_counters_resets_at on limit_counters using brin (resets_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table limit_counters');
  }
}
