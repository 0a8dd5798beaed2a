import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Recoveries, the messages they send, and idempotent responses. No row holds a code or a token, nor a digest of one: both are derived from
 * the keyring, which is not in the database.
 */
export class Recovery1764000000005 implements MigrationInterface {
  name = 'Recovery1764000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table recoveries (
        id uuid primary key,
        state text not null check (state in ('proving', 'held', 'proven', 'settled', 'stopped', 'expired')),
        created_at timestamptz not null,
        -- Fifteen minutes after the person's last activity, and sixty after the start at the latest.
        idle_expires_at timestamptz not null,
        expires_at timestamptz not null,
        held_until timestamptz,
        ended_at timestamptz,
        -- Encrypted with the row's id as associated data; erased, digests included, when the recovery ends.
        identifier_sealed bytea,
        identifier_digests bytea[] not null,
        -- The counters that a code to it and an attempt at it are charged to: those of the identifier, and the account's as soon as the
        -- courier has found one.
        send_budgets bytea[] not null,
        guess_budgets bytea[] not null,
        locale text not null,
        channel text check (channel in ('email', 'sms')),
        client_id text not null,
        redirect_uri text,
        redirect_state text,
        code_challenge text,
        account_id text,
        tries integer not null default 0,
        sends integer not null default 1,
        resend_at timestamptz not null,
        proven_at timestamptz,
        proven_by text,
        -- The request that is at the issuer right now. A holder that died loses the lease when it expires.
        lease_id uuid,
        lease_expires_at timestamptz,
        settled_at timestamptz,
        password_set boolean not null default false
      ) with (fillfactor = 80)`);
    await queryRunner.query(
      `create index recoveries_open on recoveries (idle_expires_at) where state in ('proving', 'held', 'proven')`,
    );
    await queryRunner.query(`create index recoveries_created_at on recoveries using brin (created_at)`);

    await queryRunner.query(`
      create table messages (
        id uuid primary key,
        recovery_id uuid not null references recoveries (id) on delete cascade,
        kind text not null check (kind in ('recovery_code', 'recovery_completed')),
        state text not null check (state in ('queued', 'sent', 'dropped', 'failed')),
        reason text,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        -- When the sweep looks for a row that lost its job.
        due_at timestamptz not null,
        attempts integer not null default 0,
        -- For a code: its number within the recovery, the key it is derived under, and the digest of the address it is bound to.
        counter integer not null default 0,
        channel text check (channel in ('email', 'sms')),
        key_id text,
        bound_to bytea,
        -- The address of the account; for a notification from the start, for a code once the courier has picked one.
        address_id uuid,
        provider_id text,
        sent_at timestamptz
      ) with (fillfactor = 80)`);
    await queryRunner.query('create index messages_recovery on messages (recovery_id)');
    await queryRunner.query(
      'create index messages_provider on messages (provider_id) where provider_id is not null',
    );
    await queryRunner.query(`create index messages_due on messages (due_at) where state = 'queued'`);
    await queryRunner.query('create index messages_created_at on messages using brin (created_at)');

    await queryRunner.query(`
      create table kept_answers (
        key bytea primary key,
        request bytea not null,
        recovery_id uuid not null references recoveries (id) on delete cascade,
        -- As text: the idempotent response has the same bytes.
        answer json not null,
        expires_at timestamptz not null
      )`);
    await queryRunner.query('create index kept_answers_recovery on kept_answers (recovery_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table kept_answers, messages, recoveries');
  }
}
