import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tables, columns and states take the standard words. A recovery that its person gave up is `cancelled`; `stopped` is what its owner,
 * the management or a change of the account has ended.
 *
 * The release before cannot run on the new schema: stop it before this migration runs. Nothing is released yet. Rows of the audit cannot
 * be changed: older ones say `recovery_settled` and name a session as `family`.
 */
export class DatabaseStandardWords1764000000033 implements MigrationInterface {
  static readonly stopsReleaseBefore = 'tables, columns and states have new names';
  name = 'DatabaseStandardWords1764000000033';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table kept_answers rename to idempotent_responses');
    await queryRunner.query('alter table spent_token_ids rename to used_token_ids');
    await queryRunner.query('alter table token_families rename to sessions');
    for (const [table, from, to] of columns)
      await queryRunner.query(`alter table ${table} rename column ${from} to ${to}`);
    for (const [table, from, to] of constraints)
      await queryRunner.query(`alter table ${table} rename constraint ${from} to ${to}`);
    for (const [from, to] of indexes) await queryRunner.query(`alter index ${from} rename to ${to}`);

    await renameMember(queryRunner, 'link_number', 'match_number');

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

    await renameMember(queryRunner, 'match_number', 'link_number');
    for (const [from, to] of indexes) await queryRunner.query(`alter index ${to} rename to ${from}`);
    for (const [table, from, to] of constraints)
      await queryRunner.query(`alter table ${table} rename constraint ${to} to ${from}`);
    for (const [table, from, to] of columns)
      await queryRunner.query(`alter table ${table} rename column ${to} to ${from}`);
    await queryRunner.query('alter table sessions rename to token_families');
    await queryRunner.query('alter table used_token_ids rename to spent_token_ids');
    await queryRunner.query('alter table idempotent_responses rename to kept_answers');
  }
}

/** A repeated request gets the stored response: it has the words of today. */
const renameMember = (queryRunner: QueryRunner, from: string, to: string): Promise<unknown> =>
  queryRunner.query(`
    update idempotent_responses
    set response = (response::jsonb - '${from}' || jsonb_build_object('${to}', response::jsonb -> '${from}'))::json
    where response::jsonb ? '${from}'`);

const columns = [
  ['idempotent_responses', 'answer', 'response'],
  ['refresh_tokens', 'family_id', 'session_id'],
  ['authorization_codes', 'family_id', 'session_id'],
  ['recoveries', 'settled_at', 'completed_at'],
] as const;

const constraints = [
  ['idempotent_responses', 'kept_answers_pkey', 'idempotent_responses_pkey'],
  ['idempotent_responses', 'kept_answers_recovery_id_fkey', 'idempotent_responses_recovery_id_fkey'],
  ['used_token_ids', 'spent_token_ids_pkey', 'used_token_ids_pkey'],
  ['sessions', 'token_families_pkey', 'sessions_pkey'],
] as const;

const indexes = [
  ['kept_answers_recovery', 'idempotent_responses_recovery'],
  ['spent_token_ids_expires_at', 'used_token_ids_expires_at'],
  ['refresh_tokens_family', 'refresh_tokens_session'],
  ['token_families_account', 'sessions_account'],
  ['token_families_recovery', 'sessions_recovery'],
] as const;
