import {
  type AuditEventName,
  AuditSealer,
  ExportVerifier,
  exportLog,
  logKeysOf,
  recordAudit,
} from '@rekey/audit';
import { type Database, openDatabase, type Queryable } from '@rekey/database';
import { Keyring, MovableClock, uuidv7 } from '@rekey/kernel';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { until } from './rekey.js';

export const [oldKey, newKey] = ['a', 'b'].map((id, n) => ({ id, key: Buffer.alloc(32, n + 1) })) as [
  { id: string; key: Buffer },
  { id: string; key: Buffer },
];
/** Of every log of these tests. */
const name = '01900000-0000-7000-8000-000000000000';
export const keysOf = (...of: (typeof oldKey)[]) => logKeysOf(new Keyring(of), name);
export const keys = keysOf(oldKey);

/** The block's own log: a database for each test, and what the log needs around it. */
export function useLog() {
  const clock = new MovableClock();
  let made: TestDatabase;
  let database: Database;
  let owner: pg.Client;

  beforeEach(async () => {
    made = await createDatabase();
    database = await openDatabase({ url: made.url, name: 'spec' });
    owner = new pg.Client({ connectionString: made.adminUrl });
    await owner.connect();
    await owner.query('update audit_sealing set log = $1', [name]);
  });
  afterEach(async () => {
    await owner.end();
    await database.close();
    await made.drop();
  });

  const sealer = (...of: (typeof oldKey)[]) =>
    new AuditSealer({ database, clock, keyring: new Keyring(of.length > 0 ? of : [oldKey]) });
  const record = async (
    accountId: string | undefined = 'ada',
    on: Queryable = database,
    name: AuditEventName = 'recovery_proven',
  ) => {
    const id = uuidv7(clock.now());
    const event = {
      id,
      at: new Date(clock.now()),
      event: name,
      actor: 'person',
      accountId,
    } as const;
    await recordAudit(on, { ...event, detail: { kind: 'email', proofs: ['code'] } });
    return id;
  };
  /**
   * Seals until so many events are: transactions of other specs, on the same server, hold it back for a while. They are waited for first, so
   * that what is recorded by now gets one head, of that sealer, and never two on a loaded machine.
   */
  const sealUntil = async (size: number, by = sealer()) => {
    await until('transactions that began before the last event', async () => {
      const [isHeldBack] = await column<boolean>(
        `select exists (select from audit_events, pg_current_snapshot() as now where
           recorded_in >= pg_snapshot_xmin(now)::text::bigint and recorded_in < pg_snapshot_xmax(now)::text::bigint)`,
      );
      return isHeldBack ? undefined : true;
    });
    return until(`${size} sealed events`, async () => {
      await by.seal();
      const [sealed] = await column<number>('select size::float8 from audit_sealing');
      return sealed >= size ? sealed : undefined;
    });
  };
  const column = async <T>(text: string, values: unknown[] = []): Promise<[T, ...T[]]> =>
    (await owner.query({ text, values, rowMode: 'array' })).rows.map(([value]) => value) as [T, ...T[]];
  const sealedIds = () => column<string>('select event_id from audit_leaves order by position');
  const lastNote = async () =>
    (await column<string>('select note from audit_checkpoints order by size desc limit 1'))[0];
  /** As the owner of the tables, who can take away what keeps the audit. */
  const tamper = async (text: string, values: unknown[] = []) => {
    await owner.query('alter table audit_events disable trigger user');
    await owner.query(text, values);
    await owner.query('alter table audit_events enable trigger user');
  };
  const exported = async (): Promise<string[]> => {
    const lines: string[] = [];
    await exportLog(database, { origin: keys.origin, write: async (line) => void lines.push(line) });
    return lines;
  };
  const verified = async (anchors: string[] = []) => {
    const verifier = new ExportVerifier({ keys: keys.verifiers, anchors });
    for (const line of await exported()) verifier.read(line);
    return verifier.end();
  };

  return {
    clock,
    sealer,
    record,
    sealUntil,
    column,
    sealedIds,
    lastNote,
    tamper,
    exported,
    verified,
    database: () => database,
    owner: () => owner,
    urls: () => made,
  };
}
