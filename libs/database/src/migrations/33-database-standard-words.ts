import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tables, columns and states take the standard words. A recovery that its person gave up is `cancelled`; `stopped` is what its owner,
 * the management or a change of the account has ended.
 *
 * The release before cannot run on the new schema: stop it before this migration runs. Nothing is released yet. Rows of the audit cannot
 * be changed: older ones say `recovery_settled` and name a session as `family`.
 */
export class DatabaseStandardWords1764000000033 implements MigrationInterface {
  name = 'DatabaseStandardWords1764000000033';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [table, from, to] of columns)
      await queryRunner.query(`alter table ${table} rename column ${from} to ${to}`);

    await queryRunner.query('alter table recoveries drop constraint recoveries_state_check');
    await queryRunner.query(`update recoveries set state = 'completed' where state = 'settled'`);
    await queryRunner.query(`
      update recoveries r set state = 'cancelled' from audit_events e
      where r.state = 'stopped' and e.recovery_id = r.id and e.event = 'recovery_stopped' and e.detail->>'by' = 'bearer'`);
    await queryRunner.query(`
      alter table recoveries add constraint recoveries_state_check
        check (state in ('proving', 'held', 'proven', 'completed', 'cancelled', 'stopped', 'expired'))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table recoveries drop constraint recoveries_state_check');
    await queryRunner.query(`
      update recoveries set state = case state when 'completed' then 'settled' else 'stopped' end
      where state in ('completed', 'cancelled')`);
    await queryRunner.query(`
      alter table recoveries add constraint recoveries_state_check
        check (state in ('proving', 'held', 'proven', 'settled', 'stopped', 'expired'))`);

    for (const [table, from, to] of columns)
      await queryRunner.query(`alter table ${table} rename column ${to} to ${from}`);
  }
}

const columns = [['recoveries', 'settled_at', 'completed_at']] as const;
