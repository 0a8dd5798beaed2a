import { csrfIn, PageBrowser } from './page-browser.js';
import { people } from './people.js';
import { type Answer, newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

/** `SMS=off`: accounts may have phones, and nothing goes to them. */
describe('without SMS', () => {
  const rekey = useRekey({ environment: { SMS: 'off' } });
  const who = people(rekey);
  let household = '';
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(3_600_000);
  });

  const smsSent = async () =>
    (await rekey.call('GET', `${rekey.mailboxUrl}/messages`)).body.messages.filter(
      ({ channel }: { channel: string }) => channel === 'sms',
    );
  const phoneOnly = (id: string) =>
    who.put(id, { addresses: [{ kind: 'phone', value: who.phoneOf(id), verified: true }] });

  test('a code for a phone number goes to the email address of its account, also when SMS is asked for', async () => {
    await who.put('both');
    for (const more of [{}, { channel: 'sms' }]) {
      newHousehold();
      const story = new Story(rekey);
      expect((await story.proveBy(who.phoneOf('both'), 'both@example.com', more)).body.state).toBe('proven');
      expect((await story.complete()).status).toBe(201);
    }
    await rekey.idle();
    expect(await smsSent()).toEqual([]);
    const notifications = await rekey.sql(
      `select distinct d.kind, m.state, m.reason from messages m join addresses d on d.id = m.address_id
       where d.account_id = 'both' and m.kind <> 'recovery_code' order by d.kind`,
    );
    expect(notifications).toEqual([
      { kind: 'email', state: 'sent', reason: null },
      { kind: 'phone', state: 'dropped', reason: 'sms_off' },
    ]);
    expect(await rekey.sql('select count(*)::int as n from sms_reservations')).toEqual([{ n: 0 }]);
  });

  const plain = (answer: Answer) => ({
    status: answer.status,
    headers: [...answer.headers.keys()].sort(),
    body: answer.text
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replace(/"match_number":"\d{3}"/, '"match_number":"NUMBER"')
      .replace(/"token":"[\w-]{43}"/, '"token":"TOKEN"')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
  });

  test('a person with only a phone gets the same answers as an unknown one', async () => {
    await phoneOnly('caller');
    const told: unknown[] = [];
    for (const identifier of [who.phoneOf('caller'), '+12025550199', 'nobody@example.com']) {
      newHousehold();
      const story = new Story(rekey);
      const answers = [await story.start({ identifier, channel: 'sms' }), await story.show()];
      await rekey.idle();
      rekey.clock.advance(61_000);
      answers.push(await story.resend({ channel: 'sms' }), await story.resend());
      await rekey.idle();
      for (let tries = 0; tries < 6; tries++) answers.push(await story.prove('00000000'));
      answers.push(await story.show(), await story.complete(), await story.cancel());
      told.push(answers.map(plain));
      const rows = await rekey.sql(
        'select state, reason, channel, digits from messages where recovery_id = $1',
        [story.id],
      );
      const toNobody = { state: 'dropped', reason: 'no_account', channel: 'email', digits: 8 };
      expect(rows).toEqual([toNobody, toNobody]);
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
    expect(await smsSent()).toEqual([]);
  });

  test('after a first proof only email addresses are offered, and a phone is refused', async () => {
    const { codes } = await who.enrol('strong');
    const story = new Story(rekey);
    await story.start({ identifier: 'strong@example.com' });
    const proved = await story.prove(codes[0] ?? '', 'backup_code');
    expect(proved.body.methods).toEqual(['code', 'totp']);
    expect(proved.body.addresses).toEqual([expect.objectContaining({ channel: 'email' })]);
    expect((await story.show()).body.addresses).toEqual(proved.body.addresses);
    const [phone] = await rekey.sql(
      `select id from addresses where account_id = 'strong' and kind = 'phone'`,
    );
    rekey.clock.advance(61_000);
    const refused = await story.resend({ address_id: phone.id });
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request']);
    const allowed = await story.resend({ address_id: proved.body.addresses[0].id });
    expect(allowed.status).toBe(202);
    await rekey.idle();
    expect(await smsSent()).toEqual([]);
  });

  test('an account with only a phone is not asked for a code that cannot be sent', async () => {
    const { codes } = await who.enrol('moved');
    await phoneOnly('moved');
    const story = new Story(rekey);
    await story.start({ identifier: who.phoneOf('moved') });
    const proved = await story.prove(codes[0] ?? '', 'backup_code');
    expect([proved.status, proved.body.methods]).toEqual([200, ['totp']]);
  });

  test('no page mentions SMS or sends a code to a phone', async () => {
    await who.enrol('reader');
    for (const lang of ['en', 'zh-Hans']) {
      newHousehold();
      const browser = new PageBrowser(rekey.settings.urls.recovery, () => household);
      await browser.get(`/recover?lang=${lang}`);
      const form = await browser.get('/recover');
      const code = await browser.submit(form, '/recover', { identifier: who.phoneOf('reader') });
      expect(code.html).toContain('name="code"');
      const other = await browser.get('/recover/other');
      for (const { html } of [form, code, other]) {
        expect(html).not.toMatch(/SMS|短信|value="sms"|email address or phone|邮箱或手机发送/);
        expect(csrfIn(html)).not.toBe('');
      }
    }
  });
});
