import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A recovery carries the stop that it was held for: completing it ends that hold, and no hold of a later stop. The digest of what the
 * product sent last is stored whatever happens to the password, so it need not be stored with the former password; it is encrypted. An
 * authenticator carries what has replaced it, so that undoing the replacement gives back this one and nothing else.
 */
export class RecoveryTakenBack1764000000032 implements MigrationInterface {
  name = 'RecoveryTakenBack1764000000032';

  async up(queryRunner: QueryRunner): Promise<void> {
    // `stopped_at` of its account at that time.
    await queryRunner.query('alter table recoveries add column held_for timestamptz');
    await queryRunner.query(`
      update recoveries r set held_for = a.stopped_at from accounts a
      where a.id = r.account_id and r.held_until > a.stopped_at and r.state in ('held', 'proven')`);
    // Plain ones start with a byte that no encrypted value starts with. The issuer encrypts them when it starts.
    await queryRunner.query(
      `update accounts set password_put = '\\x00'::bytea || password_put where password_put is not null`,
    );
    await queryRunner.query('alter table former_passwords drop column put');
    await queryRunner.query('alter table authenticators add column replaced_by uuid');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table authenticators drop column replaced_by');
    await queryRunner.query('alter table former_passwords add column put bytea');
    // An encrypted one cannot be opened here: the next hash that is sent counts as new.
    await queryRunner.query(
      `update accounts set password_put = case when get_byte(password_put, 0) = 0 then substring(password_put from 2) end`,
    );
    await queryRunner.query('alter table recoveries drop column held_for');
  }
}
