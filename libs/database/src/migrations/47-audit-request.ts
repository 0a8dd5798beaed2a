import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An index to read the events of one request. It leaves out events that no request has caused. Those of releases before 42 have none, so
 * after an update it is built from one read of the table, during which events wait to be written.
 *
 * The release before keeps running: it does not know the index.
 */
export class AuditRequest1764000000047 implements MigrationInterface {
  name = 'AuditRequest1764000000047';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'create index audit_events_request on audit_events (request_id) where request_id is not null',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index audit_events_request');
  }
}
