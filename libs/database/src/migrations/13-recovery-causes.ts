import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A message stores the request that caused it and its trace: the courier writes them into its own log and trace. */
export class RecoveryCauses1764000000013 implements MigrationInterface {
  name = 'RecoveryCauses1764000000013';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table messages add column request_id uuid, add column traceparent text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table messages drop column request_id, drop column traceparent');
  }
}
