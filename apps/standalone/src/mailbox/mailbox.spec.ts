import { type Channels, createChannels, DeliveryFault, renderMessage } from '@rekey/messages';
import { type Mailbox, startMailbox } from './mailbox.js';

/** The courier's own clients against the mailbox: nodemailer, Twilio's client, SMTP, HTTP. */
let mailbox: Mailbox;
let channels: Channels;

beforeAll(async () => {
  mailbox = await startMailbox({ port: 0, production: false });
  channels = channelsTo({});
});
afterAll(async () => {
  await channels.close();
  await mailbox.close();
});
beforeEach(async () => {
  expect((await fetch(`${mailbox.url}/messages`, { method: 'DELETE' })).status).toBe(204);
});

function channelsTo({ smtpUrls = [mailbox.smtpUrl], twilio = mailbox.twilio }): Channels {
  const urls = { recovery: 'http://localhost:3000' };
  return createChannels({
    mail: 'smtp',
    sms: 'twilio',
    smtpUrls,
    mailFrom: 'Rekey <no-reply@localhost>',
    twilio,
    webhooks: { secrets: [] },
    urls,
  });
}

const slots = {
  kind: 'recovery_code' as const,
  productName: 'Rekey',
  recoveryUrl: 'http://localhost:3000',
  stopUrl: 'http://localhost:3000/stop?token=abc',
  linkUrl: 'http://localhost:3000/recover/link?token=abc',
  codeMinutes: 10,
};
const sendMail = (
  to: string,
  more: { id?: string; productName?: string; locale?: 'en' | 'zh-Hans' } = {},
) => {
  const { id = 'm-1', locale = 'en', productName = 'Rekey' } = more;
  const mail = renderMessage({ ...slots, channel: 'email', locale, productName, code: '12345678' });
  return channels.send({ id, kind: slots.kind, to, locale, ...mail });
};
const sendSms = (to: string) => {
  const sms = renderMessage({ ...slots, channel: 'sms', locale: 'en', code: '123456' });
  return channels.send({ id: 's-1', kind: slots.kind, to, locale: 'en', ...sms });
};

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${mailbox.url}${path}`, { headers });
const messages = async (to?: string) => {
  const answer = await get(`/messages${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return JSON.parse(await answer.text()).messages;
};

