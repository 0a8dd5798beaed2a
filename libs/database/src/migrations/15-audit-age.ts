import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The oldest events are found by one step into an index, four times a minute, and then removed. Later rows that reuse their space make a
 * block range index forget how old its rows are; after a year it would scan the whole table each time.
 */
export class AuditAge1764000000015 implements MigrationInterface {
  name = 'AuditAge1764000000015';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index audit_events_at');
    await queryRunner.query('create index audit_events_at on audit_events (at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index audit_events_at');
    await queryRunner.query('create index audit_events_at on audit_events using brin (at)');
  }
}
