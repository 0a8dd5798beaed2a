import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A recovery remembers, until it ends, in which browser and from which network it was begun: codes are charged by the courier, who knows
 * whose they are, and no more when they are asked for.
 */
export class RecoveryKnownBrowsers1764000000030 implements MigrationInterface {
  name = 'RecoveryKnownBrowsers1764000000030';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table recoveries
        drop column send_budgets,
        -- A keyed digest of the widest network.
        add column source_key bytea,
        -- \`[{id, generation, epoch}]\`: the known browsers that it says to be, of whichever accounts.
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
