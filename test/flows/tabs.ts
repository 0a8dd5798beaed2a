import { createHash } from 'node:crypto';
import type { PageBrowser } from './page-browser.js';
import { password, people } from './people.js';
import { codeIn, newHousehold, type Rekey, stopTokenIn, until } from './rekey.js';
import { Story } from './story.js';

type Page = Awaited<ReturnType<PageBrowser['get']>>;

/** A form in a tab, and its valid fields, made when it is sent. */
export interface Shown {
  page: Page;
  fields(): Record<string, string>;
}

/** One form of the pages, for a person who has come that far. */
export interface TabForm {
  show(browser: PageBrowser, id: string): Promise<Shown>;
  /** The response to a valid form. */
  works: { status: number; location?: RegExp };
  /** The path on which the other tab continues. */
  nextPath: string;
}

const redirectUri = 'https://app.example/back';
/** PKCE (RFC 7636), for an app that redeems what it gets. */
const verifier = 'v'.repeat(43);
const request = {
  response_type: 'code',
  client_id: 'app',
  redirect_uri: redirectUri,
  state: 's',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
};
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const none = () => ({});

/** Every form with a subject, by its path, and what a person does to see it. */
export function tabForms(rekey: Rekey, open: () => PageBrowser) {
  const who = people(rekey);
  const prepare = async () => {
    const bearer = await who.management();
    const put = async (id: string, json: object) => {
      const url = `${rekey.settings.urls.console}/v1/clients/${id}`;
      const answer = await rekey.call('PUT', url, { bearer, json: { type: 'public', ...json } });
      expect(answer.status).toBe(201);
    };
    await put('app', { name: 'App', redirect_uris: [redirectUri] });
    await put('tv', { name: 'TV', grants: [deviceGrant] });
  };

  const begin = async (browser: PageBrowser, id: string, more: Record<string, string> = {}) => {
    const identifier = `${id}@example.com`;
    const before = (await rekey.codes(identifier)).length;
    const start = await browser.get(`/recover?${new URLSearchParams(more)}`);
    const page = await browser.submit(start, '/recover', { ...more, identifier });
    expect(page.html).toContain('Enter the code');
    const mail = await until(`a code to ${id}`, async () => {
      const codes = await rekey.codes(identifier);
      return codes.length > before ? codes[0] : undefined;
    });
    return { page, mail, link: /\/recover\/link\?token=[\w-]+/.exec(mail.text)?.[0] ?? '' };
  };
  const signIn = async (browser: PageBrowser, id: string): Promise<Page> => {
    const identifier = `${id}@example.com`;
    const page = await browser.submit(await browser.get('/account'), '/account/sign-in', {
      identifier,
      password,
    });
    expect(page.html).toContain('Sign out');
    return page;
  };
  const device = async (browser: PageBrowser, id: string) => {
    await signIn(browser, id);
    const answer = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
      method: 'POST',
      headers: { 'x-forwarded-for': newHousehold() },
      body: new URLSearchParams({ client_id: 'tv' }),
    });
    const { user_code: code } = (await answer.json()) as { user_code: string };
    return { page: await browser.get(`/device?user_code=${code}`), code };
  };
  const form = (show: TabForm['show'], works: TabForm['works'], nextPath = '/account'): TabForm => ({
    show,
    works,
    nextPath,
  });
  const recovery = (show: TabForm['show'], location: RegExp, nextPath = '/recover/code') =>
    form(show, { status: 303, location }, nextPath);

  const forms: Record<string, TabForm> = {
    '/recover/code': recovery(async (browser, id) => {
      const { page, mail } = await begin(browser, id);
      return { page, fields: () => ({ code: codeIn(mail) }) };
    }, /^\/recover\/password$/),
    '/recover/other': recovery(async (browser, id) => {
      const of = open();
      const made = await of.submit(await signIn(of, id), '/account/backup-codes', {});
      const [, value = ''] = /<li>([0-9A-Z-]{19})<\/li>/.exec(made.html) ?? [];
      await begin(browser, id);
      return {
        page: await browser.get('/recover/other'),
        fields: () => ({ kind: 'backup_code', value }),
      };
    }, /^\/recover\/password$/),
    '/recover/resend': recovery(
      async (browser, id) => ({ page: (await begin(browser, id)).page, fields: none }),
      /^\/recover\/code\?sent$/,
    ),
    '/recover/password': recovery(async (browser, id) => {
      const { page, mail } = await begin(browser, id);
      const proven = await browser.submit(page, '/recover/code', { code: codeIn(mail) });
      return { page: proven, fields: () => ({ password: `a sentence that is new for ${id}` }) };
    }, /^\/recover\/done$/),
    '/recover/return': recovery(async (browser, id) => {
      // Where there is a password, the pages ask for a new one first.
      await rekey.sql('update accounts set password_hash = null where id = $1', [id]);
      const { page, link } = await begin(browser, id, request);
      const [, number = ''] = /class="number">(\d{3})</.exec(page.html) ?? [];
      const phone = open();
      await phone.get(link);
      await phone.submit(await phone.get('/recover/link'), '/recover/link', { number });
      return { page: await browser.get('/recover/code'), fields: none };
    }, /^https:\/\/app\.example\/back\?code=/),
    '/recover/cancel': recovery(
      async (browser, id) => ({ page: (await begin(browser, id)).page, fields: none }),
      /^\/recover\/cancelled$/,
    ),
    '/recover/link': recovery(
      async (browser, id) => {
        await browser.get((await begin(browser, id)).link);
        return { page: await browser.get('/recover/link'), fields: none };
      },
      /^\/recover\/password$/,
      '/recover/link',
    ),
    '/stop': form(
      async (browser, id) => {
        const { mail } = await begin(open(), id);
        await browser.get(`/stop?token=${stopTokenIn(mail)}`);
        return { page: await browser.get('/stop'), fields: none };
      },
      { status: 200 },
      '/stop',
    ),
    '/account/totp': form(async (browser, id) => ({ page: await signIn(browser, id), fields: none }), {
      status: 200,
    }),
    '/account/totp/confirm': form(
      async (browser, id) => {
        const page = await browser.submit(await signIn(browser, id), '/account/totp', {});
        const [, secret = ''] = /class="secret">([A-Z2-7 ]+)</.exec(page.html) ?? [];
        const [, setup = ''] = /name="setup" value="([\w-]+)"/.exec(page.html) ?? [];
        return { page, fields: () => ({ setup, value: who.totp(secret.replaceAll(' ', '')) }) };
      },
      { status: 303, location: /^\/account\?done=bound$/ },
    ),
    '/account/backup-codes': form(
      async (browser, id) => ({ page: await signIn(browser, id), fields: none }),
      { status: 200 },
    ),
    '/account/remove': form(
      async (browser, id) => {
        await browser.submit(await signIn(browser, id), '/account/backup-codes', {});
        const page = await browser.get('/account');
        const [, own = ''] = /name="id" value="([\w-]+)"/.exec(page.html) ?? [];
        return { page, fields: () => ({ id: own }) };
      },
      { status: 303, location: /^\/account\?done=removed$/ },
    ),
    '/account/restore': form(
      async (browser, id) => {
        const of = open();
        await of.submit(await signIn(of, id), '/account/backup-codes', {});
        const story = new Story(rekey);
        await story.proveBy(`${id}@example.com`);
        expect((await story.complete({ password })).status).toBe(201);
        const page = await signIn(browser, id);
        const [, own = ''] = /"\/account\/restore".*?name="id" value="([\w-]+)"/s.exec(page.html) ?? [];
        return { page, fields: () => ({ id: own }) };
      },
      { status: 303, location: /^\/account\?done=restored$/ },
    ),
    '/account/sign-out': form(async (browser, id) => ({ page: await signIn(browser, id), fields: none }), {
      status: 303,
      location: /^\/account$/,
    }),
    '/device': form(
      async (browser, id) => {
        const { page, code } = await device(browser, id);
        return { page, fields: () => ({ user_code: code }) };
      },
      { status: 200 },
      '/device',
    ),
    '/device/answer': form(
      async (browser, id) => {
        const { page, code } = await device(browser, id);
        const consent = await browser.submit(page, '/device', { user_code: code });
        return { page: consent, fields: () => ({ user_code: code, decision: 'allow' }) };
      },
      { status: 200 },
      '/device',
    ),
  };
  /** The app redeems the code of the URL that a person came back to it with. */
  const redeem = (location: string | null) =>
    rekey.token({
      grant_type: 'authorization_code',
      client_id: request.client_id,
      redirect_uri: redirectUri,
      code: new URL(location ?? redirectUri).searchParams.get('code') ?? '',
      code_verifier: verifier,
    });
  return { forms, prepare, begin, signIn, redeem, request, put: who.put, totpAt: who.totp };
}
