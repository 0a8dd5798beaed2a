import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sweeps that cost the same with a million rows, and hot updates that touch no index. A block range index helps neither: rows take the room
 * of older ones that were deleted, so that it ends up reading the whole table.
 *
 * The indexes of columns that change with every attempt or charge go: such an update stays within its page now (a "heap-only tuple"), and
 * the fill factor leaves it room there.
 */
export class DatabaseSweeps1764000000036 implements MigrationInterface {
  name = 'DatabaseSweeps1764000000036';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [index] of dropped) await queryRunner.query(`drop index ${index}`);
    for (const [index, definition] of created)
      await queryRunner.query(`create index ${index} on ${definition}`);
    for (const [table, percent] of fillFactors)
      await queryRunner.query(`alter table ${table} set (fillfactor = ${percent})`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [table] of fillFactors) await queryRunner.query(`alter table ${table} reset (fillfactor)`);
    for (const [index] of created) await queryRunner.query(`drop index ${index}`);
    for (const [index, definition] of dropped)
      await queryRunner.query(`create index ${index} on ${definition}`);
  }
}

const dropped = [
  ['recoveries_open', `recoveries (idle_expires_at) where state in ('proving', 'held', 'proven')`],
  ['recoveries_created_at', 'recoveries using brin (created_at)'],
  ['messages_created_at', 'messages using brin (created_at)'],
  ['limit_counters_resets_at', 'limit_counters using brin (resets_at)'],
  ['guess_odds_expires_at', 'guess_odds using brin (expires_at)'],
  ['failed_attempts_forget_at', 'failed_attempts using brin (forget_at)'],
  ['sms_reservations_reserved_at', 'sms_reservations using brin (reserved_at)'],
  ['sms_traffic_slot', 'sms_traffic using brin (slot)'],
] as const;

const created = [
  ['recoveries_not_ended', 'recoveries (id) where ended_at is null'],
  ['messages_of_accounts', 'messages (created_at) where account_id is not null'],
  ['idempotent_responses_expires_at', 'idempotent_responses (expires_at)'],
  ['authorization_codes_recovery', 'authorization_codes (recovery_id) where recovery_id is not null'],
  ['former_passwords_set_by', 'former_passwords (set_by) where set_by is not null'],
] as const;

/** In percent: rows that are changed soon after they were written. */
const fillFactors = [
  ['recoveries', 70],
  ['messages', 80],
  ['limit_counters', 80],
  ['guess_odds', 80],
  ['refresh_tokens', 90],
] as const;
