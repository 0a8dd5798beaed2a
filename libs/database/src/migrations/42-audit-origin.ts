import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The request that caused an event, and a keyed pseudonym of the network that it came from. No row is rewritten: earlier events have
 * neither. The last settings of a process are found by an index of a few rows.
 *
 * The release before keeps running: its events have neither.
 */
export class AuditOrigin1764000000042 implements MigrationInterface {
  name = 'AuditOrigin1764000000042';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table audit_events add column request_id text, add column source text');
    await queryRunner.query(
      `create index audit_events_settings on audit_events (at) where event = 'settings_in_force'`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index audit_events_settings');
    await queryRunner.query('alter table audit_events drop column source, drop column request_id');
  }
}
