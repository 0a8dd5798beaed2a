import { request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { certificateFor } from '../flows/certificate.js';
import { csrfIn, PageBrowser } from '../flows/page-browser.js';
import { newHousehold, startRekey, until, useRekey } from '../flows/rekey.js';

/** The entry of requests: TLS, proxies, and headers that claim something about both. */
describe('HTTP hardening', () => {
  const rekey = useRekey({ environment: { TRUST_PROXY: '127.0.0.1,::1,10.1.0.0/16' } });
  beforeEach(() => rekey.clock.advance(600_000));

  const begin = async (url: string, headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(`${url}/v1/recoveries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ identifier: 'nobody@example.com' }),
    });
    return answer.status;
  };
  const fortyTimes = async (url: string, headers: (at: number) => Record<string, string>) => {
    const statuses: number[] = [];
    for (let at = 0; at < 40; at++) statuses.push(await begin(url, headers(at)));
    return statuses;
  };
  const expectLimited = (statuses: number[]) => {
    expect(statuses.slice(0, 30)).toEqual(Array(30).fill(202));
    expect(statuses.slice(30)).toEqual(Array(10).fill(429));
  };

  test('the source is what the last trusted proxy saw, also with a forged X-Forwarded-For [ASVS 4.1.3, ASVS 15.3.4, RFC9700 4.13]', async () => {
    const real = newHousehold();
    const { recovery } = rekey.settings.urls;
    expectLimited(
      await fortyTimes(recovery, (at) => ({
        'x-forwarded-for': `203.0.113.${at}, 198.51.100.${at}, ${real}, 10.1.2.3`,
        'x-real-ip': `203.0.113.${at}`,
        'x-client-ip': `203.0.113.${at}`,
        'true-client-ip': `203.0.113.${at}`,
        forwarded: `for=203.0.113.${at}`,
      })),
    );
    // One IPv6 household is one source.
    expectLimited(
      await fortyTimes(recovery, (at) => ({ 'x-forwarded-for': `2001:db8:7:7::${at.toString(16)}` })),
    );
    expect(await begin(recovery, { 'x-forwarded-for': '2001:db8:7:8::1' })).toBe(202);
  });

  test('without a trusted proxy no header changes the source [ASVS 4.1.3, ASVS 15.3.4]', async () => {
    const bare = await startRekey({ environment: { TRUST_PROXY: '' } });
    try {
      const { recovery } = bare.settings.urls;
      expectLimited(await fortyTimes(recovery, (at) => ({ 'x-forwarded-for': `203.0.113.${at}` })));
    } finally {
      await bare.close();
    }
  });

  test('no header changes links: in mails of the API and of the pages, in redirects, in pages [GHSA-2wmj-46rj-qm2w, FP link-host]', async () => {
    const { recovery } = rekey.settings.urls;
    const forged = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '444',
      'x-forwarded-prefix': '/evil.example',
      'x-original-host': 'evil.example',
      'x-host': 'evil.example',
      forwarded: 'host=evil.example;proto=https',
      origin: recovery,
      referer: 'https://evil.example/recover',
    };
    newHousehold();
    await rekey.call('POST', `${recovery}/v1/recoveries`, {
      json: { identifier: 'ada@example.com' },
      headers: forged,
    });
    const browser = new PageBrowser(recovery, newHousehold);
    const form = await browser.get('/recover', forged);
    const csrf = csrfIn(form.html);
    const begun = await browser.post('/recover', { csrf, identifier: 'mei@example.com' }, forged);
    expect([begun.status, begun.headers.get('location')]).toEqual([303, '/recover/code']);
    expect(form.html + JSON.stringify([...form.headers, ...begun.headers])).not.toContain('evil');
    for (const to of ['ada@example.com', 'mei@example.com']) {
      const mail = await until('the code', async () => (await rekey.codes(to))[0]);
      // The document type contains a URL of its own.
      const whole = JSON.stringify(mail).replaceAll('http://www.w3.org', '');
      expect(whole).not.toContain('evil');
      const links = [...whole.matchAll(/https?:\/\/[^/\\"\s<]+/g)].map(([link]) => link);
      expect(links.length).toBeGreaterThan(1);
      expect(new Set(links)).toEqual(new Set([recovery]));
    }
  });

  test('HTTPS is served directly: TLS 1.2 and 1.3, nothing older, no plain text [ASVS 12.1.1]', async () => {
    const certificate = certificateFor('localhost');
    if (!certificate) return;
    const { certFile, keyFile, ca } = certificate;
    const served = await startRekey({ environment: { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } });
    const port = served.settings.ports.recovery;
    const speak = (options: ConnectionOptions) =>
      new Promise<string | null>((resolve, reject) => {
        const socket: TLSSocket = connect({ host: 'localhost', port, ca, ...options }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.once('error', reject);
      });
    try {
      expect(await speak({})).toBe('TLSv1.3');
      expect(await speak({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
      await expect(speak(old)).rejects.toThrow();
      await expect(fetch(`http://localhost:${port}/health/live`)).rejects.toThrow();
      const page = await new Promise<{
        status?: number | undefined;
        hsts?: string | string[] | undefined;
        cookies: string[];
      }>((resolve, reject) => {
        request({ host: 'localhost', port, path: '/recover', ca }, (answer) => {
          answer.resume();
          const { 'strict-transport-security': hsts, 'set-cookie': cookies = [] } = answer.headers;
          resolve({ status: answer.statusCode, hsts, cookies });
        })
          .once('error', reject)
          .end();
      });
      expect(page).toMatchObject({ status: 200, hsts: 'max-age=31536000; includeSubDomains' });
      expect(page.cookies.every((cookie) => /^__Host-.*; Secure/.test(cookie))).toBe(true);
      expect(page.cookies.length).toBeGreaterThan(0);
    } finally {
      await served.close();
      certificate.remove();
    }
  });
});
