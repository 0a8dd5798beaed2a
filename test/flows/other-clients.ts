import { csrfIn, PageBrowser } from './page-browser.js';
import { basicOf, password, people } from './people.js';
import { codeIn, newHousehold, type Rekey, startRekey, until } from './rekey.js';

export const device = 'urn:ietf:params:oauth:grant-type:device_code';
export const redirectUri = 'https://app.example/back';
/** Both need form encoding in a header or a form. */
const odd = { id: 'manage.ment:1', secret: 'a b+c%41&d=e:f"\\ü€' };

/** A Rekey with clients for third-party libraries: `spa` and `tv` are public, `web` has a secret. */
export interface Others {
  rekey: Rekey;
  who: ReturnType<typeof people>;
  odd: typeof odd;
  webSecret: string;
  /** A session of `reader` with one of them, which authenticates when it has a secret. */
  signIn(client: string): Promise<{ access_token: string; refresh_token: string }>;
  /** The lead of this clock over the machine's, in seconds, as both libraries need it. */
  skew(): number;
  /** Goes through the hosted pages, from an authorization request to the redirect to the app. */
  recoverThrough(authorization: URL, account: string): Promise<URL>;
  /** A signed-in person allows or denies a device. */
  decide(account: string, userCode: string, decision: 'allow' | 'deny'): Promise<void>;
}

export async function startOthers(): Promise<Others> {
  const environment = { MANAGEMENT_CLIENT_ID: odd.id, MANAGEMENT_CLIENT_SECRET: odd.secret };
  const rekey = await startRekey({ environment });
  const who = people(rekey);
  const put = async (id: string, json: object) => {
    const url = `${rekey.settings.urls.console}/v1/clients/${id}`;
    const answer = await rekey.call('PUT', url, { bearer: await who.management(), json });
    expect(answer.status).toBe(201);
    return answer.body.client_secret as string;
  };
  const grants = [
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'authorization_code',
    'refresh_token',
    device,
  ];
  const app = { name: 'App', redirect_uris: [redirectUri], grants, scopes: ['account', 'orders'] };
  await put('spa', { ...app, type: 'public' });
  await put('tv', { ...app, type: 'public' });
  const webSecret = await put('web', {
    ...app,
    type: 'confidential',
    grants: [...grants, 'client_credentials'],
  });
  await who.put('reader');
  return {
    rekey,
    who,
    odd,
    webSecret,
    async signIn(client) {
      const headers = client === 'web' ? basicOf('web', { client_secret: webSecret }) : {};
      return (await who.signIn('reader', { client_id: client }, headers)).body;
    },
    skew: () => Math.round((rekey.clock.now() - Date.now()) / 1000),
    async recoverThrough(authorization, account) {
      const household = newHousehold();
      const browser = new PageBrowser(authorization.origin, () => household);
      const form = await browser.get(`${authorization.pathname}${authorization.search}`);
      const address = `${account}@example.com`;
      const before = (await rekey.codes(address)).length;
      const page = await browser.submit(form, '/recover', { ...hiddenIn(form.html), identifier: address });
      const message = await until('a code', async () => {
        const codes = await rekey.codes(address);
        return codes.length > before ? codes[0] : undefined;
      });
      const proven = await browser.post('/recover/code', { csrf: csrfIn(page.html), code: codeIn(message) });
      expect(proven.headers.get('location')).toBe('/recover/password');
      const asked = await browser.get('/recover/password');
      const done = await browser.post('/recover/password', { csrf: csrfIn(asked.html), password });
      return new URL(done.headers.get('location') ?? '', authorization);
    },
    async decide(account, userCode, decision) {
      newHousehold();
      const { access_token: bearer } = (await who.signIn(account)).body;
      const json = { user_code: userCode, decision };
      expect((await who.issuer('PUT', 'device_codes', { bearer, json })).status).toBe(204);
    },
  };
}

/** The hidden fields of a form. */
const hiddenIn = (html: string): Record<string, string> =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [
        name,
        value.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
      ],
    ),
  );
