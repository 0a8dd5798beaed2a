import type { Described } from './described-event.js';

/** What management does, and what happens to the deployment itself. */
export const operationEvents = {
  account_looked_up: {
    when: 'A client of management, or a member of staff, looked an account up by an identifier, and `found` says whether there is one: the event does not say by which identifier. Or it read one: `part` says whether the account, its sessions, a list of its recoveries or of its overrides, or one override.',
    outcome: 'success',
    actor: ['client', 'staff'],
    detail: ['found', 'part'],
  },
  account_exported: {
    when: 'All that is stored about the person of an account was exported (GDPR Art. 15). Staff say why.',
    outcome: 'success',
    actor: ['client', 'staff'],
    detail: ['reason'],
  },
  account_viewed: {
    when: 'A member of staff opened an account. Its addresses were masked.',
    outcome: 'success',
    actor: ['staff'],
  },
  address_revealed: {
    when: 'A member of staff was shown an address in full. `address` is its id.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['address', 'reason'],
  },
  request_looked_up: {
    when: 'A member of staff read the events of a request. `request` is its id, `found` how many there were.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['request', 'found'],
  },
  token_diagnosed: {
    when: 'A member of staff had a token diagnosed. The event says of which session, and nothing of the token.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['cause', 'session'],
  },
  recoveries_listed: {
    when: 'A client of management, or a member of staff, listed the recoveries of all accounts, or those in a `state`: one event an hour for each of these lists.',
    outcome: 'success',
    actor: ['client', 'staff'],
    detail: ['state'],
  },
  overrides_listed: {
    when: 'A member of staff listed the overrides of all accounts, or those in a `state`: one event an hour for each of these lists.',
    outcome: 'success',
    actor: ['staff'],
    detail: ['state'],
  },
  recovery_looked_up: {
    when: 'A client of management, or a member of staff, read a recovery with its timeline.',
    outcome: 'success',
    actor: ['client', 'staff'],
  },
  audit_searched: {
    when: 'A client of management, or a member of staff, read a page of the audit. `account_id` and `recovery_id` are what it searched for.',
    outcome: 'success',
    actor: ['client', 'staff'],
    detail: ['event', 'from', 'to', 'id'],
  },
  audit_exported: {
    when: 'A client of management, or a member of staff, exported the audit. `account_id` and `recovery_id` are what it selected.',
    outcome: 'success',
    actor: ['client', 'staff'],
    detail: ['format', 'event', 'from', 'to'],
  },
  authz_fail: {
    when: 'A valid token lacked the scope of a management call: one event in ten minutes for each client, person and scope.',
    outcome: 'denied',
    actor: ['client'],
    detail: ['scope'],
  },
  settings_in_force: {
    when: 'A process started with other settings than the last one of its kind. `settings` has `NAME=` and a keyed digest of the value, under the key `key`; `changed` the names of what was set, changed or unset.',
    outcome: 'success',
    actor: ['system'],
    detail: ['process', 'key', 'settings', 'changed'],
  },
  schema_migrated: {
    when: 'Migrations of the database ran.',
    outcome: 'success',
    actor: ['system'],
    detail: ['migrations'],
  },
  keyring_rotated: {
    when: '`npm run keys -- rotate` has sealed again what was under an older key. `complete` says whether all of it.',
    outcome: 'success',
    actor: ['system'],
    detail: ['key', 'complete'],
  },
  signing_key_created: {
    when: 'A signing key was made; it signs an hour later, or at once when there was none.',
    outcome: 'success',
    actor: ['system'],
    detail: ['kid', 'use', 'alg'],
  },
  signing_key_removed: {
    when: 'A signing key was removed: every token that it signed has expired.',
    outcome: 'success',
    actor: ['system'],
    detail: ['kid', 'use', 'alg'],
  },
  user_created: {
    when: 'An account was created.',
    outcome: 'success',
    actor: ['client'],
    detail: ['status'],
  },
  user_updated: {
    when: 'An account was put again, or some of its members were changed: `members` names those. `reason` is that of staff who disabled or enabled it; `already`: it was so before.',
    outcome: 'success',
    actor: ['client', 'staff'],
    detail: ['status', 'members', 'reason', 'already'],
  },
  user_deleted: { when: 'An account was deleted.', outcome: 'success', actor: ['client'] },
  user_erased: {
    when: 'It was asked for that the id of a deleted account is taken out of the audit. Soon after, this event names no account either.',
    outcome: 'success',
    actor: ['client'],
  },
  client_created: {
    when: 'An OAuth client was registered.',
    outcome: 'success',
    actor: ['client'],
    detail: ['client_id'],
  },
  client_updated: {
    when: 'An OAuth client was changed.',
    outcome: 'success',
    actor: ['client'],
    detail: ['client_id'],
  },
  client_deleted: {
    when: 'An OAuth client was deleted.',
    outcome: 'success',
    actor: ['client'],
    detail: ['client_id'],
  },
} as const satisfies Record<string, Described>;
