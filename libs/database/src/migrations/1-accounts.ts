import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Accounts and their addresses. Names and addresses are encrypted and found by keyed digests; nothing of them is in plain text. */
export class Accounts1764000000001 implements MigrationInterface {
  name = 'Accounts1764000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table accounts (
        -- The product's own id.
        id text primary key,
        status text not null check (status in ('active', 'disabled')),
        roles text[] not null default '{}',
        locale text,
        username_sealed bytea,
        username_lookup bytea unique,
        password_hash text,
        password_changed_at timestamptz,
        -- The recovery that set the password, so that its stop link can take it back.
        password_recovery_id uuid,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    await queryRunner.query(`
      create table addresses (
        id uuid primary key,
        account_id text not null references accounts (id) on delete cascade,
        kind text not null check (kind in ('email', 'phone')),
        sealed bytea not null,
        -- Of the address as people type it (letter case of a mail address does not count)…
        lookup bytea not null,
        -- …and of the exact address: two accounts that differ only in case stay two.
        exact bytea not null,
        verified boolean not null,
        is_primary boolean not null,
        created_at timestamptz not null,
        -- Retained for a while after its removal: an attacker who takes an account over removes the owner's address first.
        removed_at timestamptz
      )`);
    await queryRunner.query('create index addresses_account on addresses (account_id)');
    await queryRunner.query(
      'create index addresses_lookup on addresses (lookup) where verified and removed_at is null',
    );
    await queryRunner.query(
      'create unique index addresses_exact on addresses (exact) where verified and removed_at is null',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table addresses, accounts');
  }
}
