import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sessions and authorization codes carry the generation of their account, and a code the evidence behind it. The previous release wrote no
 * generation: null counts as the account's current one. A session whose account was deleted names none.
 */
export class TokensEvidence1764000000018 implements MigrationInterface {
  name = 'TokensEvidence1764000000018';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table token_families
        alter column account_id drop not null,
        add column generation uuid`);
    // Includes ended sessions: a person's past sessions are read by account. Ending one no longer touches an index.
    await queryRunner.query('drop index token_families_account');
    await queryRunner.query('create index token_families_account on token_families (account_id)');
    await queryRunner.query(`
      update token_families f set generation = a.generation from accounts a
      where a.id = f.account_id and f.ended_at is null`);
    await queryRunner.query(`
      alter table authorization_codes
        add column generation uuid,
        -- As the recovery named them, and when the oldest of them was used.
        add column authenticators text[] not null default '{}',
        add column proven_since timestamptz`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table authorization_codes drop column generation, drop column authenticators, drop column proven_since',
    );
    await queryRunner.query('delete from token_families where account_id is null');
    await queryRunner.query('drop index token_families_account');
    await queryRunner.query(
      'create index token_families_account on token_families (account_id) where ended_at is null',
    );
    await queryRunner.query(
      'alter table token_families drop column generation, alter column account_id set not null',
    );
  }
}
