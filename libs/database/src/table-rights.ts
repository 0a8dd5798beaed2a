/** What a role may do with a table, as PostgreSQL calls it. */
export type Right = 'select' | 'insert' | 'update' | 'delete';

export interface TableRights {
  rights: readonly Right[];
  /** Where an insert may name these columns only. */
  insertColumns?: readonly string[];
}

const work: TableRights = { rights: ['select', 'insert', 'update', 'delete'] };

/**
 * What the role that works (`DATABASE_URL`) may do with each table. A table that is not in here gets no rights, and
 * `roles.spec.ts` fails until somebody has decided.
 *
 * Rows of the audit are added and read. When one was recorded is said by the database, so an insert may not name it.
 */
export const tableRights: Readonly<Record<string, TableRights>> = {
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
  sms_reservations: work,
  sms_spending: work,
  sms_traffic: work,
  used_token_ids: work,
};

/** Functions of ours that it calls by name. Those of triggers need no right. */
export const calledFunctions: readonly string[] = ['audit_events_forget()'];

/** BullMQ's: its functions run with the rights of their caller. It makes tables of its own from release to release. */
export const queueSchema = 'bullmq';
export const queueRights: TableRights = work;
/** Which migrations BullMQ has run; only a migration writes there. */
export const queueLedger = 'migration';
