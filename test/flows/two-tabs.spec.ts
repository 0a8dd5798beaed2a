import { AnnouncedRoutes } from '../security/enumeration/announced-routes.js';
import { csrfIn, PageBrowser } from './page-browser.js';
import { policyFile } from './policy-file.js';
import { codeIn, newHousehold, stillSweeps, useRekey } from './rekey.js';
import { tabForms } from './tabs.js';

/** Forms before there is a recovery or a session: their fields name the person. */
const beginnings = ['/recover', '/recover/assist', '/account/sign-in'];

/** Two tabs of one browser: the first shows a form of one account, then the second changes to another account. */
describe('a form of the pages acts on what it shows, also when another tab now shows another person [ASVS 6.6.2]', () => {
  const routes = new AnnouncedRoutes();
  const rekey = useRekey({
    environment: { RECOVERY_POLICY_FILE: policyFile({ bindingHoldHours: 0 }) },
    sweepPeriods: stillSweeps,
  });
  let household = '';
  const open = () => new PageBrowser(rekey.settings.urls.recovery, () => household);
  const { forms, prepare, begin, signIn, put } = tabForms(rekey, open);
  beforeAll(prepare);
  afterAll(() => routes.stop());
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(3_600_000);
  });

  /** All stored rows, of all accounts. */
  const kept = async (): Promise<Record<string, string>> => {
    await rekey.idle();
    const tables = await rekey.sql(
      "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    const all = await Promise.all(
      tables.map(async ({ name }) => {
        const [row] = await rekey.sql(
          `select string_agg(t::text, e'\n' order by t::text) as rows from "${name}" t`,
        );
        return [name, row.rows ?? ''] as const;
      }),
    );
    return Object.fromEntries(all);
  };

  test('every form of the pages is tested', () => {
    const { recovery } = rekey.settings.ports;
    const announced = routes
      .list({ recovery })
      .filter((route) => !/ (GET|HEAD|OPTIONS) | \/(v1|webhooks)\//.test(route))
      .map((route) => route.replace('recovery POST ', ''));
    expect(announced.sort()).toEqual([...Object.keys(forms), ...beginnings].sort());
  });

  const isOfRecovery = ([path]: [string, unknown]) =>
    path.startsWith('/recover/') && path !== '/recover/link';
  const ofRecoveries = Object.entries(forms).filter(isOfRecovery);
  const ofOthers = Object.entries(forms).filter((one) => !isOfRecovery(one));

  /** All stored rows in which the id of this recovery is, but for counters that are shared. */
  const rowsWith = async (id: string) =>
    Object.entries(await kept())
      .flatMap(([table, rows]) => rows.split('\n').map((row) => `${table} ${row}`))
      .filter((row) => row.includes(id));

  test.each(ofRecoveries)('%s: each tab continues the recovery that it shows', async (path, form) => {
    const { show, works } = form;
    const ids = ['a', 'b'].map((letter) => `${letter}${path.replaceAll('/', '-')}`);
    await Promise.all(ids.map((id) => put(id)));
    const browser = open();
    const first = await show(browser, ids[0] ?? '');
    rekey.clock.advance(1_000);
    const second = await show(browser, ids[1] ?? '');
    rekey.clock.advance(61_000);
    const [a, b] = await rekey
      .sql('select id from recoveries order by created_at desc, id desc limit 2')
      .then((rows) => rows.map(({ id }) => id as string).reverse());
    const reloaded = await browser.get('/recover/code');
    expect(reloaded.html + (reloaded.headers.get('location') ?? '')).toMatch(
      /After|Before this recovery, you started another one|\/recover\/password/,
    );
    for (const [own, other, { page, fields }] of [
      [a, b, first],
      [b, a, second],
    ] as const) {
      const before = await rowsWith(other ?? '');
      const done = await browser.post(path, { csrf: csrfIn(page.html), ...fields() });
      expect(done.status).toBe(works.status);
      const [to = '', of] = (done.headers.get('location') ?? '').split(/[?&]of=/);
      expect(to).toMatch(works.location ?? /^/);
      // Where the first tab goes on is named, and no other one continues there.
      expect(of).toBe(own === a && /^\/recover\/(code|other|password)/.test(to) ? a : undefined);
      expect(await rowsWith(other ?? '')).toEqual(before);
    }
  });

  test('a tab that four newer recoveries have put aside says so, and leads to the newest', async () => {
    const names = [1, 2, 3, 4, 5].map((n) => `many-${n}`);
    await Promise.all(names.map((id) => put(id)));
    const browser = open();
    const pages = [];
    for (const id of names) {
      household = newHousehold();
      pages.push((await begin(browser, id)).page);
    }
    const before = await kept();
    const oldest = { csrf: csrfIn(pages[0]?.html ?? ''), code: '0000 0000' };
    const refused = await browser.post('/recover/code', oldest, { 'accept-language': 'en' });
    expect([refused.status, refused.html.includes('nothing was changed')]).toEqual([409, true]);
    expect(refused.html).toContain('class="button wide" href="/recover/code"');
    expect((await browser.post('/recover/code', oldest, { 'accept-language': 'zh-CN' })).html).toContain(
      '没有任何更改',
    );
    expect(await kept()).toEqual(before);
    const next = await browser.post('/recover/code', {
      csrf: csrfIn(pages[1]?.html ?? ''),
      code: '0000 0000',
    });
    expect([next.status, /You have 4 tries left/.test(next.html)]).toEqual([422, true]);
    // The links of each page lead from one recovery to the next, until the first again.
    const seen = new Set<string>();
    for (let at = '/recover/code'; !seen.has(at); ) {
      seen.add(at);
      [, at = ''] =
        /href="(\/recover\/code\?of=[\w-]+)">Go to the other/.exec((await browser.get(at)).html) ?? [];
    }
    expect(seen.size).toBe(5);
  });

  test('what an ended recovery leaves open in another tab is named on its last page', async () => {
    await Promise.all([put('ends'), put('stays')]);
    const browser = open();
    const stays = await begin(browser, 'stays');
    const ends = await begin(browser, 'ends');
    await browser.submit(ends.page, '/recover/cancel', {});
    const gone = await browser.get('/recover/code');
    expect(gone.html).toMatch(/You cancelled this recovery.*You started another recovery in this browser/s);
    const [, url = ''] = /href="(\/recover\/code\?of=[\w-]+)"/.exec(gone.html) ?? [];
    expect((await browser.get(url)).html).toContain('Enter the code');
    expect((await browser.submit(stays.page, '/recover/cancel', {})).html).toContain('You cancelled');
    expect((await browser.get('/recover/code')).html).not.toContain('another');
    // An address of what is no longer here.
    expect((await browser.get(url)).html).toContain('You cancelled this recovery');
  });

  test.each(ofOthers)('%s', async (path, { show, works, nextPath }) => {
    const [a, b] = ['a', 'b'].map((letter) => `${letter}${path.replaceAll('/', '-')}`) as [string, string];
    await Promise.all([put(a), put(b)]);
    const browser = open();
    const first = await show(browser, a);
    const second = await show(browser, b);
    rekey.clock.advance(61_000);
    const before = await kept();
    const form = { csrf: csrfIn(first.page.html), ...first.fields() };
    const refused = await browser.post(path, form, { 'accept-language': 'en' });
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('nothing was changed');
    expect(refused.html).toContain(`class="button wide" href="${nextPath}"`);
    expect((await browser.post(path, form, { 'accept-language': 'zh-CN' })).html).toContain('没有任何更改');
    expect(await kept()).toEqual(before);
    const on = await browser.get(nextPath);
    expect([200, 303]).toContain(on.status);
    const done = await browser.post(path, { csrf: csrfIn(second.page.html), ...second.fields() });
    expect(done.status).toBe(works.status);
    if (works.location) expect(done.headers.get('location')).toMatch(works.location);
    expect(await kept()).not.toEqual(before);
  });

  test('a link used in another tab makes the first tab explain itself', async () => {
    await Promise.all([put('early'), put('late')]);
    const browser = open();
    const stop = forms['/stop'];
    const first = await stop?.show(browser, 'early');
    const second = await stop?.show(browser, 'late');
    expect((await browser.submit(second?.page ?? { html: '' }, '/stop', {})).html).toContain('Stopped');
    const refused = await browser.submit(first?.page ?? { html: '' }, '/stop', {});
    expect(refused.status).toBe(409);
    expect(refused.html).toContain('open the link in the message again');
    expect(refused.html).not.toContain('href="/stop"');
  });

  test('a cookie value sealed for another cookie is ignored, and is no fault', async () => {
    const browser = open();
    await browser.get(`/stop?token=${'x'.repeat(43)}`);
    const sealed = /^rekey-stop=([^;]+)/.exec(browser.setCookies.at(-1) ?? '')?.[1] ?? '';
    const page = await browser.get('/recover');
    const secret = browser.setCookies.map((line) => /^rekey-browser=[^;]+/.exec(line)?.[0]).find(Boolean);
    for (const [name, path] of [
      ['recovery', '/recover/code'],
      ['session', '/account/totp'],
    ] as const) {
      const cookie = `${secret}; rekey-${name}=${sealed}`;
      const answer = await browser.post(path, { csrf: csrfIn(page.html) }, { cookie });
      expect([303, 404]).toContain(answer.status);
    }
  });

  test('an ended session is reported as before, and the same person can sign in again and continue', async () => {
    await Promise.all([put('again'), put('over')]);
    const browser = open();
    const home = await signIn(browser, 'again');
    await browser.submit(home, '/account/sign-out', {});
    const gone = await browser.post('/account/totp', { csrf: csrfIn(home.html) });
    expect([gone.status, gone.headers.get('location')]).toEqual([303, '/account']);
    await signIn(browser, 'again');
    expect((await browser.post('/account/backup-codes', { csrf: csrfIn(home.html) })).status).toBe(200);
    const { shown } = await prepareOver(browser);
    const none = await browser.post('/recover/code', { csrf: csrfIn(shown.html), code: '0000 0000' });
    expect([none.status, none.html.includes('No recovery is in progress')]).toEqual([410, true]);
  });

  /** A recovery that this browser has completed. */
  const prepareOver = async (browser: PageBrowser) => {
    const ending = await forms['/recover/password']?.show(browser, 'over');
    const shown = ending?.page ?? { html: '' };
    await browser.submit(shown, '/recover/password', ending?.fields() ?? {});
    return { shown };
  };

  test('the script of a page learns the state of its own recovery only', async () => {
    await Promise.all([put('polling'), put('polled')]);
    const browser = open();
    const markIn = ({ html }: { html: string }) => csrfIn(html).split('.')[1];
    const at = async (page: { html: string }) =>
      JSON.parse((await browser.get(`/recover/progress?of=${markIn(page)}`)).html).at;
    const first = (await begin(browser, 'polling')).page;
    expect(await at(first)).toBe('proving code backup_code');
    const second = await begin(browser, 'polled');
    await browser.submit(second.page, '/recover/code', { code: codeIn(second.mail) });
    expect(await at(first)).toBe('proving code backup_code');
    expect(await at(second.page)).toBe('proven');
    for (const [page, of] of [
      [first, 'proving'],
      [second.page, 'proven'],
    ] as const) {
      // Where the script of the page goes when the state has changed.
      const next = await browser.get(`/recover/code?of=${markIn(page)}`);
      expect(next.headers.get('location')).toBe(of === 'proven' ? '/recover/password' : null);
    }
  });
});
