/** A privilege on a table, as PostgreSQL calls it. */
export type Privilege = 'select' | 'insert' | 'update' | 'delete';

export interface TablePrivileges {
  rights: readonly Privilege[];
  /** Restricts inserts to these columns. */
  insertColumns?: readonly string[];
  /** Restricts updates to these columns. */
  updateColumns?: readonly string[];
}

const work: TablePrivileges = { rights: ['select', 'insert', 'update', 'delete'] };
/** Rows that stay: something names them for good. */
const lasting: TablePrivileges = { rights: ['select', 'insert', 'update'] };

/**
 * The privileges of the application role (`DATABASE_URL`) on each table. A table that is not listed gets none, and `roles.spec.ts` fails
 * until somebody has decided.
 *
 * Rows of the audit are added and read. The database sets the time and the transaction of recording, so an insert may not name those columns.
 */
export const tablePrivileges: Readonly<Record<string, TablePrivileges>> = {
  accounts: work,
  addresses: work,
  assists: work,
  audit_events: {
    rights: ['select'],
    insertColumns: [
      'id',
      'at',
      'event',
      'actor',
      'account_id',
      'recovery_id',
      'detail',
      'request_id',
      'source',
    ],
  },
  audit_anchors: { rights: ['select', 'insert', 'update'] },
  audit_checkpoints: work,
  audit_erasures: { rights: ['select', 'insert', 'delete'] },
  audit_leaves: { rights: ['select', 'insert'] },
  audit_salts: { rights: ['select', 'insert'] },
  // Neither the name of the log nor where it begins, or its beginning could be left out of exports.
  audit_sealing: {
    rights: ['select'],
    updateColumns: ['size', 'cluster', 'recorded_in', 'event_id', 'others_sealed'],
  },
  audit_tiles: { rights: ['select', 'insert', 'update'] },
  authenticators: work,
  authorization_codes: work,
  backup_codes: work,
  clients: work,
  device_codes: work,
  failed_attempts: work,
  former_passwords: work,
  guess_odds: work,
  idempotent_responses: work,
  known_networks: work,
  limit_counters: work,
  messages: work,
  override_requests: lasting,
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
  staff_challenges: work,
  staff_invitations: work,
  staff_members: lasting,
  staff_passkeys: lasting,
  staff_sessions: work,
  used_token_ids: work,
};

/** Our functions that it calls by name. Trigger functions need no privilege. */
export const calledFunctions: readonly string[] = [
  'audit_events_forget()',
  'audit_events_erase(text)',
  'override_requests_forget()',
  'override_requests_erase(text)',
];

/** BullMQ's schema: its functions run with the privileges of their caller. New releases of BullMQ create tables of their own. */
export const queueSchema = 'bullmq';
export const queuePrivileges: TablePrivileges = work;
/** Records which migrations BullMQ has run; only a migration writes there. */
export const queueLedger = 'migration';
