import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Known browsers and apps carry the number of an epoch: raising it ends all of them at once. Also the cost of verifying an imported hash: a
 * refusal takes that long for every account.
 */
export class AccountsKnownBrowsers1764000000027 implements MigrationInterface {
  name = 'AccountsKnownBrowsers1764000000027';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table accounts
        add column known_browsers_epoch integer not null default 0,
        -- \`m=…,t=…,p=…\` of an imported password hash; null for one of ours.
        add column password_cost text`);
    await queryRunner.query(`
      update accounts set password_cost = substring(password_hash from '^\\$argon2id\\$v=19\\$(m=[0-9]+,t=[0-9]+,p=[0-9]+)\\$')
      where password_hash not like '$argon2id$v=19$m=19456,t=2,p=1$%'`);
    await queryRunner.query(
      'create index accounts_password_cost on accounts (password_cost) where password_cost is not null',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table accounts drop column known_browsers_epoch, drop column password_cost',
    );
  }
}
