import type { StaffContext } from '@rekey/staff';
import { PageBrowser } from '../flows/page-browser.js';
import { people } from '../flows/people.js';
import { type Answer, codeIn, newHousehold, until, useRekey } from '../flows/rekey.js';
import { memberOf, type StaffBrowser, staffContext } from '../flows/staff-browser.js';
import { Story } from '../flows/story.js';

/** Somebody else reads a mailbox of the account. Staff have marked it. */
describe('an address that is compromised', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let context: StaffContext;
  let security: StaffBrowser;
  beforeAll(async () => {
    context = await staffContext(rekey);
    security = await memberOf(rekey, context, 'security');
  });
  beforeEach(async () => {
    newHousehold();
    rekey.clock.advance(600_000);
    await security.signIn();
  });

  const mailOf = (id: string) => `${id}@example.com`;
  const idOf = async (id: string, kind = 'email') =>
    (
      await rekey.sql('select id from addresses where account_id = $1 and kind = $2 and removed_at is null', [
        id,
        kind,
      ])
    )[0]?.id;
  const mark = async (id: string, act = 'compromised', kind = 'email') => {
    const path = `accounts/${id}/addresses/${await idOf(id, kind)}/${act}`;
    const { status } = await security.call('POST', path, { reason: 'a test' });
    expect(status).toBe(204);
  };
  const countOf = async (to: string) => (await rekey.messages(to)).length;
  const stateOf = async ({ id }: Story) =>
    (await rekey.sql('select state from recoveries where id = $1', [id]))[0].state;
  /** Runs, and no message goes to this address meanwhile. */
  const silent = async (to: string, work: () => Promise<unknown>) => {
    const before = await countOf(to);
    await work();
    await rekey.idle();
    expect(await countOf(to)).toBe(before);
  };

  test('gets no code: neither at the start, nor at a resend by its channel', async () => {
    await who.put('start');
    await mark('start');
    const story = new Story(rekey);
    await silent(mailOf('start'), async () => {
      // It still names the account; the code goes to the phone.
      await story.start({ identifier: mailOf('start'), channel: 'email' });
      await rekey.message(who.phoneOf('start'), 2);
      rekey.clock.advance(60_000);
      expect((await story.resend({ channel: 'email' })).status).toBe(202);
    });
    const sms = (await rekey.codes(who.phoneOf('start')))[0];
    expect((await story.prove(codeIn(sms as never))).body.state).toBe('proven');
  });

  test('alone at its account leads nowhere, and the answers are those for nobody', async () => {
    await who.put('alone', { addresses: [{ kind: 'email', value: mailOf('alone'), verified: true }] });
    await mark('alone');
    const shapes: unknown[] = [];
    for (const identifier of [mailOf('alone'), mailOf('never-was')]) {
      const story = new Story(rekey);
      const shape = ({ status, body }: Answer) => [
        status,
        Object.keys(body).sort(),
        body.state,
        body.methods,
      ];
      const answers = [await story.start({ identifier })];
      await rekey.idle();
      rekey.clock.advance(60_000);
      answers.push(await story.resend(), await story.prove('00000000'), await story.show());
      await rekey.idle();
      shapes.push(answers.map(shape));
      expect(await countOf(identifier)).toBe(0);
    }
    expect(shapes[0]).toEqual(shapes[1]);
  });

  test('is not offered after a first proof, and not taken by its id', async () => {
    const { id, codes } = await who.enrol('offered');
    await security.signIn();
    await mark(id);
    const story = new Story(rekey);
    await story.start({ identifier: mailOf(id) });
    await rekey.idle();
    const { body } = await story.prove(codes[0] ?? '', 'backup_code');
    expect(body.state).toBe('proving');
    expect((body.addresses ?? []).map(({ channel }: { channel: string }) => channel)).not.toContain('email');
    rekey.clock.advance(60_000);
    await silent(mailOf(id), async () => {
      const named = await story.resend({ address_id: await idOf(id) });
      expect(['invalid_request', 'invalid_state']).toContain(named.body.code);
    });
  });

  test.each([
    ['the code', false],
    ['the code, after it was restored', true],
  ])('a recovery is not proven by what was sent there before: %s', async (_what, restored) => {
    const id = `sent-before-${restored}`;
    await who.put(id);
    const story = new Story(rekey);
    const { code, message } = await story.begin(mailOf(id));
    await mark(id);
    if (restored) await mark(id, 'restore');
    expect((await story.prove(code)).body.code).toBe('wrong_proof');
    // Nor by the link next to it, with the right number.
    const number = (await story.show()).body.match_number;
    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    await browser.get(/\/recover\/link\?token=[\w-]+/.exec(message.text)?.[0] ?? '');
    const page = await browser.get('/recover/link');
    expect((await browser.submit(page, '/recover/link', { number })).status).toBe(422);
    expect(await stateOf(story)).toBe('proving');
  });

  test('ends what it has proved: an open recovery, a session, a password', async () => {
    await who.put('proved');
    const done = new Story(rekey);
    await done.proveBy(mailOf('proved'));
    const chosen = 'a sentence that the thief has chosen';
    const { body } = await done.complete({ password: chosen });
    rekey.clock.advance(61_000);
    const open = new Story(rekey);
    expect((await open.proveBy(mailOf('proved'))).body.state).toBe('proven');
    await mark('proved');
    expect([await stateOf(open), (await open.complete()).status]).toEqual(['stopped', 410]);
    const form = { grant_type: 'refresh_token', client_id: 'default', refresh_token: body.refresh_token };
    expect((await rekey.token(form)).body.error).toBe('invalid_grant');
    expect((await who.signIn('proved', { password: chosen })).status).toBe(401);
  });

  test('leaves alone what another address has proved', async () => {
    await who.put('untouched');
    const open = new Story(rekey);
    expect((await open.proveBy(who.phoneOf('untouched'))).body.state).toBe('proven');
    await mark('untouched');
    expect((await open.complete()).status).toBe(201);
  });

  test('gets no message that was queued before', async () => {
    await who.put('queued');
    const story = new Story(rekey);
    await story.begin(mailOf('queued'));
    const address = await idOf('queued');
    // As if no courier had come by: a code that has its address, and a notification.
    const again = `update messages set state = 'queued', attempts = 1, due_at = $2 where recovery_id = $1`;
    const late = new Date(rekey.clock.now() + 3_600_000);
    await rekey.sql(again, [story.id, late]);
    await rekey.sql(
      `insert into messages (id, account_id, kind, change, state, created_at, expires_at, due_at, address_id)
       values (gen_random_uuid(), 'queued', 'authenticators_changed', 'password_put', 'queued', $1, $2, $2, $3)`,
      [new Date(rekey.clock.now()), late, address],
    );
    await silent(mailOf('queued'), async () => {
      await mark('queued');
      await rekey.sql(`update messages set due_at = created_at where state = 'queued'`);
    });
    const rows = await rekey.sql(
      'select kind, state, reason from messages where address_id = $1 and reason is not null order by kind',
      [address],
    );
    expect(rows).toEqual([
      { kind: 'authenticators_changed', state: 'dropped', reason: 'compromised' },
      { kind: 'recovery_code', state: 'dropped', reason: 'compromised' },
    ]);
  });

  test('gets no notification, also after it was removed', async () => {
    await who.put('told');
    await mark('told');
    await silent(mailOf('told'), async () => {
      const story = new Story(rekey);
      await story.proveBy(who.phoneOf('told'));
      expect((await story.complete({ password: 'a sentence of the owner' })).status).toBe(201);
      const phone = { kind: 'phone', value: who.phoneOf('told'), verified: true };
      await who.put('told', { addresses: [phone] });
    });
    const sms = async (about: RegExp) =>
      (await rekey.messages(who.phoneOf('told'))).some(({ text }) => about.test(text));
    await until('the notice to the phone', async () => (await sms(/recovered/)) || undefined);
  });

  test('stays so when the product sends its account again, confirms it again, or removes it and adds it again', async () => {
    await who.put('again');
    await mark('again');
    const phone = { kind: 'phone', value: who.phoneOf('again'), verified: true };
    const mail = (verified: boolean) => ({ kind: 'email', value: mailOf('again'), verified });
    const marked = async () =>
      (
        await rekey.sql(
          `select compromised_at is not null as marked from addresses where account_id = 'again' and kind = 'email' and removed_at is null`,
        )
      ).map((row) => row.marked);
    for (const addresses of [
      [phone, mail(true)],
      [phone, mail(false)],
      [phone, mail(true)],
      [phone],
      [phone, mail(true)],
    ]) {
      await who.put('again', { addresses });
      expect(await marked()).toEqual(addresses.length === 1 ? [] : [true]);
    }
    await mark('again', 'restore');
    await who.put('again', { addresses: [phone] });
    await who.put('again', { addresses: [phone, mail(true)] });
    expect(await marked()).toEqual([false]);
  });

  test('an address without short codes gets them again when it is restored, with its failures forgotten', async () => {
    await who.put('short');
    const address = await idOf('short');
    const [{ name }] = await rekey.sql(`select id || ':' || binding as name from addresses where id = $1`, [
      address,
    ]);
    await rekey.sql('update addresses set disabled_at = created_at where id = $1', [address]);
    await rekey.sql(
      `insert into limit_counters (key, spent, resets_at) values (sha256(convert_to('failures ' || $1::text, 'utf8')), 100, 'infinity')`,
      [name],
    );
    const long = await new Story(rekey).begin(mailOf('short'));
    expect(long.code.replaceAll(' ', '').length).toBeGreaterThan(8);
    await mark('short', 'restore');
    rekey.clock.advance(60_000);
    const story = new Story(rekey);
    const { code } = await story.begin(mailOf('short'));
    expect(code.replaceAll(' ', '')).toHaveLength(8);
    expect((await story.prove(code)).body.state).toBe('proven');
    expect(
      await rekey.sql(`select 1 from messages where account_id = 'short' and change = 'address_restored'`),
    ).toEqual([]);
  });
});
