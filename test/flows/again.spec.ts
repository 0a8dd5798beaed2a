import { PageBrowser } from './page-browser.js';
import { password } from './people.js';
import { policyFile } from './policy-file.js';
import { codeIn, newHousehold, stopTokenIn, useRekey } from './rekey.js';
import { type Shown, tabForms } from './tabs.js';

/** The same POST once more, as a browser sends it at a reload, after a step back, or at a second click. */
describe('a form that is sent again', () => {
  const rekey = useRekey({ environment: { RECOVERY_POLICY_FILE: policyFile({ bindingHoldHours: 0 }) } });
  let household = '';
  const open = () => new PageBrowser(rekey.settings.urls.recovery, () => household);
  const { forms, prepare, begin, redeem, request, put, totpAt } = tabForms(rekey, open);
  beforeAll(prepare);
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(3_600_000);
  });

  const none = () => ({});
  const csrfOf = ({ page }: Shown) => /name="csrf" value="([\w.-]+)"/.exec(page.html)?.[1] ?? '';
  const idOf = (path: string, how: string) => `${how}${path.replaceAll('/', '-')}`;
  /** What was done for an account or in its recoveries, and each message to its address. */
  const doneFor = async (id: string) => {
    await rekey.idle();
    const events = await rekey.sql(
      `select event, count(*)::int as times from audit_events where (account_id = $1 or recovery_id in
         (select recovery_id from audit_events where account_id = $1)) and event <> 'authn_token_reissued'
       group by event order by event`,
      [id],
    );
    return { events, mails: (await rekey.messages(`${id}@example.com`)).length };
  };
  type Page = Awaited<ReturnType<PageBrowser['get']>>;
  /** Where a person is after a response: the address that it leads to, or the page and what is to be kept of it. */
  const placeOf = ({ status, html, headers }: Page): string => {
    const location = headers.get('location');
    if (location !== null) return location.replace(/[?&](code|of)=[\w-]+/, '');
    return `${status} ${/<h1>(.*?)<\/h1>/.exec(html)?.[1]}`;
  };
  /** Secrets that a page shows once. */
  const shownOnceIn = ({ html }: Page) =>
    html.match(/<li>[0-9A-Z-]{19}<\/li>|class="secret">[A-Z2-7 ]+</g) ?? [];

  /** Where the second and the third of the same form may lead besides: the note about what was done is gone. */
  const without = { note: /\?(done=\w+|sent)$/ };

  test.each(Object.entries(forms))(
    '%s, twice at once, by reload and after a step back, leads to where it leads once, and acts once',
    async (path, { show, works }) => {
      const [single, double] = [idOf(path, 'single'), idOf(path, 'double')];
      await Promise.all([put(single), put(double)]);
      const one = open();
      const shownOnce = await show(one, single);
      // A second code may be asked for a minute after the first.
      rekey.clock.advance(61_000);
      const once = await one.post(path, { csrf: csrfOf(shownOnce), ...shownOnce.fields() });
      expect(once.status).toBe(works.status);

      const browser = open();
      const shown = await show(browser, double);
      rekey.clock.advance(61_000);
      const form = { csrf: csrfOf(shown), ...shown.fields() };
      const both = await Promise.all([browser.post(path, form), browser.post(path, form)]);
      const third = await browser.post(path, form);
      const place = placeOf(once).replace(without.note, '');
      expect([...both, third].map((one) => placeOf(one).replace(without.note, ''))).toEqual(
        Array(3).fill(place),
      );
      // The browser shows the last one, whichever was processed first.
      for (const response of [both[0], third]) expect(shownOnceIn(response)).toEqual(shownOnceIn(both[1]));
      expect(shownOnceIn(third)).toHaveLength(shownOnceIn(once).length);
      expect(await doneFor(double)).toEqual(await doneFor(single));

      // A step back asks for the page anew, and the person sends its form, if there still is one.
      const led = await browser.get(path);
      const back = led.status === 303 ? await browser.get(led.headers.get('location') ?? '') : led;
      expect(back.status).toBeLessThan(500);
      if (!back.html.includes(`action="${path}"`)) return;
      const after = await browser.post(path, {
        csrf: csrfOf({ page: back, fields: none }),
        ...shown.fields(),
      });
      expect(after.status).toBeLessThan(500);
      expect(placeOf(after)).not.toMatch(/40[349]|410/);
    },
  );

  /** An app waits, the account has no password, and so the proof itself leads back to the app. */
  const atTheApp = async (id: string) => {
    await put(id, { password: undefined });
    await rekey.sql('update accounts set password_hash = null where id = $1', [id]);
    const browser = open();
    const { page, mail } = await begin(browser, id, request);
    const form = { csrf: csrfOf({ page, fields: none }), code: codeIn(mail) };
    return { browser, send: () => browser.post('/recover/code', form), mail };
  };
  const locationOf = ({ headers }: Page) => headers.get('location');

  test('the last step for an app, sent again: the code of the last response works, and no other one', async () => {
    const { send } = await atTheApp('app-again');
    const both = await Promise.all([send(), send()]);
    const third = await send();
    const locations = [...both, third].map(locationOf);
    for (const location of locations)
      expect(location).toMatch(/^https:\/\/app\.example\/back\?code=.*&state=s&iss=/);
    expect(new Set(locations).size).toBe(3);
    for (const location of locations.slice(0, 2))
      expect((await redeem(location)).body.error).toBe('invalid_grant');
    expect((await redeem(locations[2] ?? null)).status).toBe(200);
    const [events] = await rekey.sql(
      `select count(*) filter (where event = 'recovery_completed')::int as completed from audit_events where recovery_id in
         (select recovery_id from audit_events where account_id = $1)`,
      ['app-again'],
    );
    expect(events).toEqual({ completed: 1 });
  });

  test.each<
    [
      id: string,
      what: string,
      meanwhile: (at: Awaited<ReturnType<typeof atTheApp>>, location: string | null) => Promise<unknown>,
      says: RegExp,
    ]
  >([
    ['app-redeemed', 'its code was redeemed', (_at, location) => redeem(location), /is finished/],
    ['app-late', 'ten minutes passed', async () => rekey.clock.advance(600_000), /is finished/],
    [
      'app-disabled',
      'the account was disabled',
      () => put('app-disabled', { status: 'disabled' }),
      /is finished|was stopped/,
    ],
    [
      'app-stopped',
      'its owner stopped it',
      async ({ mail }) => {
        const owner = open();
        await owner.get(`/stop?token=${stopTokenIn(mail)}`);
        await owner.submit(await owner.get('/stop'), '/stop', {});
      },
      /was stopped/,
    ],
    [
      'app-elsewhere',
      'the browser has another secret',
      async ({ browser }) => browser.drop(),
      /Cookies are needed/,
    ],
  ])('%s: the last step for an app gives no other code once %s', async (id, _what, meanwhile, says) => {
    const at = await atTheApp(id);
    const first = await at.send();
    expect(locationOf(first)).toContain('code=');
    await meanwhile(at, locationOf(first));
    const again = await at.send();
    expect([locationOf(again), says.test(again.html)]).toEqual([null, true]);
  });

  test('a sign-in with an authenticator app, sent again when its response has come, asks for no other code', async () => {
    await put('signs-in');
    const confirm = forms['/account/totp/confirm'];
    const of = open();
    const shown = await confirm?.show(of, 'signs-in');
    const secret =
      /class="secret">([A-Z2-7 ]+)</.exec(shown?.page.html ?? '')?.[1]?.replaceAll(' ', '') ?? '';
    await of.submit(shown?.page ?? { html: '' }, '/account/totp/confirm', shown?.fields() ?? {});
    rekey.clock.advance(3_600_000);
    const browser = open();
    const csrf = csrfOf({ page: await browser.get('/account'), fields: none });
    const typed = { csrf, identifier: 'signs-in@example.com', password, second_factor: totpAt(secret) };
    const first = await browser.post('/account/sign-in', typed);
    const again = await browser.post('/account/sign-in', typed);
    expect([first, again].map(placeOf)).toEqual(['/account', '/account']);
    // Another name, or another browser, is another sign-in.
    const other = { ...typed, identifier: 'nobody@example.com' };
    expect((await browser.post('/account/sign-in', other)).status).toBe(401);
    await browser.submit(await browser.get('/account'), '/account/sign-out', {});
    expect((await browser.post('/account/sign-in', typed)).status).toBe(401);
    const sessions = await rekey.sql(
      `select count(*)::int as n from sessions where account_id = 'signs-in' and created_at >= $1`,
      [new Date(rekey.clock.now())],
    );
    expect(sessions).toEqual([{ n: 1 }]);
  });

  test('a code that was issued in a minute gone by is replaced by one that is good for a minute', async () => {
    const { send } = await atTheApp('app-minute');
    const first = await send();
    rekey.clock.advance(120_000);
    const again = await send();
    expect((await redeem(locationOf(first))).status).toBe(400);
    expect((await redeem(locationOf(again))).status).toBe(200);
  });

  test('/recover, twice at once, once more, and after a step back, starts one recovery and sends one message', async () => {
    await put('again');
    const browser = open();
    const page = await browser.get('/recover');
    const form = { csrf: csrfOf({ page, fields: () => ({}) }), identifier: 'again@example.com' };
    const both = await Promise.all([browser.post('/recover', form), browser.post('/recover', form)]);
    const reloaded = await browser.post('/recover', form);
    const back = await browser.submit(await browser.get('/recover'), '/recover', {
      identifier: 'again@example.com',
    });
    expect([...both, reloaded].map(({ headers }) => headers.get('location'))).toEqual(
      Array(3).fill('/recover/code'),
    );
    expect(back.html).toContain('Enter the code');
    await rekey.idle();
    expect(await rekey.codes('again@example.com')).toHaveLength(1);
    // Later the same person may ask for another one, by the same form too.
    rekey.clock.advance(61_000);
    await browser.post('/recover', form);
    await rekey.idle();
    expect(await rekey.codes('again@example.com')).toHaveLength(2);
  });

  const triesOf = async (id: string): Promise<number> => {
    const [row] = await rekey.sql(
      `select max(r.tries)::int as tries from recoveries r where r.account_id = $1 and r.state = 'proving'`,
      [id],
    );
    return row?.tries;
  };

  test.each([
    ['/recover/code', { code: '0000 0000' }],
    ['/recover/other', { kind: 'backup_code', value: 'AAAA-BBBB-CCCC-DDDD' }],
    ['/recover/link', { number: '000' }],
  ])(
    '%s with the same wrong value, twice at once, by reload and from a page shown anew, costs one try',
    async (path, wrong) => {
      const id = idOf(path, 'wrong');
      await put(id);
      const first = open();
      const { link } = await begin(first, id);
      const browser = path === '/recover/link' ? open() : first;
      if (path === '/recover/link') await browser.get(link);
      const shown = async () => ({ page: await browser.get(path), fields: () => ({}) });
      const csrf = csrfOf(await shown());
      const all = await Promise.all([1, 2, 3].map(() => browser.post(path, { csrf, ...wrong })));
      all.push(await browser.post(path, { csrf, ...wrong }));
      // A link that is opened again is a tap of its own.
      const anew = path === '/recover/link' ? csrf : csrfOf(await shown());
      all.push(await browser.post(path, { csrf: anew, ...wrong }));
      expect(all.map(({ status, html }) => [status, /You have 4 tries left/.test(html)])).toEqual(
        Array(5).fill([422, true]),
      );
      expect(await triesOf(id)).toBe(1);
      // Another value is another try, and the same one in another browser too: it has not seen the first.
      const [[name = '', value = ''] = []] = Object.entries(wrong).slice(-1);
      await browser.post(path, { csrf, ...wrong, [name]: value.replace(/^./, '1') });
      expect(await triesOf(id)).toBe(2);
    },
  );
});
