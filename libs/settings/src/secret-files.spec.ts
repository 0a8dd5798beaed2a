import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingProblems } from '../../../test/runner/setting-problems.js';
import { loadSettings, type ProcessName } from './index.js';
import { isUsed } from './used-by.js';
import { fileForm, type Variable } from './variable.js';
import { type VariableName, variables } from './variables.js';

const folder = mkdtempSync(join(tmpdir(), 'rekey-secret-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const fileWith = (content: string): string => {
  const path = join(folder, `${files++}`);
  writeFileSync(path, content);
  return path;
};
const key = randomBytes(32).toString('base64url');
/** A value of each secret, which no message may repeat. */
const values: Record<string, string> = {
  DATABASE_URL: 'postgres://rekey_app:hunter2@db.example/rekey',
  DATABASE_OWNER_URL: 'postgres://rekey_owner:hunter2@db.example/rekey',
  DATABASE_ADMIN_URL: 'postgres://postgres:hunter2@db.example/postgres',
  REDIS_URL: 'redis://:hunter2@redis.example:6379',
  SMTP_URL: 'smtps://rekey:hunter2@mail.example',
  MAIL_WEBHOOK_URL: 'https://mail.example/hunter2',
  SMS_WEBHOOK_URL: 'https://sms.example/hunter2',
  WEBHOOK_SECRET: `whsec_${Buffer.from('hunter2 hunter2 hunter2 ').toString('base64')}`,
  TWILIO_AUTH_TOKEN: 'hunter2',
  REKEY_KEYRING: JSON.stringify([{ id: 'hunter2', key }]),
  MANAGEMENT_CLIENT_SECRET: 'hunter2 hunter2 hunter2',
  EXTERNAL_ISSUER_CLIENT_SECRET: 'hunter2',
  AUDIT_ANCHORS: 's3://rekey:hunter2@rekey-audit/heads',
  METRICS_TOKEN: 'hunter2 hunter2 hunter2',
  OTEL_EXPORTER_OTLP_HEADERS: 'api-key=hunter2',
};
/** What must be set beside them. */
const beside = {
  REKEY_DATA_DIR: folder,
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_FROM: '+15005550006',
  EXTERNAL_ISSUER_URL: 'https://id.example.com',
  EXTERNAL_ISSUER_GRANT: 'jwt-bearer',
  EXTERNAL_ISSUER_CLIENT_ID: 'rekey',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example',
};
const secrets = Object.entries<Variable>(variables)
  .filter(([, { secret }]) => secret)
  .map(([name]) => name as VariableName);
const load = (environment: Record<string, string>, process: ProcessName = 'standalone') =>
  loadSettings({ ...beside, ...environment }, process);
const problemsOf = (environment: Record<string, string>, process?: ProcessName) =>
  settingProblems(() => load(environment, process));
const inFiles = (content: (name: string) => string): Record<string, string> =>
  Object.fromEntries(secrets.map((name) => [fileForm(name), fileWith(content(name))]));
const plain = (settings: ReturnType<typeof load>) => ({
  ...JSON.parse(JSON.stringify(settings)),
  keyring: settings.keyring.keyIds,
});

test('the table above has every secret', () =>
  expect(Object.keys(values).sort()).toEqual([...secrets].sort()));

test('a file is as good as the variable, for every secret, with or without white space around the value', () => {
  const inline = plain(load(values));
  for (const around of [
    (value: string) => value,
    (value: string) => `${value}\n`,
    (value: string) => `\uFEFF ${value}\r\n\n`,
  ])
    expect(plain(load(inFiles((name) => around(values[name] ?? ''))))).toEqual(inline);
});

test('an empty file counts as unset, as an empty variable does', () => {
  const unset = plain(loadSettings({ REKEY_DATA_DIR: folder }, 'standalone'));
  for (const content of ['', '\n', ' \r\n\n']) {
    const environment = { REKEY_DATA_DIR: folder, ...inFiles(() => content) };
    expect(plain(loadSettings(environment, 'standalone'))).toEqual(unset);
  }
  const { DATABASE_URL = '', TWILIO_AUTH_TOKEN = '' } = values;
  for (const DATABASE_URL_FILE of [fileWith('\n'), ' '])
    expect(load({ DATABASE_URL, DATABASE_URL_FILE, TWILIO_AUTH_TOKEN }).databaseUrl).toBe(DATABASE_URL);
});

test('what is wrong with files is said at once, with the variable and the path, and never the content', () => {
  const [both, bad, keyring] = [fileWith('postgres://hunter2'), fileWith('hunter2'), fileWith('[hunter2]')];
  const gone = join(folder, 'gone');
  const problems = problemsOf({
    DATABASE_URL: 'postgres://rekey:hunter2@db.example/rekey',
    DATABASE_URL_FILE: both,
    REDIS_URL_FILE: bad,
    SMTP_URL_FILE: gone,
    METRICS_TOKEN_FILE: folder,
    REKEY_KEYRING_FILE: keyring,
    TWILIO_AUTH_TOKEN: 'hunter2',
  });
  expect(problems).toEqual([
    'DATABASE_URL and DATABASE_URL_FILE: both are set; allowed: one of them',
    expect.stringMatching(/^SMTP_URL_FILE: read ".*gone" \(ENOENT\); allowed: a readable file with smtp/),
    expect.stringMatching(/^METRICS_TOKEN_FILE: read ".*" \(EISDIR\); allowed: a readable file with at/),
    `REDIS_URL_FILE: read "${bad}", 7 characters; allowed: a redis:// or rediss:// URL`,
    expect.stringMatching(
      new RegExp(`^REKEY_KEYRING_FILE: read "${keyring}", 9 characters that are not JSON; allowed: JSON`),
    ),
  ]);
  expect(problems.join('\n')).not.toContain('hunter2');
});

const production = { NODE_ENV: 'production', REKEY_DATA_DIR: folder };

test('a missing secret is named with both forms, one with an empty file with that', () => {
  const missing = 'NODE_ENV=production allows no development default';
  expect(settingProblems(() => loadSettings(production, 'keys'))).toEqual([
    `DATABASE_URL: not set, nor DATABASE_URL_FILE; ${missing}`,
    `REKEY_KEYRING: not set, nor REKEY_KEYRING_FILE; ${missing}`,
  ]);
  const environment = { ...production, REKEY_KEYRING_FILE: fileWith('\n'), DATABASE_URL_FILE: '/nowhere' };
  expect(settingProblems(() => loadSettings(environment, 'keys'))).toEqual([
    'DATABASE_URL_FILE: read "/nowhere" (ENOENT); allowed: a readable file with a postgres:// URL',
    `REKEY_KEYRING: not set, and the file of REKEY_KEYRING_FILE is empty; ${missing}`,
  ]);
});

test('a process opens no file of a secret that it does not use', () => {
  for (const process of ['migrate', 'console', 'courier', 'tokens'] as const) {
    const used = secrets.filter((name) => isUsed(name, process));
    const gone = Object.fromEntries(secrets.map((name) => [fileForm(name), `/nowhere/${name}`]));
    const told = settingProblems(() => loadSettings({ ...production, ...gone }, process));
    expect(told.filter((problem) => problem.includes('/nowhere/'))).toHaveLength(used.length);
  }
});
