import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A provider of SMS may report a failure before the courier has recorded the provider's id of the message. Such a receipt waits here for it.
 *
 * The release before keeps running: it knows no such receipts, and loses them as before.
 */
export class OutboxReceipts1764000000037 implements MigrationInterface {
  name = 'OutboxReceipts1764000000037';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table sms_receipts (
        -- The provider's id of the message.
        provider_id text primary key,
        -- The provider's code.
        reason text not null,
        received_at timestamptz not null
      )`);
    await queryRunner.query('create index sms_receipts_received_at on sms_receipts (received_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table sms_receipts');
  }
}