describe('the API for scripts', () => {
  test.each([
    ['a..b@docomo.ne.jp', 'A..B@docomo.ne.jp', 'a..b@docomo.ne.jp'],
    ['mei@xn--fsqu00a.xn--fiqs8s', 'mei@xn--fsqu00a.xn--fiqs8s', 'mei@例子.中国'],
    ['mei@xn--fsqu00a.xn--fiqs8s', 'mei@例子.中国', 'mei@例子.中国'],
  ])('a mail to %s is found as %s', async (address, wanted, to) => {
    await sendMail(address);
    expect(await messages(wanted)).toMatchObject([{ to }]);
    expect(await messages('b@docomo.ne.jp')).toEqual([]);
  });

  test('a mail has the fields of the contract', async () => {
    await sendMail('ada@example.com');
    const [mail, ...more] = await messages('ada@example.com');
    expect(more).toEqual([]);
    expect(mail).toEqual({
      id: expect.any(String),
      channel: 'email',
      to: 'ada@example.com',
      from: '"Rekey" <no-reply@localhost>',
      subject: 'Your code to get back into Rekey',
      text: expect.stringContaining('\n    1234 5678\n'),
      html: expect.stringContaining('1234 5678'),
      headers: expect.objectContaining({
        'auto-submitted': 'auto-generated',
        'message-id': '<m-1@localhost>',
      }),
      received_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test('an SMS has the fields of the contract, and its last line binds the code', async () => {
    const { providerId } = await sendSms('+14155550123');
    expect(providerId).toMatch(/^SM[0-9a-f]{32}$/);
    expect(await messages('+14155550123')).toEqual([
      {
        id: expect.any(String),
        channel: 'sms',
        to: '+14155550123',
        from: '+15005550006',
        text: expect.stringMatching(/\n@localhost #123456$/),
        received_at: expect.any(String),
      },
    ]);
    // People paste it like this: in a query a plus sign is a space.
    const pasted = await get('/messages?to=+14155550123');
    expect(JSON.parse(await pasted.text()).messages).toHaveLength(1);
  });

  test('the list has the newest message first, and each address sees its own only, in any letter case', async () => {
    await sendMail('ada@example.com', { id: 'a' });
    await sendMail('mei@example.com', { id: 'b', locale: 'zh-Hans' });
    await sendMail('ada@example.com', { id: 'c' });
    const ids = async (to?: string) =>
      (await messages(to)).map((mail: { headers: Record<string, string> }) => mail.headers['message-id']);
    expect(await ids()).toEqual(['<c@localhost>', '<b@localhost>', '<a@localhost>']);
    expect(await ids('ADA@example.com')).toEqual(['<c@localhost>', '<a@localhost>']);
    expect(await ids('nobody@example.com')).toEqual([]);
    expect((await messages('mei@example.com'))[0].subject).toBe('您的 Rekey 账户找回验证码');
  });

  test('twenty messages sent at once all arrive', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => sendMail('ada@example.com', { id: `n-${n}` })));
    expect(await messages('ada@example.com')).toHaveLength(20);
  });
});

describe('the fake of Twilio', () => {
  const post = (form: Record<string, string>, authToken = mailbox.twilio.authToken) =>
    fetch(`${mailbox.url}/2010-04-01/Accounts/${mailbox.twilio.accountSid}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${mailbox.twilio.accountSid}:${authToken}`)}` },
      body: new URLSearchParams(form),
    });
  const good = { To: '+14155550123', From: '+15005550006', Body: 'hello' };

  test.each([
    ['an invalid number', { ...good, To: '12345' }, 21211],
    ['no sender', { To: good.To, Body: good.Body }, 21603],
    ['no text', { ...good, Body: '' }, 21602],
    ['a text that is too long', { ...good, Body: 'x'.repeat(1_601) }, 21617],
  ])("%s: 400 in Twilio's format", async (_what, form, code) => {
    const answer = await post(form);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code, status: 400, message: expect.any(String) });
    expect(await messages()).toEqual([]);
  });

  test.each([
    ['x'.repeat(160), '1'],
    ['x'.repeat(161), '2'],
    ['码'.repeat(70), '1'],
    ['码'.repeat(71), '2'],
  ])('SMS segments are counted as a network counts them', async (Body, segments) => {
    expect(await (await post({ ...good, Body })).json()).toMatchObject({ num_segments: segments });
  });

  test("a wrong token of Twilio is refused, and Twilio's client reports it", async () => {
    expect((await post(good, 'wrong')).status).toBe(401);
    const strangers = channelsTo({ twilio: { ...mailbox.twilio, authToken: 'wrong' } });
    const sending = strangers.send({
      id: 's',
      kind: slots.kind,
      to: good.To,
      locale: 'en',
      channel: 'sms',
      body: 'hello',
    });
    await expect(sending).rejects.toEqual(new DeliveryFault(false, 'twilio 20003'));
    await strangers.close();
  });

  test('an invalid phone number is a permanent failure', async () => {
    await expect(sendSms('12345')).rejects.toEqual(new DeliveryFault(true, 'twilio 21211'));
  });
});

test('mail goes to the next server while the first is down', async () => {
  const both = channelsTo({ smtpUrls: ['smtp://127.0.0.1:1', mailbox.smtpUrl] });
  const mail = renderMessage({ ...slots, channel: 'email', locale: 'en', code: '12345678' });
  await both.send({ id: 'm-2', kind: slots.kind, to: 'ada@example.com', locale: 'en', ...mail });
  expect(await messages('ada@example.com')).toHaveLength(1);
  await both.close();
});

describe('the pages for people', () => {
  const pageOf = async (path: string) => {
    const answer = await get(path);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    return {
      status: answer.status,
      policy: answer.headers.get('content-security-policy'),
      html: await answer.text(),
    };
  };

  test('an empty mailbox says that it is empty', async () => {
    const { html, policy } = await pageOf('/');
    expect(html).toContain('No messages yet');
    expect(policy).toContain("default-src 'none'");
  });

  test('a mail is shown as a page, as text and as source, and its content stays in its frame', async () => {
    await sendMail('ada@example.com', { productName: '<script>alert(1)</script>' });
    const [{ id }] = await messages();
    const list = await pageOf('/');
    expect(list.html).toContain('ada@example.com');
    const one = await pageOf(`/mail/${id}`);
    for (const { html } of [list, one]) expect(html).not.toContain('<script>alert');
    expect(one.html).toMatch(/<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    expect(one.html).toContain('Auto-Submitted: auto-generated');
    const mail = await pageOf(`/mail/${id}/html`);
    expect(mail.policy).toMatch(/^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/);
    expect(mail.policy).not.toContain('script');
  });

  test('an SMS is shown as text, and a deleted message is not found', async () => {
    await sendSms('+14155550123');
    const [{ id }] = await messages();
    expect((await pageOf(`/mail/${id}`)).html).toContain('@localhost #123456');
    for (const path of [`/mail/${id}/html`, '/mail/none', '/mail/none/html']) {
      expect((await pageOf(path)).status).toBe(404);
    }
  });

  test('an open page learns of new messages', async () => {
    const stream = await get('/events');
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe(': hello\n\n');
    await sendSms('+14155550123');
    expect((await reader?.read())?.value).toBe('event: change\ndata: \n\n');
    await reader?.cancel();
  });

  test('messages can be deleted without script, by a form', async () => {
    await sendSms('+14155550123');
    const answer = await fetch(`${mailbox.url}/clear`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(await messages()).toEqual([]);
  });
});

describe('the limits of the mailbox', () => {
  test('the mailbox does not exist in production', async () => {
    await expect(startMailbox({ port: 0, production: true })).rejects.toThrow('cannot run in production');
  });

  test('a port that is in use is named, and nothing keeps listening', async () => {
    const port = Number(new URL(mailbox.url).port);
    await expect(startMailbox({ port, production: false })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port,
    });
  });
});
