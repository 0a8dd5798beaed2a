import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * People who work at the console. Rows of members and passkeys are never deleted: the audit names the former, and what was signed with the
 * latter is verified again.
 *
 * The release before keeps running: it does not know these tables.
 */
export class Staff1764000000046 implements MigrationInterface {
  name = 'Staff1764000000046';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table staff_members (
        id uuid primary key,
        name text not null check (char_length(name) between 1 and 100),
        role text not null check (role in ('support', 'security', 'auditor', 'admin')),
        demo boolean not null default false,
        seal bytea not null,
        created_at timestamptz not null,
        disabled_at timestamptz
      );
      create unique index staff_members_demo on staff_members (role) where demo;

      create table staff_invitations (
        id uuid primary key,
        member_id uuid not null references staff_members,
        digest bytea not null,
        seal bytea not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz
      );
      create unique index staff_invitations_digest on staff_invitations (digest);
      create index staff_invitations_member on staff_invitations (member_id);
      create index staff_invitations_expires_at on staff_invitations (expires_at);

      create table staff_passkeys (
        id bytea primary key check (octet_length(id) between 1 and 1023),
        member_id uuid not null references staff_members,
        public_key bytea not null,
        seal bytea not null,
        counter bigint not null,
        transports text[] not null,
        synced boolean not null,
        created_at timestamptz not null,
        last_used_at timestamptz,
        ended_at timestamptz
      );
      create index staff_passkeys_member on staff_passkeys (member_id);

      create table staff_sessions (
        id uuid primary key,
        member_id uuid not null references staff_members,
        passkey_id bytea references staff_passkeys,
        digest bytea not null,
        seal bytea not null,
        created_at timestamptz not null,
        last_seen_at timestamptz not null,
        idle_expires_at timestamptz not null,
        expires_at timestamptz not null,
        fresh_until timestamptz not null,
        ended_at timestamptz
      );
      create unique index staff_sessions_digest on staff_sessions (digest);
      create index staff_sessions_member on staff_sessions (member_id);
      create index staff_sessions_expires_at on staff_sessions (expires_at);

      -- Challenges that were used, until they would have expired.
      create table staff_challenges (
        digest bytea primary key,
        expires_at timestamptz not null
      );
      create index staff_challenges_expires_at on staff_challenges (expires_at);

      create table override_requests (
        id uuid primary key,
        account_id text not null,
        request text not null,
        requester_id uuid not null references staff_members,
        request_passkey bytea not null references staff_passkeys,
        request_client_data bytea not null,
        request_authenticator_data bytea not null,
        request_signature bytea not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        approval text,
        approver_id uuid references staff_members,
        approval_passkey bytea references staff_passkeys,
        approval_client_data bytea,
        approval_authenticator_data bytea,
        approval_signature bytea,
        approved_at timestamptz,
        denied_at timestamptz,
        constraint override_requests_two_persons check (approver_id <> requester_id and approval_passkey <> request_passkey),
        constraint override_requests_approved check (num_nulls(approval, approver_id, approval_passkey, approval_client_data,
          approval_authenticator_data, approval_signature, approved_at) in (0, 7)),
        constraint override_requests_decided_once check (approved_at is null or denied_at is null)
      );
      create index override_requests_account on override_requests (account_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'drop table override_requests, staff_challenges, staff_sessions, staff_passkeys, staff_invitations, staff_members',
    );
  }
}
