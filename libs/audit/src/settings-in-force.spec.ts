import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, statement } from '@rekey/database';
import { MovableClock } from '@rekey/kernel';
import { loadSettings, type ProcessName } from '@rekey/settings';
import { useDatabase } from '../../../test/flows/use-database.js';
import { recordSettings } from './index.js';

const made = statement(
  'spec_settings',
  sql`select detail from audit_events where event = 'settings_in_force' order by id`,
);

interface Detail {
  process: string;
  key: string;
  settings: string[];
  changed: string[];
}

describe('the settings that a process starts with', () => {
  const database = useDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'rekey-in-force-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const [older, newer] = ['2025', '2026'].map((id) => ({ id, key: randomBytes(32).toString('base64url') }));
  const policy = join(folder, 'policy.json');
  const token = 'a secret that unlocks the metrics';
  const given = {
    REKEY_DATA_DIR: folder,
    DATABASE_URL: 'postgres://someone:a-password@db.example/rekey',
    REKEY_KEYRING: JSON.stringify([older]),
    METRICS_TOKEN: token,
    RECOVERY_POLICY_FILE: policy,
  };
  const clock = new MovableClock();
  const start = async (environment: Record<string, string>, process: ProcessName = 'recovery') => {
    const { keyring, inForce } = loadSettings(environment, process);
    clock.advance(1_000);
    await recordSettings(database, keyring, inForce, clock.now());
  };
  const details = async () => (await database.query<{ detail: Detail }>(made)).map(({ detail }) => detail);

  test('are audited once a change, by name and keyed digest, for each kind of process [AUD-01]', async () => {
    writeFileSync(policy, '{}');
    const first = loadSettings(given, 'recovery');
    await Promise.all(
      Array.from({ length: 10 }, () => recordSettings(database, first.keyring, first.inForce, clock.now())),
    );
    const all = ['DATABASE_URL', 'METRICS_TOKEN', 'RECOVERY_POLICY_FILE', 'REKEY_DATA_DIR', 'REKEY_KEYRING'];
    const rotated = { ...given, REKEY_KEYRING: JSON.stringify([newer, older]) };
    const { METRICS_TOKEN: _unset, ...less } = rotated;
    const starts: [
      what: string,
      before: () => void,
      environment: Record<string, string>,
      changed: string[],
    ][] = [
      ['the same', () => undefined, given, []],
      ['a default that is now set', () => undefined, { ...given, LOG_LEVEL: 'warn' }, ['LOG_LEVEL']],
      ['back to the default', () => undefined, given, ['LOG_LEVEL']],
      ['another policy', () => writeFileSync(policy, '{ }'), given, ['RECOVERY_POLICY_FILE']],
      ['a new key', () => undefined, rotated, ['REKEY_KEYRING']],
      ['the same, under the new key', () => undefined, rotated, []],
      ['a setting of another process', () => undefined, { ...rotated, MAIL_FROM: 'a@example.com' }, []],
      ['an unset secret', () => undefined, less, ['METRICS_TOKEN']],
    ];
    expect((await details()).map(({ changed }) => changed)).toEqual([all]);
    for (const [what, before, environment, expected] of starts) {
      const known = (await details()).length;
      before();
      await start(environment);
      const added = (await details()).slice(known).map(({ changed }) => changed);
      expect([what, added]).toEqual([what, expected.length > 0 ? [expected] : []]);
    }
    await start(given, 'issuer');
    expect((await details()).at(-1)).toMatchObject({
      process: 'issuer',
      key: '2025',
      changed: all,
    });
    const text = JSON.stringify(await details());
    for (const value of [token, 'a-password', 'db.example', folder, older?.key, newer?.key])
      expect([value, text.includes(String(value))]).toEqual([value, false]);
  });
});
