import { randomBytes } from 'node:crypto';
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
