import { PageBrowser } from './page-browser.js';
import { policyFile } from './policy-file.js';
import { newHousehold, useRekey } from './rekey.js';
import { type Shown, tabForms } from './tabs.js';

/** The same POST once more, as a browser sends it at a reload, after a step back, or at a second click. */
describe('a form that is sent again', () => {
  const rekey = useRekey({ environment: { RECOVERY_POLICY_FILE: policyFile({ bindingHoldHours: 0 }) } });
  let household = '';
  const open = () => new PageBrowser(rekey.settings.urls.recovery, () => household);
  const { forms, prepare, begin, put } = tabForms(rekey, open);
  beforeAll(prepare);
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(3_600_000);
  });

  const csrfOf = ({ page }: Shown) => /name="csrf" value="([\w.-]+)"/.exec(page.html)?.[1] ?? '';
  const idOf = (path: string, how: string) => `${how}${path.replaceAll('/', '-')}`;
  /** What was done for an account or in its recoveries, and each message to its address. */
  const doneFor = async (id: string) => {
    await rekey.idle();
    const events = await rekey.sql(
      `select event, count(*)::int as times from audit_events where account_id = $1 or recovery_id in
         (select recovery_id from audit_events where account_id = $1) group by event order by event`,
      [id],
    );
    return { events, mails: (await rekey.codes(`${id}@example.com`)).length };
  };
  const hasNextStep = ({ status, html, headers }: Awaited<ReturnType<PageBrowser['get']>>) =>
    (status === 303 && headers.get('location') !== null) || /<a class="button|<form|<a href/.test(html);

  const headingIn = ({ html }: { html: string }) => /<h1>(.*?)<\/h1>/.exec(html)?.[1] ?? 'none';

  test.each(Object.entries(forms))(
    '%s, twice at once and then a third time, acts once',
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
      expect(both.map(({ status }) => status).filter((status) => status === works.status)).not.toEqual([]);
      const third = await browser.post(path, form);
      for (const response of [...both, third]) {
        expect(response.status).toBeLessThan(500);
        expect(hasNextStep(response) || headingIn(response) === headingIn(once)).toBe(true);
        expect(response.html).not.toMatch(/another link was opened|another recovery was started/);
      }
      // A new set of codes or a new secret is made for each response, because the browser shows the last one.
      if (!/totp$|backup-codes$/.test(path)) expect(await doneFor(double)).toEqual(await doneFor(single));
    },
  );

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
