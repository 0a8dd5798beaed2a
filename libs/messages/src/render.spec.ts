import { locales as languages } from '@rekey/kernel';
import { type RenderedEmail, type RenderedSms, renderMessage } from './render.js';
import { grouped, type MessageSlots } from './slots.js';

const slots = {
  kind: 'recovery_code',
  locale: 'en',
  productName: 'Rekey',
  recoveryUrl: 'https://recover.example.com',
  stopUrl: `https://recover.example.com/stop?token=${'s'.repeat(43)}`,
  code: '12345678',
  codeMinutes: 10,
  happenedAt: new Date('2026-11-23T18:04:00Z'),
  linkUrl: `https://recover.example.com/recover/link?token=${'l'.repeat(75)}`,
  password: 'set',
  changes: ['addresses_changed', 'password_put'],
  heldUntil: new Date('2026-11-24T18:04:00Z'),
} satisfies MessageSlots;
const mail = (more: Partial<MessageSlots> = {}) =>
  renderMessage({ ...slots, ...more, channel: 'email' }) as RenderedEmail;
const sms = (more: Partial<MessageSlots> = {}) =>
  (renderMessage({ ...slots, code: '123456', ...more, channel: 'sms' }) as RenderedSms).body;

/** The text of a page as a person reads it: no styles, no tags, one space between words. */
const read = (html: string) =>
  html
    .replace(/<!--.*?-->|<(style|title|head)\b.*?<\/\1>/gs, '')
    .replace(/<\/(p|div|td|tr|table|a)>/g, ' ')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');

const linksOf = {
  recovery_code: [slots.stopUrl, slots.linkUrl],
  recovery_completed: [slots.stopUrl],
  recovery_held: [slots.stopUrl],
  recovery_assisted: [slots.stopUrl],
  authenticators_changed: [`${slots.recoveryUrl}/recover`],
};
const kinds = [
  'recovery_code',
  'recovery_completed',
  'recovery_held',
  'recovery_assisted',
  'authenticators_changed',
] as const;
const locales = languages.map(({ tag }) => tag);
const all = kinds.flatMap((kind) => locales.map((locale) => ({ kind, locale })));

