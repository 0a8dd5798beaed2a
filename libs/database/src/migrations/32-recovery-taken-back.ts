import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A recovery says which stop it was held for: completing it ends that hold, and none that a later stop has begun. */
export class RecoveryTakenBack1764000000032 implements MigrationInterface {
  name = 'RecoveryTakenBack1764000000032';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `stopped_at` of its account at that time.
    await queryRunner.query('alter table recoveries add column held_for timestamptz');
    await queryRunner.query(`
      update recoveries r set held_for = a.stopped_at from accounts a
      where a.id = r.account_id and r.held_until > a.stopped_at and r.state in ('held', 'proven')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table recoveries drop column held_for');
  }
}
