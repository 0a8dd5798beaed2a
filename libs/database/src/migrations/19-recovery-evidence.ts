import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A recovery stores the authenticator and the time of each proof, so that both can be judged again when the proofs are used. It is bound to
 * the generation of its account.
 */
export class RecoveryEvidence1764000000019 implements MigrationInterface {
  name = 'RecoveryEvidence1764000000019';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table recoveries
        add column generation uuid,
        -- In the order of \`proofs\` and \`amr\`.
        add column proof_authenticators text[] not null default '{}',
        add column proof_times timestamptz[] not null default '{}'`);
    await queryRunner.query(
      'update recoveries r set generation = a.generation from accounts a where a.id = r.account_id',
    );
    // For every change of an account: its open recoveries, and those that led to sessions.
    await queryRunner.query(
      'create index recoveries_account on recoveries (account_id) where account_id is not null',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop index recoveries_account');
    await queryRunner.query(
      'alter table recoveries drop column generation, drop column proof_authenticators, drop column proof_times',
    );
  }
}
