import { randomBytes } from 'node:crypto';
import { compile } from '@fastify/proxy-addr';
import { settingProblems } from '../../../test/runner/setting-problems.js';
import { loadSettings } from './index.js';
import { variables } from './variables.js';

const key = randomBytes(32).toString('base64url');
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://x/y',
  RECOVERY_URL: 'https://recover.example.com',
  MAIL_FROM: 'no-reply@example.com',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+15005550006',
  REKEY_KEYRING: JSON.stringify([{ id: '2026', key }]),
};
const load = (environment: Record<string, string>) =>
  loadSettings({ ...production, ...environment }, 'courier');
const problemsOf = (environment: Record<string, string>): string[] =>
  settingProblems(() => load({ SMTP_URL: 'smtps://mail.example', ...environment }));

test('no value of any variable crashes: each is reported by name', () => {
  for (const name of Object.keys(variables))
    for (const value of [
      '*',
      '://',
      'http://',
      'http://[',
      '%',
      'a,b',
      'https://u:p%zz@x',
      ',',
      '{}',
      '\u{1F511}',
    ])
      for (const problem of problemsOf({ [name]: value })) expect(problem).toMatch(/^[A-Z][A-Z0-9_]+\b.*: /);
  expect(problemsOf({ CORS_ORIGINS: '*' })).toEqual([
    'CORS_ORIGINS: read "*"; allowed: origins such as https://app.example.com, comma-separated, without a path',
  ]);
  expect(problemsOf({ ISSUER_URL: 'id.example.com' })).toEqual([expect.stringMatching(/^ISSUER_URL: read/)]);
});

test.each([
  ...[
    '127.0.0.1',
    '::1',
    '10.0.0.0/8',
    '::ffff:10.0.0.0/104',
    'fd00::/8',
    'loopback, linklocal,uniquelocal, 192.0.2.1',
  ],
])('TRUST_PROXY=%s names proxies', (TRUST_PROXY) => {
  const { trustProxy } = load({ SMTP_URL: 'smtps://mail.example', TRUST_PROXY });
  expect(() => compile(trustProxy)).not.toThrow();
  expect(trustProxy.join()).toBe(TRUST_PROXY.replaceAll(' ', ''));
});

// A number of hops, everybody, names, and what other readers take for an address.
test.each([
  ...[
    '1',
    'true',
    '*',
    'all',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '::1/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'Loopback',
    'proxy.example',
  ],
  ...[
    '010.0.0.1',
    '10.1',
    '0x0a000001',
    '10.0.0.1:80',
    '[::1]',
    '10.0.0.0/255.0.0.0',
    '10.0.0.0-10.0.0.9',
    '10.0.0.1;10.0.0.2',
  ],
])('TRUST_PROXY=%s is refused by name', (TRUST_PROXY) => {
  for (const value of [TRUST_PROXY, `127.0.0.1,${TRUST_PROXY}`])
    expect(problemsOf({ TRUST_PROXY: value })).toEqual([
      expect.stringMatching(/^TRUST_PROXY: read .*; allowed: /),
    ]);
});

test.each([
  'RECOVERY_URL',
  'ISSUER_URL',
  'CONSOLE_URL',
  'SIGN_IN_URL',
  'TWILIO_API_URL',
  'CORS_ORIGINS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'EXTERNAL_ISSUER_URL',
])('%s refuses credentials in the URL, and does not repeat them', (name) => {
  for (const credentials of ['rekey:hunter2', 'hunter2', ':hunter2']) {
    const problems = problemsOf({ [name]: `https://${credentials}@example.com` });
    expect(problems).toContainEqual(expect.stringMatching(new RegExp(`^${name}: read \\d+ characters;`)));
    expect(problems.join()).not.toContain('hunter2');
  }
});

test('in production an SMTP password needs TLS', () => {
  const urls = (SMTP_URL: string) => load({ SMTP_URL }).smtpUrls;
  expect(urls('smtp://u:p@mail.example:587, smtps://u:p@mail.example, smtp://relay.internal')).toEqual([
    'smtp://u:p@mail.example:587?requireTLS=true',
    'smtps://u:p@mail.example',
    'smtp://relay.internal',
  ]);
  expect(problemsOf({ SMTP_URL: 'smtp://u:hunter2@mail.example?requireTLS=false' })).toEqual([
    'SMTP_URL: read a password with requireTLS=false; allowed with NODE_ENV=production: smtps://, or smtp:// with STARTTLS',
  ]);
});

test.each([
  ['of zeros', Buffer.alloc(32)],
  ['of one byte', Buffer.alloc(32, 0xb7)],
  ['of a few bytes again and again', Buffer.from('f00dcafe'.repeat(8), 'hex')],
  ['that counts', Buffer.from(Array.from({ length: 32 }, (_, at) => at))],
  ['that counts down by sevens', Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - 7 * at))],
  ['of text', Buffer.from('correct horse battery staple 123')],
  ['of hexadecimal digits', Buffer.from(randomBytes(16).toString('hex'))],
])('a key %s is refused', (_what, weak) => {
  const REKEY_KEYRING = JSON.stringify([
    { id: 'new', key },
    { id: 'old', key: weak.toString('base64url') },
  ]);
  expect(problemsOf({ REKEY_KEYRING })).toEqual([
    expect.stringMatching(/^REKEY_KEYRING: read a key that is not random \(number 2\); allowed: /),
  ]);
});

test('outside of production an example key is accepted', () => {
  const REKEY_KEYRING = JSON.stringify([{ id: 'example', key: Buffer.alloc(32).toString('base64url') }]);
  expect(() => loadSettings({ REKEY_KEYRING }, 'issuer')).not.toThrow(/not random/);
});

test('random keys are accepted', () => {
  for (let count = 0; count < 2_000; count++) {
    const REKEY_KEYRING = JSON.stringify([{ id: 'a', key: randomBytes(32).toString('base64url') }]);
    expect(problemsOf({ REKEY_KEYRING })).toEqual([]);
  }
});
