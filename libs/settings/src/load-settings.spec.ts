import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingProblems } from '../../../test/runner/setting-problems.js';
import { developmentSecrets, loadSettings } from './index.js';
import { defaultText, type Variable } from './variable.js';
import { type VariableName, variables } from './variables.js';

let dataDir: string;
const keyring = JSON.stringify([{ id: '2026', key: randomBytes(32).toString('base64url') }]);
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'rekey-settings-'));
});
afterAll(() => rmSync(dataDir, { recursive: true }));

const problemsOf = (
  environment: Record<string, string>,
  name: 'standalone' | 'courier' | 'recovery' | 'migrate' = 'standalone',
) => settingProblems(() => loadSettings({ REKEY_DATA_DIR: dataDir, ...environment }, name));

const as = { use: 'page-setup' } as const;

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

test('a default is a value of its type, and the reference shows that value', () => {
  const { sendQuotas, keyPlan, mailFrom, productName, logLevel } = loadSettings(
    { REKEY_DATA_DIR: dataDir },
    'standalone',
  );
  expect({ sendQuotas, keyPlan, mailFrom, productName, logLevel }).toEqual({
    sendQuotas: { client: 6_000, instance: 30_000 },
    keyPlan: { alg: 'ES256', rotateEveryMs: 30 * 86_400_000 },
    mailFrom: 'Rekey <no-reply@localhost>',
    productName: 'Rekey',
    logLevel: 'warn',
  });
  const shown = (name: VariableName) => defaultText(variables[name]);
  expect(shown('CODES_PER_10_MINUTES')).toBe('30000');
  expect(shown('PRODUCT_NAME')).toBe('`Rekey`');
  expect(shown('MAIL_FROM')).toBe('development: `Rekey <no-reply@localhost>`');
  expect(shown('TRUST_PROXY')).toBe('none');
  for (const [name, variable] of Object.entries<Variable>(variables)) {
    if (typeof variable.default === 'object' || variable.default === undefined) continue;
    expect([name, variable.schema.parse(String(variable.default))]).toEqual([name, variable.default]);
  }
});

test('a variable with an invalid value is not reported as missing too', () => {
  const environment = { NODE_ENV: 'production', DATABASE_URL: 'mysql://x/y', RECOVERY_URL: 'ftp://x' };
  const problems = problemsOf(environment, 'courier');
  for (const name of ['DATABASE_URL', 'RECOVERY_URL'])
    expect(problems.filter((problem) => problem.startsWith(name))).toEqual([
      expect.stringMatching(/: read .*; allowed: /),
    ]);
});

test('development secrets are created once, readable by the owner only', () => {
  const [one, two] = [0, 1].map(() => loadSettings({ REKEY_DATA_DIR: dataDir }, 'standalone'));
  expect(one?.management.clientSecret).toBe(two?.management.clientSecret);
  expect(two?.keyring.open(one!.keyring.seal('x', as), as).toString()).toBe('x');
  expect(statSync(join(dataDir, 'keyring.json')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(dataDir, 'management-client-secret'), 'utf8')).toHaveLength(43);
});

test('a new development key is added before the existing ones, readable by the owner only', () => {
  const before = loadSettings({ REKEY_DATA_DIR: dataDir }, 'standalone');
  developmentSecrets(dataDir).addKey('2027');
  const after = loadSettings({ REKEY_DATA_DIR: dataDir }, 'keys');
  expect([before.keyringMadeHere, after.keyring.keyIds]).toEqual([true, ['2027', 'development']]);
  expect(after.keyring.open(before.keyring.seal('x', as), as).toString()).toBe('x');
  expect(statSync(join(dataDir, 'keyring.json')).mode & 0o777).toBe(0o600);
  expect(loadSettings({ REKEY_KEYRING: keyring, REKEY_DATA_DIR: dataDir }, 'keys').keyringMadeHere).toBe(
    false,
  );
});

