import pg from 'pg';

/** A busy month: rows of each table, in the order that foreign keys ask for. */
const sizes = {
  accounts: 1_000_000,
  recoveries: 1_000_000,
  audit_events: 5_000_000,
  others: 200_000,
};

/** An id of version 7 for the row number `n`, `every` milliseconds after the one before, ending now. */
const idOf = (rows: number, everyMs: number) =>
  `(lpad(to_hex((extract(epoch from now()) * 1000)::bigint - (${rows} - n)::bigint * ${everyMs}), 12, '0') || '7' || lpad(to_hex(n), 19, '0'))::uuid`;

const at = (rows: number, everyMs: number) => `now() - (${rows} - n) * interval '${everyMs} milliseconds'`;

const digest = (name: string) => `sha256(convert_to('${name}' || n, 'utf8'))`;

const month = 30 * 86_400_000;
const everyMs = month / sizes.recoveries;
const { accounts, recoveries, audit_events: events, others } = sizes;

const fills: Record<string, { rows: number; columns: string; values: string }> = {
  accounts: {
    rows: accounts,
    columns: 'id, status, username_lookup, created_at, updated_at, password_cost',
    values: `'a' || n, 'active', ${digest('username')}, now(), now(), 'argon2id 19456 2 1'`,
  },
  addresses: {
    rows: accounts,
    columns: 'id, account_id, kind, sealed, lookup, exact, verified, is_primary, created_at',
    values: `${idOf(accounts, 1)}, 'a' || n, 'email', ${digest('sealed')}, ${digest('lookup')}, ${digest('exact')}, true, true, now()`,
  },
  recoveries: {
    rows: recoveries,
    // One in a thousand has not ended, as after a quarter of an hour at this pace.
    columns: `id, state, created_at, idle_expires_at, expires_at, ended_at, identifier_digests, client_id, account_id, resend_at, guess_key`,
    values: `${idOf(recoveries, everyMs)}, case when n > ${recoveries - 1000} then 'proving' else 'completed' end, ${at(recoveries, everyMs)},
      ${at(recoveries, everyMs)} + interval '15 minutes', ${at(recoveries, everyMs)} + interval '1 hour',
      case when n <= ${recoveries - 1000} then ${at(recoveries, everyMs)} + interval '2 minutes' end,
      array[${digest('identifier')}], 'default', 'a' || n, now(), ${digest('guess')}`,
  },
  messages: {
    rows: recoveries,
    // One in ten is a notification about an account.
    columns: `id, recovery_id, account_id, kind, change, state, created_at, expires_at, due_at, channel, provider_id`,
    values: `${idOf(recoveries, everyMs)}, case when n % 10 > 0 then ${idOf(recoveries, everyMs)} end, case when n % 10 = 0 then 'a' || n end,
      case when n % 10 > 0 then 'recovery_code' else 'authenticators_changed' end, case when n % 10 = 0 then 'totp_added' end,
      case when n > ${recoveries - 20} then 'queued' else 'sent' end,
      ${at(recoveries, everyMs)}, ${at(recoveries, everyMs)} + interval '10 minutes', ${at(recoveries, everyMs)}, 'sms', 'SM' || n`,
  },
  audit_events: {
    rows: events,
    // Three events a request; one in ten was caused by none.
    columns: 'id, at, event, actor, account_id, recovery_id, recorded_at, request_id',
    values: `${idOf(events, 6000)}, ${at(events, 6000)}, 'recovery_started', 'person', 'a' || (n % ${accounts}),
      ${idOf(recoveries, everyMs)}, ${at(events, 6000)}, case when n % 10 > 0 then md5((n / 3)::text)::uuid::text end`,
  },
  sessions: {
    rows: others,
    columns: `id, account_id, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms, created_at, expires_at`,
    values: `${idOf(others, everyMs)}, 'a' || n, 'default', 'account', 'urn:rekey:aal1', '{}', now(), ${idOf(others, everyMs)}, 1, 1,
      ${at(others, everyMs)}, ${at(others, everyMs)} + interval '90 days'`,
  },
  refresh_tokens: {
    rows: others,
    columns: 'digest, session_id, created_at',
    values: `${digest('refresh')}, ${idOf(others, everyMs)}, now()`,
  },
  authorization_codes: {
    rows: others,
    columns: `digest, client_id, redirect_uri, code_challenge, account_id, acr, amr, auth_time, expires_at`,
    values: `${digest('code')}, 'default', '', '', 'a' || n, '', '{}', now(), now()`,
  },
  used_token_ids: {
    rows: others,
    columns: 'jti, expires_at',
    values: `'j' || n, now() + interval '1 day'`,
  },
  limit_counters: {
    rows: others,
    columns: 'key, spent, resets_at',
    values: `${digest('counter')}, 1, now() + (n::bigint * 7919 % 86400) * interval '1 second'`,
  },
  guess_odds: {
    rows: others,
    columns: 'key, slot, odds, expires_at',
    values: `${digest('odds')}, 1, 0.1, now() + (n::bigint * 7919 % 86400) * interval '1 second'`,
  },
  failed_attempts: {
    rows: others,
    columns: 'key, failures, wait_until, forget_at',
    values: `${digest('failed')}, 1, now(), now() + (n::bigint * 7919 % 86400) * interval '1 second'`,
  },
  idempotent_responses: {
    rows: others,
    columns: 'key, request, recovery_id, response, expires_at',
    values: `${digest('key')}, '', ${idOf(recoveries, everyMs)}, '{}', now() + (n::bigint * 7919 % 86400) * interval '1 second'`,
  },
  sms_reservations: {
    rows: others,
    columns: `message_id, country, prefix, client_id, number, is_code, counts, price, unproven, reserved_at, slot, probing`,
    values: `${idOf(others, 300)}, 'US', '+1202', 'default', ${digest('number')}, true, true, 1, true, ${at(others, 300)}, now(), '{}'`,
  },
  sms_traffic: {
    rows: others / 4,
    columns: 'prefix, slot, sent',
    values: `'+' || n, ${at(others / 4, 800)}, 1`,
  },
  sms_prefixes: {
    rows: others / 4,
    columns: 'prefix, proven_at',
    values: `'+' || n, now()`,
  },
  authenticators: {
    rows: others,
    columns: 'id, account_id, kind, created_at, bound_at, secret_sealed',
    values: `${idOf(others, 1)}, 'a' || n, 'totp', now(), now(), ''`,
  },
  former_passwords: {
    rows: others,
    columns: 'id, recovery_id, until',
    values: `${idOf(others, 1)}, ${idOf(recoveries, everyMs)}, now() + (n::bigint * 7919 % 86400) * interval '1 second'`,
  },
};

/** The tables that are too big to be read as a whole. */
export const bigTables = Object.keys(fills);

/**
 * Fills a migrated database as a busy month would: a million accounts and recoveries, five million audit events.
 *
 * @param adminUrl a superuser: it leaves out foreign keys and makes the indexes after the rows
 */
export async function fillMillions(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '256MB'`,
    );
    for (const [table, { rows, columns, values }] of Object.entries(fills)) {
      const { rows: indexes } = await client.query<{ name: string; text: string }>(
        `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as text from pg_index i
         where i.indrelid = $1::regclass and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
        [table],
      );
      for (const { name } of indexes) await client.query(`drop index ${name}`);
      // In one transaction with the truncation, the rows need no write-ahead log (wal_level = minimal).
      await client.query('begin');
      await client.query(`truncate ${table} cascade`);
      await client.query(
        `insert into ${table} (${columns}) select ${values} from generate_series(1, ${rows}) n`,
      );
      for (const { text } of indexes) await client.query(text);
      await client.query('commit');
      await client.query(`vacuum analyze ${table}`);
    }
  } finally {
    await client.end();
  }
}
