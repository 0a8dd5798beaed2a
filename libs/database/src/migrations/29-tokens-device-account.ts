import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Approved devices are found by account, like everything that ends with it. */
export class TokensDeviceAccount1764000000029 implements MigrationInterface {
  name = 'TokensDeviceAccount1764000000029';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'create index device_codes_account on device_codes (account_id) where account_id is not null',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index device_codes_account');
  }
}
