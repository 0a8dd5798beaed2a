import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Overrides that are used.
 *
 * - `override_requests.used_at`, `used_by`, `recovery_id`: the one recovery in which an override has stood for the missing proof, and
 * `use_seal`, a keyed digest of these.
 * - `override_requests.denied_by`: who has ended it. An approved one can be ended too, by staff and by the person.
 * - `accounts.attested_by`: the override that stands for a missing proof of the account, as long as it does.
 *
 * The release before keeps running: it uses no override, and takes none as a proof.
 */
export class StaffOverrides1764000000049 implements MigrationInterface {
  name = 'StaffOverrides1764000000049';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table accounts add column attested_by uuid');
    await queryRunner.query(`
      alter table override_requests
        drop constraint override_requests_decided_once,
        add column denied_by text,
        add column used_at timestamptz,
        add column used_by uuid,
        add column recovery_id uuid,
        add column use_seal bytea,
        add constraint override_requests_used check (num_nulls(used_at, used_by, recovery_id, use_seal) in (0, 4)
          and (used_at is null or approved_at is not null)),
        add constraint override_requests_waited check (used_at >= approved_at + interval '24 hours')`);
    await queryRunner.query(
      'create unique index override_requests_recovery on override_requests (recovery_id)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      update override_requests set approval = null, approver_id = null, approval_passkey = null, approval_client_data = null,
        approval_authenticator_data = null, approval_signature = null, approved_at = null, used_at = null, used_by = null, recovery_id = null,
        use_seal = null
      where denied_at is not null`);
    await queryRunner.query(`
      alter table override_requests
        drop column denied_by, drop column used_at, drop column used_by, drop column recovery_id, drop column use_seal,
        add constraint override_requests_decided_once check (approved_at is null or denied_at is null)`);
    await queryRunner.query('alter table accounts drop column attested_by');
  }
}
