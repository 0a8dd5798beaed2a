import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Devices that somebody let in are found by the account, as everything is that ends with it. */
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
