import { csrfIn, PageBrowser } from './page-browser.js';
import { codeIn, newHousehold, until, useRekey } from './rekey.js';

let household = '';

describe('the pages without a browser', () => {
  const rekey = useRekey();
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(600_000);
  });
  const open = () => new PageBrowser(rekey.settings.urls.recovery, () => household);

  test('forms and cookies alone lead to the end, and a form sent twice does no harm [RFC9700 4.12]', async () => {
    const browser = open();
    const form = await browser.get('/recover', { 'accept-language': 'zh-CN' });
    expect(form.status).toBe(200);
    expect(form.html).toContain('lang="zh-Hans"');
    expect(form.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(form.html).not.toMatch(/ style="|<script>|onclick/);
    const csrf = csrfIn(form.html);
    const begun = await browser.post('/recover', { csrf, identifier: 'mei' });
    expect([begun.status, begun.headers.get('location')]).toEqual([303, '/recover/code']);
    const code = codeIn(await until('the code', async () => (await rekey.codes('mei@example.com'))[0]));
    const page = await browser.get('/recover/code');
    const about = csrfIn(page.html);
    const wrong = await browser.post('/recover/code', { csrf: about, code: '00000000' });
    expect([wrong.status, wrong.html.includes('aria-invalid="true"')]).toEqual([422, true]);
    const empty = await browser.post('/recover/code', { csrf: about, code: ' - ' });
    expect([empty.status, (await browser.get('/recover/code')).status]).toEqual([422, 200]);
    const arabic = code.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)));
    const proven = await browser.post('/recover/code', {
      csrf: about,
      code: `${'\u202b'.repeat(50)}${arabic}`,
    });
    expect([proven.status, proven.headers.get('location')]).toEqual([303, '/recover/password']);
    const twice = await browser.post('/recover/code', { csrf: about, code });
    expect(twice.headers.get('location')).toBe('/recover/password');
    const refused = await browser.post('/recover/password', { csrf: about, password: 'short' });
    expect(refused.status).toBe(422);
    const done = await browser.post('/recover/password', {
      csrf: about,
      password: '一二三四五六七八九十百千万亿兆',
    });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/recover/done']);
    expect((await browser.get('/recover/code')).status).toBe(404);
    for (const cookie of browser.setCookies) expect(cookie).toMatch(/; HttpOnly.*; SameSite=(Strict|Lax)/);
  });

  test('an app names the languages of its user; what we do not have, and what is no language, changes nothing', async () => {
    const browser = open();
    const langOf = async (query: string, accepts = 'en', path = '/recover') => {
      const headers = { accept: 'text/html', 'accept-language': accepts };
      const { status, headers: said, html } = await browser.get(`${path}${query}`, headers);
      const page = status === 303 ? await browser.get(said.get('location') ?? '', headers) : { html };
      return /<html lang="([\w-]+)"/.exec(page.html)?.[1];
    };
    expect(await langOf('?ui_locales=fr%20%3Cx', 'zh_CN')).toBe('zh-Hans');
    for (const path of ['/recover', '/account', '/nowhere'])
      expect(await langOf('?lang=klingon', 'zh', path)).toBe('zh-Hans');
    expect(await langOf('?ui_locales=fr-CA+zh_CN+en')).toBe('zh-Hans');
    expect(await langOf('')).toBe('zh-Hans');
    expect(await langOf('?ui_locales=xx')).toBe('zh-Hans');
    expect(await langOf('?lang=EN_us')).toBe('en');
  });

  test('a forged form, or one from another site, is refused [ASVS 3.5.1]', async () => {
    const browser = open();
    const csrf = csrfIn((await browser.get('/recover')).html);
    const forged = [
      await browser.post('/recover', { identifier: 'ada' }),
      await browser.post('/recover', { identifier: 'ada', csrf: 'x'.repeat(43) }),
      await browser.post('/recover', { identifier: 'ada', csrf }, { 'sec-fetch-site': 'cross-site' }),
      await browser.post('/recover', { identifier: 'ada', csrf }, { origin: 'https://evil.example' }),
      await open().post('/recover', { identifier: 'ada', csrf }),
    ];
    expect(forged.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(
      (await browser.post('/recover', { identifier: 'ada', csrf }, { 'sec-fetch-site': 'same-origin' }))
        .status,
    ).toBe(303);
  });

  test('input is escaped, and links use the settings and never the Host header [FP link-host, ASVS 1.2.1]', async () => {
    const browser = open();
    const csrf = csrfIn((await browser.get('/recover')).html);
    const answer = await browser.post('/recover', { csrf, identifier: '"><script>alert(1)</script> x' });
    expect(answer.status).toBe(400);
    expect(answer.html).not.toContain('<script>alert');
    const spoofed = await browser.get('/recover', {
      'x-forwarded-host': 'evil.example',
      host: 'evil.example',
    });
    expect(spoofed.html).not.toContain('evil.example');
  });

  test('opening a stop link, also twice and by HEAD, stops nothing; the token leaves the URL [ASVS 3.5.3]', async () => {
    const browser = open();
    const csrf = csrfIn((await browser.get('/recover')).html);
    await browser.post('/recover', { csrf, identifier: 'sam@example.com' });
    const mail = await until('the code', async () => (await rekey.codes('sam@example.com'))[0]);
    const token = /stop\?token=([\w-]+)/.exec(mail.text)?.[1] ?? '';
    const owner = open();
    await fetch(`${rekey.settings.urls.recovery}/stop?token=${token}`, {
      method: 'HEAD',
      redirect: 'manual',
    });
    const first = await owner.get(`/stop?token=${token}`);
    expect([first.status, first.headers.get('location')]).toEqual([303, '/stop']);
    const page = await owner.get('/stop');
    expect([page.status, page.html.includes(token)]).toEqual([200, false]);
    expect((await browser.get('/recover/code')).status).toBe(200);
    expect((await owner.post('/stop', { csrf: csrfIn(page.html) })).status).toBe(200);
    expect((await browser.get('/recover/code')).status).toBe(410);
  });

  test('a mistyped URL and a fault are pages too, and reveal nothing of the fault', async () => {
    const browser = open();
    const missing = await browser.get('/recover/nowhere');
    expect([missing.status, missing.html.includes('Page not found')]).toEqual([404, true]);
    const csrf = csrfIn((await browser.get('/recover')).html);
    await rekey.sql('alter table recoveries rename to recoveries_away');
    try {
      const answer = await browser.post('/recover', { csrf, identifier: 'ada' });
      expect([answer.status, answer.html.includes('Nothing is lost')]).toEqual([503, true]);
      expect(answer.html).not.toMatch(/recoveries|relation|\.ts/);
      const json = await rekey.call('POST', `${rekey.settings.urls.recovery}/v1/stops`, {
        json: { token: 'x' },
      });
      expect(json.status).toBe(404);
    } finally {
      await rekey.sql('alter table recoveries_away rename to recoveries');
    }
    expect((await browser.post('/recover', { csrf, identifier: 'ada' })).status).toBe(303);
  });
});
