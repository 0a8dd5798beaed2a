/** A privilege on a table, as PostgreSQL calls it. */
export type Privilege = 'select' | 'insert' | 'update' | 'delete';

export interface TablePrivileges {
  rights: readonly Privilege[];
  /** Restricts inserts to these columns. */
  insertColumns?: readonly string[];
}

const work: TablePrivileges = { rights: ['select', 'insert', 'update', 'delete'] };

/**
 * The privileges of the application role (`DATABASE_URL`) on each table. A table that is not listed gets none, and `roles.spec.ts` fails
 * until somebody has decided.
 *
 * Rows of the audit are added and read. The database sets the time of recording, so an insert may not name that column.
 */
export const tablePrivileges: Readonly<Record<string, TablePrivileges>> = {
  accounts: work,
  addresses: work,
  audit_events: {
    rights: ['select'],
    insertColumns: ['id', 'at', 'event', 'actor', 'account_id', 'recovery_id', 'detail'],
  },
  authenticators: work,
  authorization_codes: work,
  backup_codes: work,
  clients: work,
  device_codes: work,
  failed_attempts: work,
  former_passwords: work,
  guess_odds: work,
  idempotent_responses: work,
  limit_counters: work,
  messages: work,
  recoveries: work,
  refresh_tokens: work,
  schema_migrations: { rights: ['select'] },
  sessions: work,
  signing_keys: work,
  sms_prefixes: work,
  sms_receipts: work,
  sms_reservations: work,
  sms_spending: work,
  sms_traffic: work,
  used_token_ids: work,
};

/** Our functions that it calls by name. Trigger functions need no privilege. */
export const calledFunctions: readonly string[] = ['audit_events_forget()'];

/** BullMQ's schema: its functions run with the privileges of their caller. New releases of BullMQ create tables of their own. */
export const queueSchema = 'bullmq';
export const queuePrivileges: TablePrivileges = work;
/** Records which migrations BullMQ has run; only a migration writes there. */
export const queueLedger = 'migration';
