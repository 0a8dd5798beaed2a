import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The odds that attempts at one party have consumed, per quarter of a day, so that a day and a year can be summed over any window; and the
 * length of a code that was sent. A row does not reveal the party: its key is a digest.
 */
export class LimitsOdds1764000000026 implements MigrationInterface {
  name = 'LimitsOdds1764000000026';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table guess_odds (
        key bytea not null,
        -- Quarters of a day since 1970.
        slot integer not null,
        -- The chance of a right attempt, summed.
        odds double precision not null,
        -- Of the newest code that was charged here; null for an attempt.
        digits smallint,
        expires_at timestamptz not null,
        primary key (key, slot)
      ) with (fillfactor = 70)`);
    await queryRunner.query('create index guess_odds_expires_at on guess_odds using brin (expires_at)');
    // Null: the default of the channel, as the previous release sends them.
    await queryRunner.query('alter table messages add column digits smallint');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table messages drop column digits');
    await queryRunner.query('drop table guess_odds');
  }
}
