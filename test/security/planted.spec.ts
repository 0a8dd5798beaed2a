import { binding } from '../flows/binding.js';
import { csrfIn, PageBrowser } from '../flows/page-browser.js';
import { people, password as theirs } from '../flows/people.js';
import { type Answer, codeIn, newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const hours = 3_600_000;
const days = 24 * hours;
const fresh = 'what the owner has chosen since';

/** A thief knows the password of an account without a second factor, signs in and binds something. */
describe('planted authenticators give a thief no way back in', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const { bearerOf, makeCodes, bindApp, list, proofBy } = binding(rekey, who);
  let household = '';
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(hours);
  });

  /** The owner recovers by mail, with a new password. */
  const recover = async (
    id: string,
    json: object = { password: fresh },
  ): Promise<Answer & { story: Story }> => {
    const story = new Story(rekey);
    expect((await story.proveBy(`${id}@example.com`)).body.state).toBe('proven');
    const completed = await story.complete(json);
    expect(completed.status).toBe(201);
    return { ...completed, story };
  };
  test.each([
    ['at once', 0],
    ['a week later', 7 * days],
  ])("planted backup codes prove nothing after the owner's recovery, %s [CWE-613]", async (when, wait) => {
    const id = `codes-${wait}`;
    await who.put(id);
    const codes = await makeCodes(await bearerOf(id));
    rekey.clock.advance(wait);
    const { body } = await recover(id);
    rekey.clock.advance(2 * days);
    expect([when, (await proofBy(id, 'backup_code', codes[0] ?? '')).status]).toEqual([when, 422]);
    expect((await who.signIn(id, { password: theirs })).status).toBe(401);
    expect(body.access_token).toEqual(expect.any(String));
  });

  test('a planted app does not block the owner: mail alone recovers, and sign-in does not ask for it [CWE-613]', async () => {
    await who.put('locked');
    const app = await bindApp(await bearerOf('locked'));
    // For sign-in it counts at once.
    expect((await who.signIn('locked')).body.code).toBe('second_factor_required');
    await recover('locked');
    const signedIn = await bearerOf('locked', { password: fresh });
    expect(await list(signedIn)).toMatchObject([{ id: app.id, kind: 'totp', suspended: true }]);
    const mail = await until('the notice', async () =>
      (await rekey.messages('locked@example.com')).find(({ text }) => /was recovered/.test(text)),
    );
    expect(mail.text).toContain('set up in the last 30 days have been turned off');
    // A suspended app does not become valid later.
    rekey.clock.advance(3 * days);
    await recover('locked');
  });

  test('an app counts for recovery after a day, as a requirement and as a proof', async () => {
    await who.put('patient');
    const app = await bindApp(await bearerOf('patient'));
    rekey.clock.advance(24 * hours - 1_000);
    const early = new Story(rekey);
    expect((await early.proveBy('patient@example.com')).body.state).toBe('proven');
    await early.cancel();
    rekey.clock.advance(hours);
    const late = new Story(rekey);
    expect((await late.proveBy('patient@example.com')).body).toMatchObject({
      state: 'proving',
      methods: ['totp'],
    });
    expect((await late.prove(who.totp(app.secret), 'totp')).body.state).toBe('proven');
    // An app that was used as a proof stays.
    expect((await late.complete({ password: fresh })).status).toBe(201);
    expect((await who.signIn('patient', { password: fresh })).body.code).toBe('second_factor_required');
  });

  test('an authenticator older than thirty days stays', async () => {
    await who.put('steady');
    const codes = await makeCodes(await bearerOf('steady'));
    rekey.clock.advance(31 * days);
    await recover('steady');
    expect((await proofBy('steady', 'backup_code', codes[0] ?? '')).body.state).toBe('proven');
  });

  test('the owner sees the origin of an authenticator, and confirms or removes it; by API and on the page', async () => {
    await who.put('owner');
    const codes = await makeCodes(await bearerOf('owner'));
    await recover('owner');
    const bearer = await bearerOf('owner', { password: fresh });
    const [set] = await list(bearer);
    expect(set).toMatchObject({ suspended: true, bound_from: household, client_id: 'default' });
    const restore = (to: string) => who.issuer('POST', `authenticators/${to}/restore`, { bearer });
    expect((await restore(crypto.randomUUID())).status).toBe(404);
    expect((await restore(set.id)).status).toBe(204);
    expect((await restore(set.id)).status).toBe(404);
    expect((await list(bearer))[0]).toMatchObject({ suspended: false, counts_from: expect.any(String) });
    rekey.clock.advance(25 * hours);
    expect((await proofBy('owner', 'backup_code', codes[0] ?? '')).body.state).toBe('proven');

    // A session confirmed it that the next recovery ends, so it is suspended again.
    rekey.clock.advance(hours);
    await recover('owner', { password: `${fresh} again` });
    const browser = new PageBrowser(rekey.settings.urls.recovery, () => household);
    const form = await browser.get('/account');
    const account = await browser.submit(form, '/account/sign-in', {
      identifier: 'owner@example.com',
      password: `${fresh} again`,
    });
    expect(account.html).toContain('to be safe when your account was recovered');
    expect(account.html).toContain(`from the network ${household}`);
    const id = /action="\/account\/restore".*?name="id" value="([\w-]+)"/s.exec(account.html)?.[1] ?? '';
    const again = await browser.submit(account, '/account/restore', { id });
    expect(again.html).toContain('Confirmed. You can use it again.');
    expect(again.html).toContain('and to recover your account from');
    expect(csrfIn(again.html)).not.toBe('');
    const gone = await browser.submit(again, '/account/remove', { id });
    expect(gone.html).toContain('Removed.');
  });

  test('a suspended authenticator stays beside a new one of its kind until the owner removes either', async () => {
    await who.put('two-sets');
    const first = await makeCodes(await bearerOf('two-sets'));
    await recover('two-sets');
    const bearer = await bearerOf('two-sets', { password: fresh });
    const [aside] = await list(bearer);
    await makeCodes(bearer);
    const [, other] = await list(bearer);
    expect(await list(bearer)).toMatchObject([
      { id: aside.id, suspended: true },
      { id: other.id, suspended: false },
    ]);
    const restore = () => who.issuer('POST', `authenticators/${aside.id}/restore`, { bearer });
    const refused = await restore();
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    const browser = new PageBrowser(rekey.settings.urls.recovery, () => household);
    const account = await browser.submit(await browser.get('/account'), '/account/sign-in', {
      identifier: 'two-sets@example.com',
      password: fresh,
    });
    expect(account.html).toContain('remove the other one first');
    expect((await who.issuer('DELETE', `authenticators/${other.id}`, { bearer })).status).toBe(204);
    expect((await restore()).status).toBe(204);
    rekey.clock.advance(25 * hours);
    expect((await proofBy('two-sets', 'backup_code', first[0] ?? '')).body.state).toBe('proven');
  });

  test('a stop restores what the recovery had suspended', async () => {
    await who.put('stopped');
    const codes = await makeCodes(await bearerOf('stopped'));
    rekey.clock.advance(25 * hours);
    const { story } = await recover('stopped', {});
    expect(await rekey.sql(`select suspended_by from authenticators where account_id = 'stopped'`)).toEqual([
      { suspended_by: story.id },
    ]);
    const notice = await until('the notice', async () =>
      (await rekey.messages('stopped@example.com')).find(({ text }) => /was recovered/.test(text)),
    );
    expect((await story.stop(stopTokenIn(notice))).status).toBe(204);
    expect((await proofBy('stopped', 'backup_code', codes[0] ?? '')).body.state).toBe('held');
  });

  test.each([
    ['by API', 'api'],
    ['on the page', 'page'],
  ])(
    'the notification undoes a binding and ends the session that made it, %s [NIST 4.6]',
    async (_how, how) => {
      const id = `undone-${how}`;
      await who.put(id);
      const thief = await bearerOf(id);
      const other = await bearerOf(id);
      const app = await bindApp(thief);
      const mail = await until('the notice', async () =>
        (await rekey.messages(`${id}@example.com`)).find(({ text }) =>
          /authenticator app was added/.test(text),
        ),
      );
      expect(mail.text).toContain('Undo this now');
      expect(mail.html).toContain(stopTokenIn(mail));
      const sms = await until('the SMS', async () =>
        (await rekey.messages(who.phoneOf(id))).find(({ text }) => /app was added/.test(text)),
      );
      if (how === 'api') {
        expect((await new Story(rekey).stop(stopTokenIn(sms))).status).toBe(204);
        // The link works twice, and so does that of the other message.
        expect((await new Story(rekey).stop(stopTokenIn(sms))).status).toBe(204);
        expect((await new Story(rekey).stop(stopTokenIn(mail))).status).toBe(204);
      } else {
        const browser = new PageBrowser(rekey.settings.urls.recovery, () => household);
        await browser.get(`/stop?token=${stopTokenIn(mail)}`);
        const page = await browser.get('/stop');
        expect(page.html).toContain('set up a new way to recover it');
        expect(await rekey.sql('select 1 from authenticators where id = $1', [app.id])).toHaveLength(1);
        const done = await browser.submit(page, '/stop', {});
        expect(done.html).toContain('the person who set it up has been signed out');
      }
      expect(await rekey.sql('select 1 from authenticators where id = $1', [app.id])).toEqual([]);
      expect((await who.issuer('GET', 'sessions', { bearer: thief })).status).toBe(401);
      expect((await who.issuer('GET', 'sessions', { bearer: other })).status).toBe(200);
      expect((await who.signIn(id)).status).toBe(201);
    },
  );

  test('a thief who binds twice waits twice: an authenticator on hold is no second factor yet', async () => {
    await who.put('twice');
    const first = await bindApp(await bearerOf('twice'));
    rekey.clock.advance(60_000);
    const second_factor = { kind: 'totp', value: who.totp(first.secret) };
    const strong = await bearerOf('twice', { second_factor });
    const codes = await makeCodes(strong);
    expect((await proofBy('twice', 'backup_code', codes[0] ?? '')).status).toBe(422);
    const app = await bindApp(strong);
    expect(await list(strong)).toMatchObject([
      { kind: 'backup_code', counts_from: expect.any(String) },
      { id: app.id, counts_from: expect.any(String) },
    ]);
    // The owner's recovery does not ask for it.
    await recover('twice');
    expect((await proofBy('twice', 'backup_code', codes[1] ?? '')).status).toBe(422);
  });

  test('once a second factor counts, a link does not remove it', async () => {
    await who.put('grown');
    const app = await bindApp(await bearerOf('grown'));
    const mail = await until('the notice', async () =>
      (await rekey.messages('grown@example.com')).find(({ text }) => /app was added/.test(text)),
    );
    rekey.clock.advance(25 * hours);
    expect((await new Story(rekey).stop(stopTokenIn(mail))).status).toBe(204);
    expect(await rekey.sql('select 1 from authenticators where id = $1', [app.id])).toHaveLength(1);
    const browser = new PageBrowser(rekey.settings.urls.recovery, () => household);
    await browser.get(`/stop?token=${stopTokenIn(mail)}`);
    const gone = await browser.submit(await browser.get('/stop'), '/stop', {});
    expect([gone.status, gone.html.includes('This link no longer works')]).toEqual([404, true]);
    // A binding made with two factors needs no hold, and its notification has no link to undo.
    const second_factor = { kind: 'totp', value: who.totp(app.secret) };
    await makeCodes(await bearerOf('grown', { second_factor }));
    const made = await until('the notice of codes', async () =>
      (await rekey.messages('grown@example.com')).find(({ text }) => /codes were created/.test(text)),
    );
    expect(made.text).not.toContain('/stop?token=');
  });

  test('a removed address gets the notification without a link to undo', async () => {
    await who.put('moved');
    await who.put('moved', { addresses: [{ kind: 'email', value: 'moved-on@example.com', verified: true }] });
    const signedIn = await who.signIn('moved', { identifier: 'moved-on@example.com' });
    await makeCodes(signedIn.body.access_token);
    const [now, before] = await Promise.all(
      ['moved-on@example.com', 'moved@example.com'].map((to) =>
        until(`the notice to ${to}`, async () =>
          (await rekey.messages(to)).find(({ text }) => /backup codes were created/.test(text)),
        ),
      ),
    );
    expect(now?.text).toContain('/stop?token=');
    expect(before?.text).not.toContain('/stop?token=');
    expect(before?.text).toContain('Recover your account now');
  });

  test('an account with two factors needs no hold: a new authenticator counts at once', async () => {
    const one = await who.enrol('two');
    const second_factor = { kind: 'totp', value: who.totp(one.secret) };
    const codes = await makeCodes(await bearerOf('two', { second_factor }));
    const story = new Story(rekey);
    expect((await story.proveBy('two@example.com')).body.methods).toContain('backup_code');
    expect((await story.prove(codes[0] ?? '', 'backup_code')).body.state).toBe('proven');
    expect(codeIn((await rekey.codes('two@example.com'))[0] as never)).toMatch(/\d/);
  });
});
