import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A recovery stores, until it ends, the browser and the network that started it. Codes are charged by the courier, who knows the account,
 * and no longer when they are requested.
 */
export class RecoveryKnownBrowsers1764000000030 implements MigrationInterface {
  static readonly stopsReleaseBefore = 'the release before charges codes to a column that is gone';
  name = 'RecoveryKnownBrowsers1764000000030';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table recoveries
        drop column send_budgets,
        -- A keyed digest of the widest network.
        add column source_key bytea,
        -- \`[{id, generation, epoch}]\`: the known browsers that it claims to be, of any account.
        add column known_as jsonb`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table recoveries
        drop column source_key, drop column known_as,
        add column send_budgets bytea[] not null default '{}'`);
    await queryRunner.query('alter table recoveries alter column send_budgets drop default');
  }
}
