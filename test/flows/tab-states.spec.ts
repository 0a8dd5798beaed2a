import { PageBrowser } from './page-browser.js';
import { codeIn, newHousehold, stillSweeps, stopTokenIn, useRekey } from './rekey.js';
import { tabForms } from './tabs.js';

type Page = Awaited<ReturnType<PageBrowser['get']>>;

/** A page of a recovery stands in a tab; meanwhile the recovery or the browser goes on; then the person acts on the page. */
describe('a tab that was left open', () => {
  const rekey = useRekey({ sweepPeriods: stillSweeps });
  let household = '';
  const open = () => new PageBrowser(rekey.settings.urls.recovery, () => household);
  const { prepare, begin, put } = tabForms(rekey, open);
  beforeAll(prepare);
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(3_600_000);
  });

  interface Tab {
    browser: PageBrowser;
    csrf: string;
    code: string;
    stopToken: string;
    id: string;
  }
  const csrfOf = ({ html }: Page) => /name="csrf" value="([\w.-]+)"/.exec(html)?.[1] ?? '';
  const newPassword = 'a sentence that is new for this tab';
  const prove = ({ browser, csrf, code }: Tab) => browser.post('/recover/code', { csrf, code });
  const complete = async (tab: Tab) => {
    await prove(tab);
    const done = await tab.browser.post('/recover/password', { csrf: tab.csrf, password: newPassword });
    expect(done.headers.get('location')).toBe('/recover/done');
  };

  /** What happened meanwhile, and what each page says afterwards. */
  const meanwhile: Record<string, { happens(tab: Tab): Promise<unknown>; says: RegExp }> = {
    nothing: {
      happens: async () => undefined,
      says: /Enter the code|Location: |Another way|right|Cancelled/,
    },
    'a code was proved in another tab': { happens: prove, says: /Location: \/recover|Choose a new password/ },
    'it was completed in another tab': { happens: complete, says: /is finished|Location: \/recover\/done/ },
    'it was cancelled in another tab': {
      happens: ({ browser, csrf }) => browser.post('/recover/cancel', { csrf }),
      says: /You cancelled this recovery/,
    },
    'its owner stopped it by the link of a message': {
      happens: async ({ stopToken }) => {
        const owner = open();
        await owner.get(`/stop?token=${stopToken}`);
        expect((await owner.submit(await owner.get('/stop'), '/stop', {})).html).toContain('Stopped');
      },
      says: /This recovery was stopped/,
    },
    'an hour passed': {
      happens: async () => rekey.clock.advance(3_660_000),
      says: /has run out of time/,
    },
    'an hour passed, and the browser has dropped what expired': {
      happens: async ({ browser }) => {
        rekey.clock.advance(3_660_000);
        browser.drop('rekey-recovery');
        browser.drop('rekey-lately');
      },
      says: /No recovery is in progress/,
    },
    'the browser has dropped all cookies': {
      happens: async ({ browser }) => browser.drop(),
      says: /This page has expired|No recovery is in progress/,
    },
    'the browser has another secret': {
      happens: async ({ browser }) => {
        browser.drop('rekey-browser');
        await browser.get('/recover');
      },
      says: /This page has expired|Enter the code|Another way|Location: \/recover\/code/,
    },
    'another recovery was started in another tab': {
      happens: async ({ browser, id }) => {
        await begin(browser, `${id}-2`);
      },
      says: /Enter the code|Another way|another one in this browser|Location: \/recover\/code/,
    },
    'its rows were pruned': {
      happens: async () => rekey.sql('delete from recoveries'),
      says: /No recovery is in progress/,
    },
  };

  const acts: Record<string, (tab: Tab) => Promise<Page>> = {
    'reloads the code page': ({ browser }) => browser.get('/recover/code'),
    'reloads the page of other proofs': ({ browser }) => browser.get('/recover/other'),
    'reloads the password page': ({ browser }) => browser.get('/recover/password'),
    'is restored at an address that takes forms only': async ({ browser }) => {
      const led = await browser.get('/recover/resend');
      expect([led.status, led.headers.get('location')]).toEqual([303, '/recover/code']);
      return browser.get('/recover/code');
    },
    'sends a wrong code': ({ browser, csrf }) => browser.post('/recover/code', { csrf, code: '0000 0000' }),
    'sends a wrong backup code': ({ browser, csrf }) =>
      browser.post('/recover/other', { csrf, kind: 'backup_code', value: 'AAAA-BBBB-CCCC-DDDD' }),
    'asks for another code': ({ browser, csrf }) => browser.post('/recover/resend', { csrf }),
    'sends a password that is too short': ({ browser, csrf }) =>
      browser.post('/recover/password', { csrf, password: 'short' }),
    'goes back to the app': ({ browser, csrf }) => browser.post('/recover/return', { csrf }),
  };

  const wayOn = /<a class="button|<form|<a href/;

  test.each(Object.entries(meanwhile))(
    '%s: every act on the page hears so, changes nothing and finds a way on',
    async (what, { happens, says }) => {
      const id = `tab-${what.replace(/\W+/g, '-')}`.slice(0, 60);
      await Promise.all([put(id), put(`${id}-2`)]);
      const browser = open();
      const { page, mail } = await begin(browser, id);
      const tab: Tab = { browser, csrf: csrfOf(page), code: codeIn(mail), stopToken: stopTokenIn(mail), id };
      await happens(tab);
      await rekey.idle();
      const rowsOf = () =>
        rekey.sql(
          "select id, state, tries, sends from recoveries where state not in ('proving', 'expired') order by id",
        );
      const before = await rowsOf();
      const odd: string[] = [];
      for (const [act, does] of Object.entries(acts)) {
        const { status, html, headers } = await does(tab);
        const said = headers.has('location')
          ? `Location: ${headers.get('location')}`
          : html.replace(/<[^>]+>/g, ' ');
        const isFine = status < 500 && says.test(said) && (headers.has('location') || wayOn.test(html));
        if (!isFine) odd.push(`${act}: ${status} ${said.replace(/\s+/g, ' ').slice(0, 160)}`);
      }
      expect(odd).toEqual([]);
      expect(await rowsOf()).toEqual(before);
      expect(await rekey.codes(`${id}@example.com`)).toHaveLength(1);
    },
  );

  test('what was typed on the first page stays when its form is too old, and the country with it', async () => {
    const browser = open();
    const old = csrfOf(await browser.get('/recover'));
    browser.drop('rekey-browser');
    const again = await browser.post('/recover', {
      csrf: old,
      identifier: 'still.here@example.com',
      country: 'MX',
    });
    expect([again.status, again.html.includes('cookie')]).toEqual([403, true]);
    await browser.get('/recover');
    const late = await browser.post('/recover', {
      csrf: old,
      identifier: 'still.here@example.com',
      country: 'MX',
    });
    expect(late.html).toContain('This page has expired');
    for (const { html } of [again, late]) {
      const [, to = ''] = /class="button wide" href="([^"]+)"/.exec(html) ?? [];
      const kept = await browser.get(to.replaceAll('&amp;', '&'));
      expect(kept.html).toContain('value="still.here@example.com"');
      expect(kept.html).toMatch(/selected[^>]* value="MX"|value="MX" selected/);
    }
  });

  test('a page that says that all is done is shown where something was done only', async () => {
    for (const path of ['/recover/done', '/recover/cancelled'])
      expect((await open().get(path)).html).toContain('No recovery is in progress');
  });
});