describe('a mail', () => {
  test.each(all)('$kind in $locale says the same in text and in HTML', (which) => {
    const { subject, text, html } = mail(which);
    expect(subject).toContain('Rekey');
    expect(html).toContain(`<html lang="${which.locale}"`);
    expect(html).not.toContain('{{');
    const lines = text
      .split('\n')
      .map((line) => line.trim().replace(/[:：]$/, ''))
      .filter((line) => line !== '' && line !== '--' && !line.startsWith('https:'));
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) expect(read(html)).toContain(line);
    for (const link of linksOf[which.kind]) {
      expect(text).toContain(`\n${link}\n`);
      expect(html).toContain(`href="${link}"`);
    }
  });

  test.each(all)('$kind in $locale loads nothing and does not reveal that it was opened', (which) => {
    const { html } = mail(which);
    expect(html).not.toMatch(/<(img|link|script|iframe|form|input|video|object)\b|url\(|@import|\bsrc=/i);
    const addresses = [...html.matchAll(/https?:\/\/[^\s"'<)]+/g)]
      .map(([address]) => address)
      .filter((address) => !address.startsWith('http://www.w3.org/'));
    // In a sentence, for the person to open.
    const named = which.kind === 'recovery_held' ? [`${slots.recoveryUrl}/recover/back`] : [];
    expect(new Set(addresses)).toEqual(new Set([...linksOf[which.kind], ...named]));
  });

  test.each(all)('$kind in $locale fits dark mode and a phone', (which) => {
    const { html } = mail(which);
    expect(html).toMatch(/<meta name="color-scheme" content="light dark"/);
    expect(html).toContain('@media (prefers-color-scheme: dark)');
    expect(html).toContain('width=device-width');
  });

  test.each(all)('$kind in $locale renders the same twice', (which) => {
    expect(mail(which)).toEqual(mail(which));
  });

  test.each(locales)(
    'a code in %s is grouped, names its minutes, and says that nobody asks for it',
    (locale) => {
      const { text, html, subject } = mail({ locale, codeMinutes: 7 });
      expect(text).toContain('\n    1234 5678\n');
      expect(read(html)).toContain('1234 5678');
      expect(text).toMatch(/\b7 (minutes|分钟)/);
      // A locked screen shows the subject.
      expect(subject).not.toMatch(/\d/);
    },
  );

  test.each(locales)(
    'a notification in %s says what happened, when, and how long it can be undone, without a secret',
    (locale) => {
      const { text, html } = mail({ kind: 'recovery_completed', locale });
      expect(text).toMatch(/(23 November 2026 at|2026年11月23日) 18:04 UTC/);
      expect(text).toMatch(/72 (hours|小时)/);
      for (const part of [text, html]) expect(part).not.toMatch(/1234 ?5678/);
      const kept = mail({ kind: 'recovery_completed', locale, password: 'kept' }).text;
      const ended = mail({ kind: 'recovery_completed', locale, password: 'ended' }).text;
      expect(text).toMatch(/new password|新密码/);
      expect(kept).not.toMatch(/password|密码/);
      expect(ended).toMatch(/old password no longer works|旧密码已失效/);
      expect(ended).toContain('/account');
      expect(sms({ kind: 'recovery_completed', locale, password: 'ended' })).toMatch(/old password|旧密码/);
    },
  );

  test.each(locales)(
    'a notification in %s of a held recovery says until when, and how to stop it',
    (locale) => {
      const until = /(24 November 2026 at|2026年11月24日) 18:04 UTC/;
      const held = { kind: 'recovery_held' as const, locale };
      expect(mail(held).text).toMatch(until);
      expect(sms(held)).toMatch(until);
      expect(sms(held)).toContain(slots.stopUrl);
      expect(mail(held).text).toContain('https://recover.example.com/recover/back');
      const released = { ...held, heldUntil: undefined };
      expect(mail(released).text).toMatch(
        /Support has ended the wait.*\/recover\/back|客服已结束等待.*\/recover\/back/,
      );
      expect(mail(released).text).toContain(slots.stopUrl);
      expect(sms(released)).toMatch(/Support has ended the wait|客服已结束等待/);
      expect(sms(released)).toContain(slots.stopUrl);
      const removed = { ...held, stopUrl: undefined };
      expect([mail(removed).text, mail(removed).html, sms(removed)].join()).not.toContain('/stop');
    },
  );

  test.each(locales)(
    'a notification in %s of a recovery by support says so, how to stop it, and that nobody asks for a code',
    (locale) => {
      const assisted = { kind: 'recovery_assisted' as const, locale };
      expect(mail(assisted).text).toMatch(/Support started a recovery|客服已为其发起找回/);
      expect(mail(assisted).text).toMatch(/never asks for one|绝不会向您索要/);
      expect(sms(assisted)).toMatch(/support started a recovery|客服应他人请求/);
      expect(sms(assisted)).toContain(slots.stopUrl);
      const removed = { ...assisted, stopUrl: undefined };
      expect([mail(removed).text, mail(removed).html, sms(removed)].join()).not.toContain('/stop');
    },
  );

  test.each([undefined, '', '12345', '123456789', '1234a678', '12345678\n'])(
    'a code mail without a code is refused: %j',
    (code) => {
      expect(() => mail({ code })).toThrow('needs a code');
      expect(() => sms({ code })).toThrow('needs a code');
    },
  );
});

describe('a message to a removed address', () => {
  test.each(locales)(
    'the recovery notification in %s has no link to undo, and says how to get help',
    (locale) => {
      const without = { kind: 'recovery_completed' as const, locale, stopUrl: undefined };
      const { text, html } = mail(without);
      expect([text, html].join()).not.toContain('/stop');
      expect(text).toContain(`\n${slots.recoveryUrl}/recover\n`);
      expect(html).toContain(`href="${slots.recoveryUrl}/recover"`);
      expect(sms(without)).not.toMatch(/https?:/);
    },
  );
});

describe('a value from outside', () => {
  const productName = 'A&B <img src=x onerror=alert(1)>\r\nBcc: eve@example.com\u2028"{{code}}\u202e';

  test.each(all)('stays text in $kind in $locale', (which) => {
    const { subject, html, text } = mail({ ...which, productName });
    expect(subject).not.toMatch(/[\r\n\u2028\u202e]/);
    expect(text).not.toMatch(/^Bcc:/m);
    expect(html).not.toContain('<img');
    expect(html).toContain('A&amp;B &lt;img src=x onerror=alert(1)&gt; Bcc: eve@example.com &quot;{{code}}');
  });

  test.each(all)('adds no line to an SMS of $kind in $locale', (which) => {
    const lines = sms({ ...which, productName: 'Rekey\n@evil.example #999999' }).split('\n');
    expect(lines).toHaveLength(which.kind === 'recovery_code' ? 3 : 1);
    expect(lines.filter((line) => line.startsWith('@'))).toEqual(
      which.kind === 'recovery_code' ? ['@recover.example.com #123456'] : [],
    );
  });
});

describe('an SMS', () => {
  /** The ASCII part of the GSM 03.38 default alphabet with one septet per character. */
  const gsm = /^[\n\r A-Za-z0-9@$_!"#%&'()*+,\-./:;<=>?]*$/;

  test.each(locales)('in %s the last line binds the code to the page', (locale) => {
    const lines = sms({ locale, recoveryUrl: 'https://recover.example.com:8443/base' }).split('\n');
    // https://wicg.github.io/sms-one-time-codes: the last line, the host first, one space, the code.
    expect(/^@([^\s#]+) #([^\s]+)$/.exec(lines.at(-1) ?? '')?.slice(1)).toEqual([
      'recover.example.com',
      '123456',
    ]);
    expect(lines[0]).toContain('123 456');
    expect(lines[0]).toContain('Rekey');
    expect(lines[0]).toMatch(/\b10 (min|分钟)/);
  });

  test('in English a code is one SMS: 140 bytes, no character that costs more', () => {
    expect(sms()).toMatch(gsm);
    expect(Buffer.byteLength(sms())).toBeLessThanOrEqual(140);
    expect(sms({ kind: 'recovery_completed' })).toMatch(gsm);
  });

  test('in Chinese a code is at most two SMS of UCS-2', () => {
    expect(sms({ locale: 'zh-Hans' }).length).toBeLessThanOrEqual(2 * 67);
  });

  test.each(locales)('a notification in %s has the link to undo, and no code', (locale) => {
    const body = sms({ kind: 'recovery_completed', locale });
    expect(body.endsWith(slots.stopUrl)).toBe(true);
    expect(body).not.toMatch(/123 ?456/);
    expect(body).toContain('72');
  });
});

test('codes are grouped in halves', () => {
  expect([grouped('123456'), grouped('12345678')]).toEqual(['123 456', '1234 5678']);
});
