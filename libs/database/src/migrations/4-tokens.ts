import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Clients, keys, token families and single-use values. Tokens are stored as keyed digests, private keys encrypted. */
export class Tokens1764000000004 implements MigrationInterface {
  name = 'Tokens1764000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      create table clients (
        client_id text primary key,
        name text not null,
        type text not null check (type in ('public', 'confidential')),
        secret_digest bytea check ((type = 'confidential') = (secret_digest is not null)),
        redirect_uris text[] not null,
        grants text[] not null,
        scopes text[] not null,
        lifetimes jsonb not null default '{}',
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`);
    await queryRunner.query(`
      insert into clients (client_id, name, type, redirect_uris, grants, scopes, created_at, updated_at)
      values ('default', 'Default', 'public', '{}',
        '{urn:ietf:params:oauth:grant-type:token-exchange,authorization_code,refresh_token}', '{account}', now(), now())`);

    await queryRunner.query(`
      create table signing_keys (
        kid text primary key,
        use text not null check (use in ('access_token', 'recovery_assertion')),
        alg text not null,
        private_sealed bytea not null,
        public_jwk jsonb not null,
        created_at timestamptz not null,
        retired_at timestamptz
      )`);
    await queryRunner.query(
      'create unique index signing_keys_current on signing_keys (use) where retired_at is null',
    );

    await queryRunner.query(`
      create table token_families (
        -- Also the session's id, "sid" in its access tokens.
        id uuid primary key,
        account_id text not null,
        client_id text not null,
        scope text not null,
        acr text not null,
        amr text[] not null,
        auth_time timestamptz not null,
        recovery_id uuid,
        idle_ms bigint not null,
        access_ms bigint not null,
        created_at timestamptz not null,
        refreshed_at timestamptz not null,
        idle_expires_at timestamptz not null,
        expires_at timestamptz not null,
        ended_at timestamptz,
        end_reason text
      ) with (fillfactor = 80)`);
    await queryRunner.query(
      'create index token_families_account on token_families (account_id) where ended_at is null',
    );
    await queryRunner.query(
      'create index token_families_recovery on token_families (recovery_id) where recovery_id is not null',
    );

    await queryRunner.query(`
      create table refresh_tokens (
        digest bytea primary key,
        family_id uuid not null references token_families (id) on delete cascade,
        created_at timestamptz not null,
        replaced_at timestamptz
      ) with (fillfactor = 90)`);
    await queryRunner.query('create index refresh_tokens_family on refresh_tokens (family_id)');

    await queryRunner.query(`
      create table authorization_codes (
        digest bytea primary key,
        client_id text not null,
        redirect_uri text not null,
        code_challenge text not null,
        account_id text not null,
        recovery_id uuid,
        acr text not null,
        amr text[] not null,
        auth_time timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        family_id uuid
      )`);
    await queryRunner.query('create index authorization_codes_account on authorization_codes (account_id)');

    // Ids that must not be accepted again before they expire: used assertions, revoked access tokens.
    await queryRunner.query(
      'create table spent_token_ids (jti text primary key, expires_at timestamptz not null)',
    );
    await queryRunner.query('create index spent_token_ids_expires_at on spent_token_ids (expires_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'drop table spent_token_ids, authorization_codes, refresh_tokens, token_families, signing_keys, clients',
    );
  }
}
