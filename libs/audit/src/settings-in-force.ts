import { type Database, type Queryable, sql, statement } from '@rekey/database';
import { type Keyring, uuidv7 } from '@rekey/kernel';
import type { SettingsInForce } from '@rekey/settings';
import { recordAudit } from './audit-event.js';

const event = 'settings_in_force';

const last = statement(
  'audit_last_settings',
  sql`select detail from audit_events where event = 'settings_in_force' and detail->>'process' = :process order by at desc, id desc limit 1`,
);

/** Held while two starts are compared: the processes of a deployment start together. */
const lock = statement('audit_settings_lock', sql`select pg_advisory_xact_lock(7235002)`);

interface Stored {
  process: string;
  /** The id of the key of the digests. */
  key: string;
  /** `NAME=digest`, sorted. */
  settings: string[];
}

/**
 * Audits the settings that a process starts with, if they are others than those of the last one of its kind: the names of all that are set
 * and of those that have changed, and keyed digests of the values. Replicas that start with the same settings write one event.
 */
export async function recordSettings(
  database: Database,
  keyring: Keyring,
  inForce: SettingsInForce,
  now: number,
): Promise<void> {
  // Most starts change nothing: they wait for nobody.
  if (!(await changeOf(database, keyring, inForce))) return;
  await database.transaction(async (tx) => {
    await tx.query(lock);
    const change = await changeOf(tx, keyring, inForce);
    if (!change) return;
    const { process } = inForce;
    const key = keyring.newestKeyId;
    const settings = listed(inForce.digests(keyring, key));
    const detail = { process, key, settings, changed: change };
    await recordAudit(tx, { id: uuidv7(now), at: new Date(now), event, actor: 'system', detail });
  });
}

const listed = (digests: Record<string, string>): string[] =>
  Object.entries(digests)
    .map(([name, digest]) => `${name}=${digest}`)
    .sort();

/** @returns the names of what was set, changed or unset since the last event; undefined when nothing was */
async function changeOf(
  database: Queryable,
  keyring: Keyring,
  { process, digests }: SettingsInForce,
): Promise<string[] | undefined> {
  const [row] = await database.query<{ detail: Stored }>(last, { process });
  const before = new Set(row?.detail.settings ?? []);
  // Without the key of the last event all digests differ, as if everything had changed.
  const now = new Set(listed(digests(keyring, row?.detail.key ?? keyring.newestKeyId)));
  const changed = [...now].filter((one) => !before.has(one));
  const gone = [...before].filter((one) => !now.has(one));
  const names = [...changed, ...gone].map((one) => one.slice(0, one.indexOf('=')));
  return row && names.length === 0 ? undefined : [...new Set(names)].sort();
}
