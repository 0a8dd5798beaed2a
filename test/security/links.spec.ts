import { request } from 'node:http';
import { generateSync } from 'otplib';
import { PageBrowser } from '../flows/page-browser.js';
import { type CaughtMessage, newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** The link beside a code in a mail, and the effects that opening it must not have. */
describe('links in mails', () => {
  const rekey = useRekey();
  let household = '';
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(600_000);
  });

  const open = () => new PageBrowser(rekey.settings.urls.recovery, () => household);
  const linkIn = (message: CaughtMessage): string => {
    const link = /\/recover\/link\?token=[\w-]+/.exec(message.text)?.[0];
    if (!link) throw new Error(`no link in: ${message.text}`);
    expect(message.html).toContain(`href="${rekey.settings.urls.recovery}${link}"`);
    return link;
  };
  const newestTo = async (to: string, before: number) =>
    until(`a mail to ${to}`, async () => {
      const mails = await rekey.codes(to);
      return mails.length > before ? mails[0] : undefined;
    });
  /** A browser on the page for the code, and the link of the mail that it caused. */
  const begin = async (identifier: string) => {
    const before = (await rekey.codes(identifier)).length;
    const browser = open();
    const page = await browser.submit(await browser.get('/recover'), '/recover', { identifier });
    const link = linkIn(await newestTo(identifier, before));
    const number = /class="number">(\d{3})</.exec(page.html)?.[1] ?? '';
    return { browser, page, link, number };
  };
  const stateOf = async () => {
    const [row] = await rekey.sql(
      'select state, tries from recoveries order by created_at desc, id desc limit 1',
    );
    return row;
  };

  test('in the starting browser one tap is enough, and the token leaves the URL at once [FP single-use, ASVS 14.2.1]', async () => {
    const { browser, link } = await begin('ada@example.com');
    const first = await browser.get(link);
    expect([first.status, first.headers.get('location')]).toEqual([303, '/recover/link']);
    expect(first.headers.get('referrer-policy')).toBe('no-referrer');
    const page = await browser.get('/recover/link');
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('token');
    const next = await browser.submit(page, '/recover/link', {});
    expect(next.html).toContain('Choose a new password');
    // The link proves once.
    const again = await browser.get(link);
    const tapped = await browser.submit(
      await browser.get(again.headers.get('location') ?? ''),
      '/recover/link',
      {},
    );
    expect(tapped.status).toBe(410);
  });

  test('GET and HEAD change nothing, also many times and by anybody [ASVS 3.5.3]', async () => {
    const { link } = await begin('ada@example.com');
    const before = await stateOf();
    for (const scanner of [open(), open()]) {
      for (const method of ['get', 'head', 'get'] as const) {
        await scanner[method](link);
        await scanner[method]('/recover/link');
      }
    }
    expect(await stateOf()).toEqual(before);
    expect(before).toEqual({ state: 'proving', tries: 0 });
  });

  test('a mail scanner that runs scripts and taps is asked for the number, and uses up no attempt', async () => {
    const { link } = await begin('ada@example.com');
    const scanner = open();
    await scanner.get(link);
    const page = await scanner.get('/recover/link');
    for (let n = 0; n < 10; n++) {
      const asked = await scanner.submit(page, '/recover/link', {});
      expect(asked.status).toBe(200);
      expect(asked.html).toContain('Which number do you see?');
    }
    expect(await stateOf()).toEqual({ state: 'proving', tries: 0 });
  });

  test('on another device the match number of the starting browser proves the recovery there only', async () => {
    const { browser, link, number } = await begin('ada@example.com');
    expect(number).toMatch(/^\d{3}$/);
    const phone = open();
    await phone.get(link);
    const page = await phone.get('/recover/link');
    const wrong = await phone.submit(page, '/recover/link', { number: number === '100' ? '101' : '100' });
    expect(wrong.status).toBe(422);
    expect(wrong.html).toContain('You have 4 tries left.');
    // As long as a number, but not a number: more bytes than characters.
    const odd = await phone.submit(page, '/recover/link', { number: '1é2' });
    expect([odd.status, odd.html.includes('You have 3 tries left.')]).toEqual([422, true]);
    const done = await phone.submit(page, '/recover/link', { number: `\u200e“${number}”\u200e` });
    expect(done.html).toContain('Go back to the page where you started');
    // A device that only opened the link gets nothing of the recovery.
    expect((await phone.get('/recover/password')).status).toBe(404);
    expect(JSON.parse((await browser.get('/recover/progress')).html)).toEqual({ at: 'proven' });
    const on = await browser.get('/recover/code');
    expect(on.headers.get('location')).toBe('/recover/password');
  });

  test('a guessed match number counts as an attempt [NIST 3.2.2]', async () => {
    const { link, number } = await begin('mei@example.com');
    const phone = open();
    await phone.get(link);
    const page = await phone.get('/recover/link');
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++)
      statuses.push(
        (await phone.submit(page, '/recover/link', { number: String((Number(number) % 900) + 100 + n + 1) }))
          .status,
      );
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429]);
    expect((await phone.submit(page, '/recover/link', { number })).status).toBe(429);
  });

  test("an app shows the match number of the start's response", async () => {
    const before = (await rekey.codes('ada@example.com')).length;
    const story = new Story(rekey);
    const started = await story.start({ identifier: 'ada@example.com' });
    const link = linkIn(await newestTo('ada@example.com', before));
    expect((await story.show()).body.match_number).toBe(started.body.match_number);
    const phone = open();
    await phone.get(link);
    await phone.submit(await phone.get('/recover/link'), '/recover/link', {
      number: started.body.match_number,
    });
    expect((await story.show()).body.state).toBe('proven');
  });

  test.each([
    ['changed', (link: string) => `${link.slice(0, -2)}${link.endsWith('A') ? 'BB' : 'AA'}`],
    ['changed in bits that no byte has', (link: string) => sameBytes(link)],
    ['cut', (link: string) => link.slice(0, -1)],
    ['of a stop link', (link: string) => link],
    ['empty', () => '/recover/link?token='],
  ])('a token that is %s leads nowhere', async (what, change) => {
    const before = (await rekey.codes('sam@example.com')).length;
    await new Story(rekey).start({ identifier: 'sam@example.com' });
    const message = await newestTo('sam@example.com', before);
    const stop = /\/stop\?token=([\w-]+)/.exec(message.text)?.[1];
    const link = what === 'of a stop link' ? `/recover/link?token=${stop}` : change(linkIn(message));
    const browser = open();
    await browser.get(link);
    expect((await browser.get('/recover/link')).status).toBe(404);
  });

  test('a link works as long as its recovery, at most thirty minutes, also after a resend', async () => {
    const { browser, link } = await begin('mei@example.com');
    rekey.clock.advance(60_000);
    await browser.submit(await browser.get('/recover/code'), '/recover/resend', {});
    await browser.get(link);
    const next = await browser.submit(await browser.get('/recover/link'), '/recover/link', {});
    expect(next.html).toContain('Choose a new password');
    household = newHousehold();
    const other = await begin('mei@example.com');
    rekey.clock.advance(29 * 60_000 + 59_000);
    await other.browser.get(other.link);
    expect((await other.browser.get('/recover/link')).status).toBe(200);
    rekey.clock.advance(1_000);
    expect((await other.browser.get('/recover/link')).status).toBe(404);
  });

  test('a cross-site form proves nothing [ASVS 3.5.1]', async () => {
    const { browser, link } = await begin('ada@example.com');
    await browser.get(link);
    const answer = await browser.post('/recover/link', {}, { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect(await stateOf()).toEqual({ state: 'proving', tries: 0 });
  });

  test('the pages of second factors and authenticators work by forms alone', async () => {
    const browser = open();
    const form = { identifier: 'ada@example.com', password: 'correct horse battery' };
    expect(
      (await browser.submit(await browser.get('/account'), '/account/sign-in', { ...form, password: 'x' }))
        .html,
    ).toContain("That didn't work");
    const home = await browser.submit(await browser.get('/account'), '/account/sign-in', form);
    expect(home.html).toContain('Set up an authenticator app');
    const bind = await browser.submit(home, '/account/totp', {});
    expect(bind.html).toContain('<svg');
    const secret = /class="secret">([A-Z2-7 ]+)</.exec(bind.html)?.[1]?.replaceAll(' ', '') ?? '';
    const setup = /name="setup" value="([\w-]+)"/.exec(bind.html)?.[1] ?? '';
    const code = (shift = 0) =>
      generateSync({ strategy: 'totp', secret, epoch: Math.floor(rekey.clock.now() / 1000) + shift });
    const wrong = await browser.submit(bind, '/account/totp/confirm', { setup, value: '000000' });
    expect(wrong.status).toBe(422);
    const bound = await browser.submit(wrong, '/account/totp/confirm', { setup, value: code() });
    // The session was opened without the app, so it may not change it: sign in again.
    expect(bound.html).toContain('name="second_factor"');
    rekey.clock.advance(60_000);
    expect((await browser.submit(bound, '/account/sign-in', form)).html).toContain('Your password is right.');
    const again = await browser.submit(bound, '/account/sign-in', { ...form, second_factor: code() });
    const codes = await browser.submit(again, '/account/backup-codes', {});
    const list = [...codes.html.matchAll(/<li>([0-9A-Z-]{19})<\/li>/g)].map(([, one]) => one ?? '');
    expect(list).toHaveLength(10);
    await rekey.idle();
    // A first app counts in a recovery after a day.
    rekey.clock.advance(86_400_000);
    const { browser: lost, link } = await begin('ada@example.com');
    await lost.get(link);
    const more = await lost.submit(await lost.get('/recover/link'), '/recover/link', {});
    expect(more.html).toContain('One more step');
    expect((await lost.get('/recover/password')).headers.get('location')).toBe('/recover/code');
    const slip = await lost.submit(more, '/recover/other', { kind: 'totp', value: ' ' });
    expect(slip.status).toBe(422);
    const no = await lost.submit(more, '/recover/other', {
      kind: 'backup_code',
      value: 'AAAA-AAAA-AAAA-AAAA',
    });
    expect(no.html).toContain('You have 3 tries left.');
    const yes = await lost.submit(more, '/recover/other', { kind: 'backup_code', value: list[0] ?? '' });
    expect(yes.html).toContain('Choose a new password');
    const out = await browser.submit(again, '/account/sign-out', {});
    expect(out.html).toContain('name="password"');
  });

  test('a cookie value sealed for another cookie does not open: an attacker chooses the text in a link cookie', async () => {
    const { id } = (await rekey.sql('select id from recoveries limit 1'))[0];
    const made = JSON.stringify({
      id,
      token: 'A'.repeat(43),
      app: { name: 'x', origin: `* 'unsafe-inline'` },
    });
    for (const text of [made, 'not JSON']) {
      const answer = await fetch(
        `${rekey.settings.urls.recovery}/recover/link?token=${encodeURIComponent(text)}`,
        { redirect: 'manual' },
      );
      const [, value = ''] = /rekey-link=([^;]+)/.exec(answer.headers.getSetCookie().join()) ?? [];
      expect(value.length).toBeGreaterThan(60);
      const page = await fetch(`${rekey.settings.urls.recovery}/recover/code`, {
        headers: { cookie: `rekey-recovery=${value}; rekey-session=${value}; rekey-stop=${value}` },
      });
      expect(page.status).toBe(404);
      expect(page.headers.get('content-security-policy')).not.toContain('unsafe-inline');
      const stop = await fetch(`${rekey.settings.urls.recovery}/stop`, {
        headers: { cookie: `rekey-stop=${value}` },
      });
      expect(stop.status).toBe(404);
    }
  });

  test.each([
    '/recover/..//evil.example?lang=en',
    '/recover//evil.example/..?lang=en',
    '//evil.example/recover?lang=en',
    '/account/..//evil.example?lang=en',
    '/stop/..//evil.example/%2e%2e?lang=en',
    '/recover?lang=en&next=//evil.example',
  ])('the language switch stays on our own pages: GET %s', async (path) => {
    const to = await locationOf(rekey.settings.ports.recovery, path);
    if (to !== undefined) expect(to).toMatch(/^\/(recover|account|stop|device)(\/|\?|$)/);
  });
});

/** Sends the path unnormalised, as no browser does. */
const locationOf = (port: number, path: string) =>
  new Promise<string | undefined>((resolve, reject) => {
    request({ port, host: 'localhost', path }, (answer) => {
      answer.resume();
      resolve(answer.headers.location);
    })
      .on('error', reject)
      .end();
  });

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another last character of the token for the same 56 bytes, which leave two of its six bits unused. */
const sameBytes = (link: string): string =>
  link.slice(0, -1) + alphabet[alphabet.indexOf(link.at(-1) ?? '') ^ 1];