test('each invalid value is reported with its variable, the value and what is allowed, all at once', () => {
  expect(
    problemsOf({
      RECOVERY_PORT: 'abc',
      ISSUER_URL: 'ftp://x',
      TRUST_PROXY: '10.0.0.0/99',
      REKEY_KEYRING: 'secret!',
    }),
  ).toEqual([
    'RECOVERY_PORT: read "abc"; allowed: a port number from 1 to 65535',
    'ISSUER_URL: read "ftp://x"; allowed: an http:// or https:// URL without user, query or fragment',
    expect.stringMatching(
      /^TRUST_PROXY: read "10.0.0.0\/99"; allowed: IP addresses, networks such as 10.0.0.0\/8, /,
    ),
    expect.stringMatching(/^REKEY_KEYRING: read 7 characters that are not JSON; allowed: /),
  ]);
});

test('settings of traces have the words of OpenTelemetry, and a secret is not repeated', () => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'https://collector.example:4318/';
  const tracing = (more: Record<string, string>) =>
    loadSettings({ REKEY_DATA_DIR: dataDir, OTEL_EXPORTER_OTLP_ENDPOINT, ...more }, 'standalone').tracing;
  const endpoint = 'https://collector.example:4318';
  expect(tracing({})).toEqual({ endpoint, headers: {}, share: 1 });
  const more = { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, x=y=z', OTEL_TRACES_SAMPLER_ARG: '0.25' };
  expect(tracing(more)).toEqual({ endpoint, headers: { 'api-key': 'a b', x: 'y=z' }, share: 0.25 });
  const bad = { OTEL_EXPORTER_OTLP_HEADERS: 'k=%zz', OTEL_TRACES_SAMPLER_ARG: '2', METRICS_TOKEN: 'short' };
  expect(problemsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318', ...bad })).toEqual([
    'METRICS_TOKEN: read 5 characters; allowed: at least 16 characters',
    expect.stringMatching(/^OTEL_EXPORTER_OTLP_ENDPOINT: read "collector:4318"; allowed: an http/),
    'OTEL_EXPORTER_OTLP_HEADERS: read 5 characters; allowed: name=value pairs, comma-separated, values percent-encoded',
    'OTEL_TRACES_SAMPLER_ARG: read "2"; allowed: a number from 0 to 1',
  ]);
});

test('incomplete settings of Twilio or TLS are refused', () => {
  expect(problemsOf({ TWILIO_FROM: '+15005550006', TLS_KEY_FILE: 'key.pem' })).toHaveLength(2);
});

