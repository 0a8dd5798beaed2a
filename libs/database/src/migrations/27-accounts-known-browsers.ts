import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Browsers and apps in which an account was seen carry the number of an epoch: raising it ends all of them at once. And what it costs to
 * verify a hash from elsewhere: a refusal takes as long, whoever it is about.
 */
export class AccountsKnownBrowsers1764000000027 implements MigrationInterface {
  name = 'AccountsKnownBrowsers1764000000027';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      alter table accounts
        add column known_browsers_epoch integer not null default 0,
        -- \`m=…,t=…,p=…\` of a password hash from elsewhere; null of one that was made here.
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
