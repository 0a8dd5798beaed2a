import { randomBytes } from 'node:crypto';
import { settingProblems } from '../../../test/runner/setting-problems.js';
import { loadSettings } from './index.js';

const keyring = JSON.stringify([{ id: '2026', key: randomBytes(32).toString('base64url') }]);

describe('the ways to send, in production', () => {
  const environment = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://x/y',
    RECOVERY_URL: 'https://recover.example.com',
    MAIL_FROM: 'no-reply@example.com',
    SMTP_URL: 'smtps://mail.example',
    REKEY_KEYRING: keyring,
  };
  const twilio = {
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM: '+15005550006',
  };
  const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const SMS_WEBHOOK_URL = 'https://sms.example/rekey?key=hunter2';
  const MAIL_WEBHOOK_URL = 'http://127.0.0.1:8025/';
  const load = (more: Record<string, string>) => loadSettings({ ...environment, ...more }, 'courier');
  const problems = (more: Record<string, string>): string[] => settingProblems(() => load(more));

  test('are SMTP and Twilio by default, and `SMS=on` is Twilio', () => {
    expect(problems({})).toEqual([
      'TWILIO_ACCOUNT_SID: not set; NODE_ENV=production allows no development default',
    ]);
    for (const more of [{}, { SMS: 'on' }, { SMS: 'twilio', MAIL: 'smtp' }])
      expect(load({ ...twilio, ...more })).toMatchObject({ mail: 'smtp', sms: 'twilio' });
  });

  test('with SMS=off nothing of Twilio is needed', () => {
    expect(load({ SMS: 'off' })).toMatchObject({ sms: 'off', twilio: undefined });
  });

  test('with webhooks nothing of SMTP and Twilio is needed', () => {
    const more = { SMS: 'webhook', MAIL: 'webhook', SMTP_URL: '', SMS_WEBHOOK_URL, MAIL_WEBHOOK_URL };
    const secrets = [WEBHOOK_SECRET, `whsec_${Buffer.alloc(24, 2).toString('base64')}`];
    expect(load({ ...more, WEBHOOK_SECRET: secrets.join(', ') })).toMatchObject({
      sms: 'webhook',
      mail: 'webhook',
      webhooks: { smsUrl: SMS_WEBHOOK_URL, mailUrl: MAIL_WEBHOOK_URL, secrets },
    });
  });

  test.each([
    [{ SMS: 'pigeon' }, /^SMS: read "pigeon"; allowed: on, off, twilio or webhook$/],
    [{ SMS: 'webhook', WEBHOOK_SECRET }, /^SMS_WEBHOOK_URL: no valid value, but SMS=webhook needs one/],
    [{ SMS: 'webhook', SMS_WEBHOOK_URL }, /^WEBHOOK_SECRET: no valid value, but SMS=webhook needs one/],
    [{ SMS: 'off', MAIL: 'webhook', WEBHOOK_SECRET }, /^MAIL_WEBHOOK_URL: no valid value, but MAIL=webhook/],
    [
      { SMS: 'webhook', WEBHOOK_SECRET, SMS_WEBHOOK_URL: 'http://sms.example/hunter2' },
      /^SMS_WEBHOOK_URL: read an http:\/\/ URL; allowed with NODE_ENV=production: an https:\/\/ URL$/,
    ],
  ] as [Record<string, string>, RegExp][])('%j is refused with the name of the setting', (more, sentence) => {
    expect(problems({ ...more, ...('SMS' in more ? {} : twilio) })).toContainEqual(
      expect.stringMatching(sentence),
    );
  });

  test.each([
    'whsec_c2hvcnQ=',
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    Buffer.alloc(32).toString('base64'),
    `${WEBHOOK_SECRET}!`,
  ])('the weak or malformed secret %s is refused and not repeated', (secret) => {
    const found = problems({ SMS: 'webhook', SMS_WEBHOOK_URL, WEBHOOK_SECRET: secret });
    expect(found).toContainEqual(expect.stringMatching(/^WEBHOOK_SECRET: read \d+ characters;/));
    expect(found.join()).not.toContain(secret);
  });

  test('a URL with user and password is refused, and no part of a URL is repeated', () => {
    for (const url of ['https://user:hunter2@sms.example', 'ftp://sms.example/hunter2']) {
      const found = problems({ SMS: 'webhook', WEBHOOK_SECRET, SMS_WEBHOOK_URL: url });
      expect(found).toContainEqual(expect.stringMatching(/^SMS_WEBHOOK_URL: read \d+ characters;/));
      expect(found.join()).not.toContain('hunter2');
    }
  });
});