describe('an external issuer', () => {
  const set = {
    EXTERNAL_ISSUER_URL: 'https://id.example.com/',
    EXTERNAL_ISSUER_GRANT: 'jwt-bearer',
    EXTERNAL_ISSUER_CLIENT_ID: 'rekey',
  };
  const read = (more: Record<string, string> = {}) =>
    loadSettings({ REKEY_DATA_DIR: dataDir, ...set, ...more }, 'standalone').externalIssuer;

  test('is off by default, and its URL is kept to the letter', () => {
    expect(loadSettings({ REKEY_DATA_DIR: dataDir }, 'standalone').externalIssuer).toBeUndefined();
    expect(read()).toEqual({
      issuer: 'https://id.example.com/',
      grant: 'jwt-bearer',
      clientId: 'rekey',
      clientAuth: 'private_key_jwt',
      resource: [],
      audience: [],
    });
    expect(read({ EXTERNAL_ISSUER_CLIENT_SECRET: 's' })).toMatchObject({ clientAuth: 'client_secret_basic' });
  });

  test.each([
    [{ EXTERNAL_ISSUER_GRANT: '' }, /^EXTERNAL_ISSUER_GRANT: not set, but EXTERNAL_ISSUER_URL is/],
    [{ EXTERNAL_ISSUER_URL: '' }, /^EXTERNAL_ISSUER_URL: not set, but EXTERNAL_ISSUER_GRANT is/],
    [{ EXTERNAL_ISSUER_CLIENT_ID: '' }, /^EXTERNAL_ISSUER_CLIENT_ID: not set/],
    [
      { EXTERNAL_ISSUER_GRANT: 'password' },
      /^EXTERNAL_ISSUER_GRANT: read "password"; allowed: token-exchange or/,
    ],
    [{ EXTERNAL_ISSUER_URL: 'https://id.example.com/?a' }, /^EXTERNAL_ISSUER_URL: read /],
    [
      { EXTERNAL_ISSUER_TOKEN_ENDPOINT: 'http://id.example.com/token' },
      /^EXTERNAL_ISSUER_TOKEN_ENDPOINT: read ".*"; allowed in production, and with an https/,
    ],
    [{ EXTERNAL_ISSUER_SCOPE: 'a  b' }, /^EXTERNAL_ISSUER_SCOPE: read /],
    [{ EXTERNAL_ISSUER_RESOURCE: 'shop' }, /^EXTERNAL_ISSUER_RESOURCE: read /],
    [
      { EXTERNAL_ISSUER_AUDIENCE: 'shop' },
      /^EXTERNAL_ISSUER_AUDIENCE: set with EXTERNAL_ISSUER_GRANT=jwt-bearer/,
    ],
    [
      { EXTERNAL_ISSUER_CLIENT_AUTH: 'client_secret_post' },
      /^EXTERNAL_ISSUER_CLIENT_SECRET: not set, nor EXTERNAL_ISSUER_CLIENT_SECRET_FILE, but EXTERNAL_ISSUER_CLIENT_AUTH=client_secret_post needs it/,
    ],
    [
      { EXTERNAL_ISSUER_CLIENT_AUTH: 'private_key_jwt', EXTERNAL_ISSUER_CLIENT_SECRET: 'a secret' },
      /^EXTERNAL_ISSUER_CLIENT_SECRET: set with EXTERNAL_ISSUER_CLIENT_AUTH=private_key_jwt/,
    ],
  ] as [Record<string, string>, RegExp][])(
    '%j is refused with the name of the setting',
    (wrong, sentence) => {
      const problems = problemsOf({ ...set, ...wrong });
      expect(problems).toEqual([expect.stringMatching(sentence)]);
      expect(problems.join()).not.toContain('a secret');
    },
  );

  test('must have an HTTPS URL in production', () => {
    const environment = {
      NODE_ENV: 'production',
      DATABASE_URL: 'postgres://x/y',
      RECOVERY_URL: 'https://recover.example.com',
      ISSUER_URL: 'https://id.example.com',
      REKEY_KEYRING: keyring,
      ...set,
    };
    expect(problemsOf(environment, 'recovery')).toEqual([]);
    const plain = {
      EXTERNAL_ISSUER_URL: 'http://id.example.com',
      EXTERNAL_ISSUER_TOKEN_ENDPOINT: 'http://id.example.com/token',
    };
    expect(problemsOf({ ...environment, ...plain }, 'recovery')).toEqual([
      'EXTERNAL_ISSUER_URL: read "http://id.example.com"; allowed with NODE_ENV=production: an https:// URL',
      'EXTERNAL_ISSUER_TOKEN_ENDPOINT: read "http://id.example.com/token"; allowed in production, and with an https:// issuer: an https:// URL',
    ]);
  });
});

test('a separate process needs a database URL, and the apps beside the embedded database need one in production', () => {
  expect(problemsOf({}, 'migrate')).toEqual([]);
  expect(problemsOf({ NODE_ENV: 'production' }, 'migrate')).toEqual([
    'DATABASE_URL: not set, nor DATABASE_URL_FILE; NODE_ENV=production allows no development default',
  ]);
  expect(problemsOf({}, 'recovery')).toEqual([
    expect.stringMatching(/^DATABASE_URL: not set, nor DATABASE_URL_FILE; allowed: a postgres/),
  ]);
});

test('production reports every missing setting at once', () => {
  const problems = problemsOf(
    { NODE_ENV: 'production', DATABASE_URL: 'postgres://x/y', RECOVERY_URL: 'http://r.example' },
    'courier',
  );
  for (const name of ['SMTP_URL', 'MAIL_FROM', 'TWILIO_ACCOUNT_SID', 'REKEY_KEYRING', 'RECOVERY_URL']) {
    expect(problems).toContainEqual(expect.stringContaining(name));
  }
});

test('production with all settings starts', () => {
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
