import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Money for SMS. No number is stored: a message's row has its first digits, which at least a hundred thousand numbers share. Amounts are
 * micro-units of the policy's currency.
 */
export class LimitsSms1764000000007 implements MigrationInterface {
  name = 'LimitsSms1764000000007';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table sms_spending (
        -- 'instance', 'country GB', 'client default'.
        scope text primary key,
        spent bigint not null default 0,
        -- The part of it for ranges where nobody has proved a code.
        unproven bigint not null default 0,
        resets_at timestamptz not null
      ) with (fillfactor = 50)`);
    await queryRunner.query(`
      create table sms_prefixes (
        -- The calling code with up to four digits, or the two letters of a country.
        prefix text primary key,
        -- When a code that was sent there was last proved.
        proven_at timestamptz,
        -- Null: the breaker is closed. In the future: it is open. In the past: it lets a few through.
        open_until timestamptz,
        probes integer not null default 0
      ) with (fillfactor = 50)`);
    await queryRunner.query(`
      create table sms_traffic (
        prefix text not null,
        slot timestamptz not null,
        sent integer not null,
        -- The proved ones of those sent in this slot, whenever they were proved.
        proven integer not null default 0,
        primary key (prefix, slot)
      ) with (fillfactor = 50)`);
    await queryRunner.query(`
      create table sms_reservations (
        message_id uuid primary key,
        country text not null,
        prefix text not null,
        client_id text,
        -- Keyed digest of the number.
        number bytea not null,
        is_code boolean not null,
        -- The first code to its number in the window: a range is judged by distinct numbers, so that nobody stops it with one.
        counts boolean not null,
        price bigint not null,
        -- Charged to the share for ranges where nobody has proved a code.
        unproven boolean not null,
        reserved_at timestamptz not null,
        slot timestamptz not null,
        -- The prefixes whose half-open breaker let it through.
        probing text[] not null,
        proven_at timestamptz,
        counted boolean not null default false
      ) with (fillfactor = 80)`);
    await queryRunner.query(
      'create index sms_reservations_to_count on sms_reservations (proven_at) where proven_at is not null and not counted',
    );
    await queryRunner.query(
      'create index sms_reservations_reserved_at on sms_reservations using brin (reserved_at)',
    );
    await queryRunner.query('create index sms_reservations_number on sms_reservations (number)');
    await queryRunner.query('create index sms_traffic_slot on sms_traffic using brin (slot)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table sms_reservations, sms_traffic, sms_prefixes, sms_spending');
  }
}
