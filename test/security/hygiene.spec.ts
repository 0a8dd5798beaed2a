import { connect } from 'node:net';
import { csrfIn, PageBrowser } from '../flows/page-browser.js';
import { people } from '../flows/people.js';
import { newHousehold, startRekey, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** The manners of HTTP, and what comes in with names, headers and bodies. */
describe('hygiene', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let household = '';
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(600_000);
  });

  const bases = () => Object.values(rekey.settings.urls);
  const send = (url: string, init: RequestInit = {}) =>
    fetch(url, { redirect: 'manual', ...init, headers: { 'x-forwarded-for': household, ...init.headers } });
  const expectManners = (headers: Headers) => {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBeTruthy();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
  };

  test('security headers on every kind of answer, errors included [ASVS 3.4.1, ASVS 3.4.2, ASVS 3.4.3, ASVS 3.4.4, ASVS 3.4.5, ASVS 3.4.6, ASVS 3.4.8, RFC9700 4.16]', async () => {
    const requests: [path: string, init?: RequestInit][] = [
      ['/health/live'],
      ['/nowhere'],
      ['/metrics'],
      ['/docs'],
      ['/health/live', { method: 'PUT' }],
      ['/health/live', { headers: { accept: 'image/png' } }],
      ['/%'],
      [`/${'x'.repeat(3_000)}`],
    ];
    for (const base of bases())
      for (const [path, init] of requests) expectManners((await send(`${base}${path}`, init)).headers);
    const { recovery } = rekey.settings.urls;
    for (const path of ['/recover', '/stop', '/account', '/recover/nowhere', '/recover/code'])
      expectManners((await send(`${recovery}${path}`)).headers);
    expectManners((await send(`${recovery}/v1/recoveries`, { method: 'POST', body: '{' })).headers);
  });

  test('a verb that a path does not take: 405, and which it does [ASVS 4.1.4]', async () => {
    const { recovery, issuer, console: management } = rekey.settings.urls;
    const wrong: [string, string, string][] = [
      ['PUT', `${recovery}/v1/recoveries`, 'POST'],
      ['PATCH', `${recovery}/v1/recoveries/x`, 'DELETE, GET, HEAD'],
      ['GET', `${recovery}/v1/recoveries/x/proofs`, 'POST'],
      ['DELETE', `${recovery}/recover/code`, 'GET, HEAD, POST'],
      ['GET', `${issuer}/oauth2/token`, 'POST'],
      ['POST', `${issuer}/oauth2/jwks`, 'GET, HEAD'],
      ['GET', `${management}/v1/accounts:import`, 'POST'],
      ['POST', `${management}/v1/accounts/x`, 'DELETE, GET, HEAD, PATCH, PUT'],
      ['OPTIONS', `${recovery}/v1/recoveries`, 'POST'],
    ];
    for (const [method, url, allow] of wrong) {
      const answer = await send(url, { method });
      expect([method, url, answer.status, answer.headers.get('allow')]).toEqual([method, url, 405, allow]);
      expect(await answer.json()).toMatchObject({ code: 'method_not_allowed', status: 405 });
    }
    expect((await send(`${recovery}/v1/nothing`, { method: 'PUT' })).status).toBe(404);
    expect((await send(`${recovery}/health/live`, { method: 'HEAD' })).status).toBe(200);
  });

  test.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/xml', 415],
    ['multipart/form-data; boundary=x', 415],
    ['', 415],
    ['application/json; charset=utf-8', 202],
  ])('a body of type %j gets %i [ASVS 3.5.2]', async (type, status) => {
    const body = new TextEncoder().encode(JSON.stringify({ identifier: 'ada' }));
    const answer = await send(`${rekey.settings.urls.recovery}/v1/recoveries`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(answer.status).toBe(status);
  });

  test('a coded body gets 415 with the codings that are read, on every kind of route', async () => {
    const { recovery, issuer, console: management } = rekey.settings.urls;
    const form = 'application/x-www-form-urlencoded';
    for (const [method, url, type, read] of [
      ['POST', `${recovery}/v1/recoveries`, 'application/json', 'identity'],
      ['POST', `${recovery}/recover`, form, 'identity'],
      ['POST', `${issuer}/oauth2/token`, form, 'identity'],
      ['POST', `${issuer}/v1/sessions`, 'application/json', 'identity'],
      ['PUT', `${management}/v1/accounts/x`, 'application/json', 'identity'],
      ['POST', `${management}/v1/accounts:import`, 'application/x-ndjson', 'gzip, identity'],
    ] as const) {
      const headers = { 'content-type': type, 'content-encoding': 'br' };
      const answer = await send(url, { method, headers, body: 'x' });
      expect([url, answer.status, answer.headers.get('accept-encoding')]).toEqual([url, 415, read]);
      expect(await answer.json()).toMatchObject(
        url.includes('oauth2') ? { error: 'invalid_request' } : { code: 'unsupported_media_type' },
      );
    }
  });

  test('forms are for pages, JSON is not; OAuth says it in its own words', async () => {
    const { recovery, issuer } = rekey.settings.urls;
    const json = { 'content-type': 'application/json' };
    expect((await send(`${recovery}/recover`, { method: 'POST', headers: json, body: '{}' })).status).toBe(
      415,
    );
    const oauth = await send(`${issuer}/oauth2/token`, { method: 'POST', headers: json, body: '{}' });
    expect([oauth.status, await oauth.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });

  test.each([
    ['image/png', 406],
    ['text/html', 406],
    ['application/json;q=0', 406],
    ['application/json', 404],
    ['application/problem+json', 404],
    ['text/html, application/*;q=0.5', 404],
    ['*/*', 404],
  ])('who accepts %j gets %i', async (accept, status) => {
    const url = `${rekey.settings.urls.recovery}/v1/recoveries/x`;
    expect((await send(url, { headers: { accept } })).status).toBe(status);
  });

  test('bodies are capped, also those that do not say how long they are; the rest goes on', async () => {
    const { recovery } = rekey.settings.urls;
    const headers = { 'content-type': 'application/json' };
    const large = JSON.stringify({ identifier: 'x'.repeat(100_000) });
    const answer = await send(`${recovery}/v1/recoveries`, { method: 'POST', headers, body: large });
    expect([answer.status, (await answer.json()).code]).toEqual([413, 'too_large']);
    const stream = new Blob([large]).stream();
    const chunked = await send(`${recovery}/v1/recoveries`, {
      method: 'POST',
      headers,
      body: stream,
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect((await send(`${recovery}/health/ready`)).status).toBe(200);
  });

  test('bytes that are no request are answered once, with every header, and nothing of the inside [ASVS 16.5.1]', async () => {
    const { port } = new URL(rekey.settings.urls.recovery);
    const talk = (bytes: string) =>
      new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(Number(port), 'localhost', () => socket.write(bytes));
        socket.on('data', (chunk) => {
          text += chunk;
        });
        socket.on('close', () => resolve(text));
      });
    const junk = await talk('GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n');
    expect(junk).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(junk).toContain('x-content-type-options: nosniff');
    expect(junk).toContain('"code":"invalid_request"');
    const long = await talk(`GET / HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1\.1 431 /);
    expect(long).not.toMatch(/node|HPE_|stack/i);
  });

  test('nobody sets what the interface does not name [ASVS 15.3.3]', async () => {
    const { recovery, issuer, console: management } = rekey.settings.urls;
    const bearer = await who.management();
    const story = new Story(rekey);
    await story.start({ identifier: 'ada' });
    const extra = { state: 'proven', account_id: 'demo-ada', tries: 0, role: 'admin' };
    const raw = '{"identifier":"ada","__proto__":{"channel":"sms"}}';
    const constructed = '{"identifier":"ada","constructor":{"prototype":{"channel":"sms"}}}';
    const answers = [
      await rekey.call('POST', `${recovery}/v1/recoveries`, { json: { identifier: 'ada', ...extra } }),
      await rekey.call('POST', `${recovery}/v1/recoveries`, {
        json: raw,
        headers: { 'content-type': 'application/json' },
      }),
      await rekey.call('POST', `${recovery}/v1/recoveries`, { json: constructed }),
      await story.on('POST', '/codes', { json: extra }),
      await story.on('POST', '/proofs', { json: { kind: 'code', value: '1', ...extra } }),
      await story.on('POST', '/proofs', { json: { kind: 'code', value: ['1', '2', '3'] } }),
      await story.on('POST', '/credentials', { json: extra }),
      await rekey.call('POST', `${recovery}/v1/stops`, { json: { token: 'x', ...extra } }),
      await rekey.call('POST', `${issuer}/v1/sessions`, {
        json: { identifier: 'a', password: 'b', roles: ['admin'] },
      }),
      await rekey.call('POST', `${issuer}/v1/tokens/diagnose`, { bearer, json: { token: 'x', ...extra } }),
      await rekey.call('PUT', `${management}/v1/accounts/x`, {
        bearer,
        json: { password_changed_at: 'now' },
      }),
      await rekey.call('PUT', `${management}/v1/clients/x`, {
        bearer,
        json: { name: 'x', type: 'public', secret: 'mine' },
      }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400));
    expect(({} as Record<string, unknown>).channel).toBeUndefined();
  });

  const nasty = [
    'x\r\nBcc: thief@example.com',
    `{{constructor.constructor("return 1")()}} ${'$'}{7777*7777} <%= 7777 * 7777 %>`,
    '<img src=x onerror=alert(1)>"\'&',
    '\u2028\u202e\u0000\u001b[31mred',
  ];
  test.each(nasty)(
    '%j injects nothing into mails, SMS, logs, headers or pages [ASVS 1.3.11, ASVS 16.4.1]',
    async (text) => {
      const logged: string[] = [];
      const write = process.stdout.write.bind(process.stdout);
      process.stdout.write = ((chunk: string | Uint8Array) =>
        logged.push(String(chunk)) > 0) as typeof process.stdout.write;
      try {
        const { recovery, console: management } = rekey.settings.urls;
        const bearer = await who.management();
        await rekey.call('PUT', `${management}/v1/clients/nasty`, {
          bearer,
          json: { name: text.slice(0, 60), type: 'public' },
        });
        const started = await rekey.call('POST', `${recovery}/v1/recoveries`, {
          json: { identifier: text, locale: text.slice(0, 30) },
          headers: {
            'user-agent': text.replace(/[^\x20-\x7e]/g, ''),
            'accept-language': text.replace(/[^\x20-\x7e]/g, ''),
          },
        });
        expect([202, 400]).toContain(started.status);
        const known = new Story(rekey);
        await known.start({ identifier: 'ada@example.com' });
        const mail = await until('the mail', async () => (await rekey.messages('ada@example.com'))[0]);
        expect(Object.keys(mail.headers ?? {}).map((name) => name.toLowerCase())).not.toContain('bcc');
        expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/thief|onerror|60481729|return 1/);
        const browser = new PageBrowser(recovery, () => household);
        const form = await browser.get('/recover');
        const back = await browser.post('/recover', { csrf: csrfIn(form.html), identifier: text });
        expect(back.html).not.toContain('<img src=x');
        expect(await rekey.messages('thief@example.com')).toEqual([]);
      } finally {
        process.stdout.write = write;
      }
      for (const line of logged.join('').split('\n').filter(Boolean))
        expect(() => JSON.parse(line)).not.toThrow();
    },
  );

  test('cookies have the prefix, and are out of reach of scripts and other sites, where the base is HTTPS [ASVS 3.3.1, ASVS 3.3.2, ASVS 3.3.3, ASVS 3.3.4]', async () => {
    const other = await startRekey({ environment: { RECOVERY_URL: 'https://recover.example.com' } });
    try {
      const at = `http://localhost:${other.settings.ports.recovery}`;
      const form = await fetch(`${at}/recover?lang=en`, { redirect: 'manual' });
      const page = await fetch(`${at}/recover`);
      const cookies = [...form.headers.getSetCookie(), ...page.headers.getSetCookie()];
      expect(cookies.length).toBeGreaterThanOrEqual(2);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/^__Host-rekey-/);
        expect(cookie).toMatch(/; Path=\/;/);
        expect(cookie).toMatch(/; HttpOnly/);
        expect(cookie).toMatch(/; Secure/);
        expect(cookie).toMatch(/; SameSite=(Lax|Strict)/);
        expect(cookie).not.toMatch(/; Domain/i);
      }
    } finally {
      await other.close();
    }
  });
});
