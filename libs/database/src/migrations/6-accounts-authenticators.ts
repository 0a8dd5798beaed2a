import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Authenticators besides the addresses, and the assurance level of an account's sign-in. */
export class AccountsAuthenticators1764000000006 implements MigrationInterface {
  name = 'AccountsAuthenticators1764000000006';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table accounts
        -- The strongest sign-in that the product knows of (NIST SP 800-63B-4 §2): 2 if it requires a second factor.
        add column aal smallint not null default 1 check (aal in (1, 2))`);
    await queryRunner.query(`
      alter table addresses
        -- Raised when the address is confirmed again: failures are counted per binding.
        add column binding integer not null default 1,
        -- After a hundred wrong codes in a row (NIST SP 800-63B-4 §3.2.2), until it is confirmed again.
        add column disabled_at timestamptz`);
    await queryRunner.query(`
      create table authenticators (
        id uuid primary key,
        account_id text not null references accounts (id) on delete cascade,
        kind text not null check (kind in ('totp', 'backup_code')),
        created_at timestamptz not null,
        -- Null until a code has shown that the app has the secret.
        bound_at timestamptz,
        -- The session that bound it: if it turns out to be a thief's, the binding is removed with it.
        bound_by uuid,
        disabled_at timestamptz,
        -- For an authenticator app: encrypted with the row's id; and the last accepted time step, which is never accepted again.
        secret_sealed bytea,
        last_step bigint,
        -- For backup codes: the salt of this set's argon2id.
        salt bytea,
        check ((kind = 'totp') = (secret_sealed is not null)),
        check ((kind = 'backup_code') = (salt is not null))
      ) with (fillfactor = 80)`);
    await queryRunner.query(
      'create unique index authenticators_account on authenticators (account_id, kind, (bound_at is null))',
    );
    await queryRunner.query(`
      create table backup_codes (
        authenticator_id uuid not null references authenticators (id) on delete cascade,
        digest bytea not null,
        used_at timestamptz,
        primary key (authenticator_id, digest)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table backup_codes, authenticators');
    await queryRunner.query('alter table addresses drop column binding, drop column disabled_at');
    await queryRunner.query('alter table accounts drop column aal');
  }
}
