import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The device grant (RFC 8628): devices without a keyboard wait here for a signed-in person. */
export class TokensDevices1764000000010 implements MigrationInterface {
  name = 'TokensDevices1764000000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table device_codes (
        id uuid primary key,
        -- Keyed digests: neither code is stored.
        device_digest bytea not null unique,
        user_digest bytea not null unique,
        client_id text not null,
        scope text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        -- How long the device has to wait between two polls, and when it last polled.
        poll_ms integer not null,
        polled_at timestamptz,
        state text not null default 'pending' check (state in ('pending', 'approved', 'denied', 'used')),
        -- Who decided, and in which session: the device's session has the same assurance, and ends with its recovery.
        account_id text,
        session_id uuid
      ) with (fillfactor = 80)`);
    await queryRunner.query('create index device_codes_expiry on device_codes (expires_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table device_codes');
  }
}
