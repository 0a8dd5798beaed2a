import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Holds by policy.
 *
 * - `recoveries.held_by`: the rules of the policy by which a recovery was held, an empty list when it was held after a stop alone. Null until
 *   its proofs have been judged enough and it was held, and again when it has to be proved anew.
 * - `addresses.bound_at`: when an address was confirmed later than it was added; null otherwise.
 * - `known_networks`: the networks in which an account has signed in or was recovered, as keyed digests, see `known-network.ts`.
 *
 * The release before keeps running: it neither reads nor writes any of them, and holds after a stop as before.
 */
export class AccountsHolds1764000000043 implements MigrationInterface {
  name = 'AccountsHolds1764000000043';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table recoveries add column held_by text[]');
    await queryRunner.query('alter table addresses add column bound_at timestamptz');
    await queryRunner.query(`create table known_networks (
        account_id text not null constraint known_networks_account_id_fkey references accounts (id) on delete cascade,
        network bytea not null,
        epoch integer not null,
        seen_at timestamptz not null,
        constraint known_networks_pkey primary key (account_id, network))`);
    await queryRunner.query('create index known_networks_seen on known_networks (seen_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table known_networks');
    await queryRunner.query('alter table addresses drop column bound_at');
    await queryRunner.query('alter table recoveries drop column held_by');
  }
}
