import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentSecrets, loadSettings, SettingsError } from './index.js';

let dataDir: string;
const keyring = JSON.stringify([{ id: '2026', key: Buffer.alloc(32, 7).toString('base64url') }]);
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rekey-settings-'));
});
afterAll(() => rmSync(dataDir, { recursive: true }));

const problemsOf = (
  environment: Record<string, string>,
  name: 'standalone' | 'courier' | 'recovery' = 'standalone',
) => {
  try {
    loadSettings({ REKEY_DATA_DIR: dataDir, ...environment }, name);
    return [];
  } catch (fault) {
    if (fault instanceof SettingsError) return fault.problems;
    throw fault;
  }
};

test('an empty environment has every default of the contract', () => {
  const settings = loadSettings({ REKEY_DATA_DIR: dataDir }, 'standalone');
  expect(settings.ports).toEqual({
    recovery: 3000,
    issuer: 3001,
    console: 3002,
    mailbox: 3003,
    courier: 3004,
  });
  expect(settings.urls.recovery).toBe('http://localhost:3000');
  expect(settings.tokenAudience).toEqual(['http://localhost:3001']);
  expect(settings.databaseUrl).toBeUndefined();
  expect(settings.trustProxy).toEqual([]);
});

test('development secrets are made once, kept for the owner only', () => {
  const [one, two] = [0, 1].map(() => loadSettings({ REKEY_DATA_DIR: dataDir }, 'standalone'));
  expect(one?.management.clientSecret).toBe(two?.management.clientSecret);
  expect(two?.keyring.open(one!.keyring.seal('x', 'row'), 'row').toString()).toBe('x');
  expect(statSync(join(dataDir, 'keyring.json')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(dataDir, 'management-client-secret'), 'utf8')).toHaveLength(43);
});

test('a new key of development goes before those there are, for the owner only', () => {
  const before = loadSettings({ REKEY_DATA_DIR: dataDir }, 'standalone');
  developmentSecrets(dataDir).addKey('2027');
  const after = loadSettings({ REKEY_DATA_DIR: dataDir }, 'keys');
  expect([before.keyringMadeHere, after.keyring.keyIds]).toEqual([true, ['2027', 'development']]);
  expect(after.keyring.open(before.keyring.seal('x', 'row'), 'row').toString()).toBe('x');
  expect(statSync(join(dataDir, 'keyring.json')).mode & 0o777).toBe(0o600);
  expect(loadSettings({ REKEY_KEYRING: keyring, REKEY_DATA_DIR: dataDir }, 'keys').keyringMadeHere).toBe(
    false,
  );
});

test('each bad value names its variable, what was read and what is allowed, all at once', () => {
  expect(
    problemsOf({
      RECOVERY_PORT: 'abc',
      ISSUER_URL: 'ftp://x',
      TRUST_PROXY: '10.0.0.0/99',
      REKEY_KEYRING: 'secret!',
    }),
  ).toEqual([
    'RECOVERY_PORT: read "abc"; allowed: a port number from 1 to 65535',
    'ISSUER_URL: read "ftp://x"; allowed: an http:// or https:// URL without query or fragment',
    'TRUST_PROXY: read "10.0.0.0/99"; allowed: IP addresses or networks such as 10.0.0.0/8, comma-separated',
    expect.stringMatching(/^REKEY_KEYRING: read 7 characters that are not JSON; allowed: /),
  ]);
});

test('half of Twilio or of TLS is refused', () => {
  expect(problemsOf({ TWILIO_FROM: '+15005550006', TLS_KEY_FILE: 'key.pem' })).toHaveLength(2);
});

test('a process of its own needs a database', () => {
  expect(problemsOf({}, 'recovery')).toEqual([expect.stringContaining('DATABASE_URL: not set')]);
});

test('production names every development default at once', () => {
  const problems = problemsOf(
    { NODE_ENV: 'production', DATABASE_URL: 'postgres://x/y', RECOVERY_URL: 'http://r.example' },
    'courier',
  );
  for (const name of ['SMTP_URL', 'MAIL_FROM', 'TWILIO_ACCOUNT_SID', 'REKEY_KEYRING', 'RECOVERY_URL']) {
    expect(problems).toContainEqual(expect.stringContaining(name));
  }
});

test('production with everything set starts', () => {
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://x/y',
    RECOVERY_URL: 'https://recover.example.com/',
    ISSUER_URL: 'https://id.example.com',
    REKEY_KEYRING: keyring,
  };
  expect(problemsOf(environment, 'recovery')).toEqual([]);
  expect(loadSettings(environment, 'recovery').urls.recovery).toBe('https://recover.example.com');
});
