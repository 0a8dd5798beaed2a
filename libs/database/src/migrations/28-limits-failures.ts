import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Failed attempts in a row, and until when the next one has to wait. A success removes the row. */
export class LimitsFailures1764000000028 implements MigrationInterface {
  name = 'LimitsFailures1764000000028';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table failed_attempts (
        -- A digest: of a random id, or a keyed one of a value that could be guessed.
        key bytea primary key,
        failures integer not null,
        wait_until timestamptz not null,
        forget_at timestamptz not null,
        -- The owner has got the notification that there were too many.
        told boolean not null default false
      ) with (fillfactor = 80)`);
    await queryRunner.query(
      'create index failed_attempts_forget_at on failed_attempts using brin (forget_at)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table failed_attempts');
  }
}
