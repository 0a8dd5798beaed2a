import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An index to search the audit by a name of event. It leaves out the events of every recovery: the newest of these are found without it,
 * and a recovery writes no entry more than before.
 */
export class AuditSeldom1764000000045 implements MigrationInterface {
  name = 'AuditSeldom1764000000045';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`create index audit_events_seldom on audit_events (event, at)
      where event not in ('recovery_started', 'recovery_message_sent', 'recovery_proven', 'recovery_completed', 'authn_token_created',
        'authn_token_revoked')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index audit_events_seldom');
  }
}
