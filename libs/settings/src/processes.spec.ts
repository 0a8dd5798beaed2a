import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingProblems } from '../../../test/runner/setting-problems.js';
import { loadSettings, type ProcessName } from './index.js';
import { commands, servers } from './run.js';
import { usersOf } from './used-by.js';
import type { Variable } from './variable.js';
import { type VariableName, variables } from './variables.js';

const folder = mkdtempSync(join(tmpdir(), 'rekey-processes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const database = { DATABASE_URL: 'postgres://app@db.example/rekey' };
const roles = { ...database, DATABASE_OWNER_URL: 'postgres://owner@db.example/rekey' };
const REKEY_KEYRING = JSON.stringify([{ id: '2026', key: randomBytes(32).toString('base64url') }]);
const management = { MANAGEMENT_CLIENT_ID: 'management', MANAGEMENT_CLIENT_SECRET: 'a secret of 20 chars' };
const RECOVERY_URL = 'https://recover.example.com';
const ISSUER_URL = 'https://id.example.com';
const CONSOLE_URL = 'https://console.example.com';

/** All that a process is given in production: with less, it names what is missing. */
const least: [ProcessName, Record<string, string>][] = [
  ['recovery', { ...database, REKEY_KEYRING, RECOVERY_URL, ISSUER_URL }],
  ['issuer', { ...database, REKEY_KEYRING, RECOVERY_URL, ISSUER_URL, ...management }],
  ['console', { ...database, REKEY_KEYRING, ISSUER_URL, CONSOLE_URL }],
  [
    'courier',
    {
      ...database,
      REKEY_KEYRING,
      RECOVERY_URL,
      MAIL_FROM: 'no-reply@example.com',
      SMTP_URL: 'smtps://mail.example',
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_FROM: '+15005550006',
    },
  ],
  ['migrate', database],
  ['roles', { ...roles, DATABASE_ADMIN_URL: 'postgres://postgres@db.example/postgres' }],
  ['keys', { ...database, REKEY_KEYRING }],
  ['audit', { ...database, REKEY_KEYRING }],
  ['staff', { ...database, REKEY_KEYRING, CONSOLE_URL }],
  ['import', { ...management, ISSUER_URL, CONSOLE_URL }],
  [
    'import',
    { ...management, ISSUER_INTERNAL_URL: 'http://issuer:1', CONSOLE_INTERNAL_URL: 'http://console:1' },
  ],
  ['tokens', { ...management, ISSUER_URL }],
  ['tokens', { ...management, ISSUER_INTERNAL_URL: 'http://issuer:1' }],
  ['policy', database],
];

describe.each(least)('%s', (process, environment) => {
  const problems = (given: Record<string, string>) =>
    settingProblems(() =>
      loadSettings({ NODE_ENV: 'production', REKEY_DATA_DIR: folder, ...given }, process),
    );

  test(`starts in production with ${Object.keys(environment).join(', ')}, and without any of them names it`, () => {
    expect(problems(environment)).toEqual([]);
    for (const name of Object.keys(environment))
      expect([name, problems({ ...environment, [name]: '' })]).toEqual([
        name,
        expect.arrayContaining([expect.stringContaining(name.replace('_INTERNAL', ''))]),
      ]);
    expect(existsSync(join(folder, 'keyring.json'))).toBe(false);
  });

  test('uses what it needs', () => {
    for (const name of Object.keys(environment) as VariableName[]) expect(usersOf(name)).toContain(process);
  });
});

test('who needs a variable also uses it', () => {
  for (const [name, { neededBy = [] }] of Object.entries<Variable>(variables))
    expect(usersOf(name as VariableName)).toEqual(
      expect.arrayContaining(neededBy.filter((process) => process !== 'standalone')),
    );
  const told = least.map(([process]) => process);
  expect([...new Set(told)]).toEqual([...servers, ...commands]);
});

test('a command makes no development secret that it does not use', () => {
  const made = (process: ProcessName): string[] => {
    const REKEY_DATA_DIR = mkdtempSync(join(folder, 'development-'));
    loadSettings({ REKEY_DATA_DIR, ...roles, DATABASE_ADMIN_URL: roles.DATABASE_URL }, process);
    return readdirSync(REKEY_DATA_DIR).sort();
  };
  expect([made('migrate'), made('roles'), made('tokens'), made('keys'), made('issuer')]).toEqual([
    [],
    [],
    ['management-client-secret'],
    ['keyring.json'],
    ['keyring.json', 'management-client-secret'],
  ]);
  expect(() => loadSettings({ REKEY_DATA_DIR: folder }, 'migrate').keyring).toThrow('migrate has no keyring');
});

describe('the URLs inside of a deployment', () => {
  const called = (environment: Record<string, string>) =>
    loadSettings({ REKEY_DATA_DIR: folder, ISSUER_URL, CONSOLE_URL, ...environment }, 'standalone');

  test('are the public ones unless they are set, and what is public stays', () => {
    expect(called({}).called).toEqual({
      issuer: { url: ISSUER_URL, setting: 'ISSUER_URL' },
      console: { url: CONSOLE_URL, setting: 'CONSOLE_URL' },
    });
    const set = called({ ISSUER_INTERNAL_URL: 'http://issuer:8080/id/', CONSOLE_INTERNAL_URL: 'https://c' });
    expect(set.called).toEqual({
      issuer: { url: 'http://issuer:8080/id', setting: 'ISSUER_INTERNAL_URL' },
      console: { url: 'https://c', setting: 'CONSOLE_INTERNAL_URL' },
    });
    expect([set.urls.issuer, set.urls.console, set.tokenAudience]).toEqual([
      ISSUER_URL,
      CONSOLE_URL,
      [ISSUER_URL],
    ]);
  });

  test('may be http:// in production, where a public one that is used may not', () => {
    const inside = { ISSUER_INTERNAL_URL: 'http://issuer:8080', CONSOLE_INTERNAL_URL: 'http://console:8080' };
    const problems = (process: ProcessName, given: Record<string, string>) =>
      settingProblems(() =>
        loadSettings(
          { NODE_ENV: 'production', ...database, REKEY_KEYRING, ...management, ...given },
          process,
        ),
      );
    const plain = { RECOVERY_URL, ISSUER_URL: 'http://id.example.com', CONSOLE_URL: 'http://c.example.com' };
    const refused = (name: string) => expect.stringMatching(new RegExp(`^${name}: read .* an https:// URL$`));
    expect(problems('recovery', { RECOVERY_URL, ISSUER_URL, ...inside })).toEqual([]);
    expect(problems('recovery', { ...plain, ...inside })).toEqual([refused('ISSUER_URL')]);
    expect(problems('import', { ...plain, ...inside })).toEqual([]);
    expect(problems('import', plain)).toEqual([refused('ISSUER_URL'), refused('CONSOLE_URL')]);
    expect(problems('tokens', plain)).toEqual([refused('ISSUER_URL')]);
  });
});

test.each([
  ['', 0],
  ['0', 0],
  ['5', 5_000],
  ['60', 60_000],
  ['61', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['5s', undefined],
])('DRAIN_SECONDS=%s is %s ms', (DRAIN_SECONDS, ms) => {
  const load = () => loadSettings({ REKEY_DATA_DIR: folder, DRAIN_SECONDS }, 'standalone');
  if (ms !== undefined) expect(load().drainMs).toBe(ms);
  else
    expect(settingProblems(load)).toEqual([
      `DRAIN_SECONDS: read "${DRAIN_SECONDS}"; allowed: a whole number from 0 to 60`,
    ]);
});
