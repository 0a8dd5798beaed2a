import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Authenticators carry their origin, may count for recovery later than for sign-in, and are suspended by a recovery that ends the sessions
 * that bound them.
 */
export class AccountsPlanted1764000000022 implements MigrationInterface {
  name = 'AccountsPlanted1764000000022';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table authenticators
        -- The network it was bound from, and the client of the session.
        add column bound_from text,
        add column bound_client text,
        -- From when on it counts in a recovery; null: from the beginning.
        add column counts_from timestamptz,
        -- It does not count until its owner binds it again or removes it; and the recovery that suspended it.
        add column suspended_at timestamptz,
        add column suspended_by uuid`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table authenticators drop column bound_from, drop column bound_client, drop column counts_from,
        drop column suspended_at, drop column suspended_by`);
  }
}
