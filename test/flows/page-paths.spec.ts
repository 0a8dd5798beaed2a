import { PageBrowser } from './page-browser.js';
import { people } from './people.js';
import { newHousehold, useRekey } from './rekey.js';

const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('what is asked for by its path', () => {
  const rekey = useRekey();
  const open = () => new PageBrowser(rekey.settings.urls.recovery, newHousehold);
  const back = 'https://shop.example/back?from=rekey';
  const request = {
    response_type: 'code',
    client_id: 'shop',
    redirect_uri: back,
    state: 's 1/ü',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
  };
  beforeAll(async () => {
    const json = { name: 'Shop', type: 'public', redirect_uris: [back] };
    const url = `${rekey.settings.urls.console}/v1/clients/shop`;
    const put = await rekey.call('PUT', url, { bearer: await people(rekey).management(), json });
    expect(put.status).toBe(201);
  });
  beforeEach(() => rekey.clock.advance(3_600_000));

  test.each([
    ['/favicon.ico', 200, 'image/x-icon'],
    ['/apple-touch-icon.png', 200, 'image/png'],
    ['/robots.txt', 200, 'text/plain; charset=utf-8'],
    ['/.well-known/change-password', 303, '/recover'],
    [
      '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200',
      404,
      'Page not found',
    ],
    ['/', 303, '/recover'],
    ['/recover/resend', 303, '/recover/code'],
    ['/account/backup-codes', 303, '/account'],
    ['/device/answer', 303, '/device'],
  ])('%s answers %i, %s, by GET and by HEAD', async (path, status, what) => {
    const got = await open().get(path, { accept: html });
    expect(got.status).toBe(status);
    const said = [got.headers.get('location'), got.headers.get('content-type'), got.html].join('\n');
    expect(said).toContain(what);
    expect((await open().head(path)).status).toBe(status);
  });

  test('robots.txt keeps every page out of an index', async () => {
    expect((await open().get('/robots.txt')).html).toBe('User-agent: *\nDisallow: /\n');
  });

  test.each([
    '/nowhere',
    '/nowhere?x=1',
    '/v2/recoveries',
    '/account/nothing',
    '/stop/it',
    '//evil.example/x',
    '/%5C%5Cevil.example',
  ])(
    '%s is a page for a browser, in its language and with a way on, and a problem for a program',
    async (path) => {
      const browser = open();
      const page = await browser.get(path, { accept: html, 'accept-language': 'zh-CN' });
      expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.html).toMatch(/lang="zh-Hans".*页面不存在.*<a class="button wide" href="\/recover"/s);
      const [, other = ''] = /class="language" href="([^"]+)"/.exec(page.html) ?? [];
      expect(other).toMatch(/^\/(?![/\\])/);
      const switched = await browser.get(other.replaceAll('&amp;', '&'), { accept: html });
      expect(switched.html).toContain('Page not found');
      for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5', '']) {
        const answer = await open().get(path, { accept });
        expect([accept, answer.status, answer.headers.get('content-type')]).toEqual([
          accept,
          404,
          'application/problem+json',
        ]);
      }
    },
  );

  const identifierIn = (page: { html: string }) =>
    /id="identifier"[^>]* value="([^"]*)"/.exec(page.html)?.[1];

  test.each([
    ['mei@example.com', 'mei@example.com'],
    ['+52 55 1234 5678', '+52 55 1234 5678'],
    ['"><script>', '&quot;>&lt;script>'],
    ['x'.repeat(255), undefined],
    ['a\u0000b', undefined],
  ])('login_hint %j fills in %j, with an app and without one', async (hint, filled) => {
    for (const more of [{}, request]) {
      const page = await open().get(`/recover?${new URLSearchParams({ ...more, login_hint: hint })}`);
      expect([page.status, identifierIn(page) || undefined]).toEqual([200, filled]);
    }
  });

  test.each([
    ['zh-CN', 'en', 'zh-Hans'],
    ['fr zh-TW en', 'en', 'zh-Hans'],
    ['en zh', 'zh-CN', 'en'],
    ['x-klingon ** ;;q=1', 'zh-CN', 'zh-Hans'],
    ['', 'zh-CN', 'zh-Hans'],
  ])(
    'ui_locales %j with a browser in %s is in %s, also on the next pages, until the person chooses',
    async (tags, header, lang) => {
      const browser = open();
      const headers = { 'accept-language': header };
      const query = new URLSearchParams({ ...request, ui_locales: tags });
      const page = await browser.get(`/recover?${query}`, headers);
      expect(page.html).toContain(`<html lang="${lang}"`);
      expect((await browser.get('/recover/code', headers)).html).toContain(`<html lang="${lang}"`);
      const [, other = ''] = /class="language" href="([^"]+)"/.exec(page.html) ?? [];
      const led = await browser.get(other.replaceAll('&amp;', '&'), headers);
      const chosen = await browser.get(led.headers.get('location') ?? '', headers);
      expect(chosen.html).not.toContain(`<html lang="${lang}"`);
      expect(chosen.html).toContain('name="client_id" value="shop"');
    },
  );

  const refused = {
    error: 'access_denied',
    state: request.state,
    iss: expect.stringMatching(/^http/),
    from: 'rekey',
  };

  test('cancel on the first page and on each later one leads back to the app with access_denied, and ends the recovery', async () => {
    const browser = open();
    const first = await browser.get(`/recover?${new URLSearchParams(request)}`);
    const [, link = ''] =
      /<a href="(https:\/\/shop\.example[^"]+)">Cancel and go back to Shop</.exec(first.html) ?? [];
    const url = new URL(link.replaceAll('&amp;', '&'));
    expect(Object.fromEntries(url.searchParams)).toEqual(refused);
    const code = await browser.submit(first, '/recover', { ...request, identifier: 'ada@example.com' });
    expect(code.html).toContain('Cancel and go back to Shop');
    expect(code.headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example");
    const [, csrf = ''] = /action="\/recover\/cancel".*?name="csrf" value="([^"]+)"/s.exec(code.html) ?? [];
    const both = await Promise.all([1, 2].map(() => browser.post('/recover/cancel', { csrf })));
    for (const { status, headers } of both) {
      const to = new URL(headers.get('location') ?? '');
      expect([status, to.origin, Object.fromEntries(to.searchParams)]).toEqual([
        303,
        'https://shop.example',
        refused,
      ]);
    }
    const [row] = await rekey.sql('select state from recoveries order by created_at desc limit 1');
    expect(row.state).toBe('cancelled');
    expect((await browser.get('/recover/code')).html).toContain('You cancelled this recovery');
  });

  test('cancel without an app says what has happened', async () => {
    const browser = open();
    const code = await browser.submit(await browser.get('/recover'), '/recover', {
      identifier: 'ada@example.com',
    });
    const cancelled = await browser.submit(code, '/recover/cancel', {});
    expect([cancelled.status, cancelled.html.includes('You cancelled this recovery')]).toEqual([200, true]);
  });

  const twice = (name: keyof typeof request) =>
    `${new URLSearchParams(request)}&${name}=${encodeURIComponent(request[name])}`;
  const changed = (more: object) => String(new URLSearchParams({ ...request, ...more }));
  const without = (name: keyof typeof request) => {
    const { [name]: _, ...others } = request;
    return String(new URLSearchParams(others));
  };

  test.each([
    ['an unknown client', changed({ client_id: 'nobody' })],
    ['no client', without('client_id')],
    ['two clients', twice('client_id')],
    ['an unregistered address', changed({ redirect_uri: 'https://shop.example/other' })],
    ['no address', without('redirect_uri')],
    ['two addresses', twice('redirect_uri')],
    ['neither client nor address', 'response_type=code&state=s'],
  ])('a request with %s is explained on a page', async (_, query) => {
    const page = await open().get(`/recover?${query}`);
    expect([
      page.status,
      page.html.includes('This link doesn&#39;t work') || page.html.includes("This link doesn't work"),
    ]).toEqual([400, true]);
  });

  test.each([
    ['another response type', changed({ response_type: 'token' }), 'unsupported_response_type'],
    ['two states', twice('state'), 'invalid_request'],
    ['two challenges', twice('code_challenge'), 'invalid_request'],
    ['a plain challenge', changed({ code_challenge_method: 'plain' }), 'invalid_request'],
    ['no challenge', without('code_challenge'), 'invalid_request'],
    ['a state that is too long', changed({ state: 'x'.repeat(2_001) }), 'invalid_request'],
    ['a state with a line break', changed({ state: 'a\nb' }), 'invalid_request'],
    ['another response mode', changed({ response_mode: 'fragment' }), 'invalid_request'],
  ])('the app gets the error of a request with %s', async (_, query, error) => {
    const { status, headers } = await open().get(`/recover?${query}`);
    const { origin, searchParams } = new URL(headers.get('location') ?? 'https://none.example');
    expect([status, origin, searchParams.get('error'), searchParams.get('iss')]).toEqual([
      303,
      'https://shop.example',
      error,
      rekey.settings.urls.issuer,
    ]);
  });
});
