import { csrfIn, PageBrowser } from './page-browser.js';
import { newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

/** One person under every spelling: as a product puts them, as they type it, and as a mail server gets it. */
describe('identifiers in every spelling', () => {
  const rekey = useRekey();
  let household = '';
  let bearer: string;
  beforeAll(async () => {
    const { clientId: client_id, clientSecret: client_secret } = rekey.settings.management;
    const answer = await rekey.token({ grant_type: 'client_credentials', client_id, client_secret });
    bearer = answer.body.access_token;
  });
  beforeEach(() => {
    household = newHousehold();
  });

  const put = (id: string, json: object) =>
    rekey.call('PUT', `${rekey.settings.urls.console}/v1/accounts/${id}`, {
      bearer,
      json: { roles: [], status: 'active', ...json },
    });
  const signIn = (json: object) => rekey.call('POST', `${rekey.settings.urls.issuer}/v1/sessions`, { json });
  const open = () => new PageBrowser(rekey.settings.urls.recovery, () => household);

  test.each([
    ['phone', '+52 1 55 1393 9311', '044 55 1393 9311', 'MX', '+525513939311'],
    ['phone', 'tel:+81-90-1234-5678', '０９０ー１２３４ー５６７８', 'JP', '+819012345678'],
    ['email', 'a..b@docomo.ne.jp', '"A..B"@docomo.ne.jp', undefined, 'a..b@docomo.ne.jp'],
    ['email', 'mei@例子.中国', 'mailto:Mei@XN--FSQU00A.xn--fiqs8s', undefined, 'mei@例子.中国'],
  ])('a %s put as %s gets a code when a person types %s', async (kind, value, typed, country, to) => {
    const id = `person-${to.replaceAll(/[^\w]/g, '')}`;
    const answer = await put(id, { addresses: [{ kind, value, verified: true }] });
    expect(answer.status).toBe(201);
    const { message } = await new Story(rekey).begin(typed, to, { country });
    expect(message.to).toBe(to);
    const [of, ...more] = await rekey.sql('select id from addresses where account_id = $1', [id]);
    expect([of === undefined, more.length]).toEqual([false, 0]);
    // Put again in the spelling that was typed: the same address.
    const again = await put(id, {
      addresses: [{ kind, value: kind === 'phone' ? to : typed.toLowerCase(), verified: true }],
    });
    expect(again.status).toBe(200);
    expect(await rekey.sql('select id from addresses where account_id = $1', [id])).toEqual([of]);
  });

  test('a phone number without its country is refused before anything is looked up, known or not', async () => {
    const count = async () => (await rekey.sql('select count(*)::int as n from recoveries'))[0];
    const before = await count();
    // The number of sam, and one of nobody.
    for (const number of ['202 555 0147', '202 555 0190']) {
      for (const answer of [
        await new Story(rekey).start({ identifier: number }),
        await signIn({ identifier: number, password: 'correct horse battery' }),
      ]) {
        expect([answer.status, answer.headers.get('content-type'), answer.body]).toEqual([
          422,
          'application/problem+json',
          {
            type: 'urn:rekey:problem:country_required',
            title: 'The country of the phone number is missing.',
            status: 422,
            code: 'country_required',
            errors: [{ pointer: '/country', detail: expect.stringContaining('is needed') }],
          },
        ]);
      }
    }
    expect(await count()).toEqual(before);
    const { message } = await new Story(rekey).begin('202 555 0147', '+12025550147', { country: 'us' });
    expect(message.channel).toBe('sms');
  });

  test('the page asks for the country, suggests one, and keeps what was typed', async () => {
    const browser = open();
    const csrf = csrfIn((await browser.get('/recover')).html);
    const languages = { 'accept-language': 'de-AT,de;q=0.9,en-US;q=0.8' };
    const asked = await browser.post('/recover', { csrf, identifier: '202 555 "0147' }, languages);
    // Not a number.
    expect(asked.status).toBe(400);
    const page = await browser.post('/recover', { csrf, identifier: '(202) 555-0147' }, languages);
    expect(page.status).toBe(422);
    expect(page.html).toContain('value="(202) 555-0147"');
    expect(page.html).toMatch(/<option selected value="AT">|<option value="AT" selected/);
    expect(page.html).toMatch(/<a href="#country">This looks like a phone number/);
    expect(page.html).not.toContain('<details');
    const wrong = await browser.post('/recover', { csrf, identifier: '(202) 555-0147', country: 'AQ' });
    expect(wrong.status).toBe(422);
    const begun = await browser.post('/recover', { csrf, identifier: '(202) 555-0147', country: 'US' });
    expect([begun.status, begun.headers.get('location')]).toEqual([303, '/recover/code']);
  });

  test('so does the page to sign in', async () => {
    const browser = open();
    await put('person-signing-in', {
      addresses: [{ kind: 'phone', value: '+442079460958', verified: true }],
      password: 'correct horse battery',
    });
    const typed = { csrf: csrfIn((await browser.get('/account')).html), identifier: '020 7946 0958' };
    const password = 'correct horse battery';
    const page = await browser.post(
      '/account/sign-in',
      { ...typed, password },
      { 'accept-language': 'en-GB' },
    );
    expect([page.status, page.html.includes('value="020 7946 0958"')]).toEqual([422, true]);
    expect(page.html).toMatch(/<option selected value="GB">|<option value="GB" selected/);
    const wrong = await browser.post('/account/sign-in', { ...typed, country: 'GB', password: 'wrong' });
    expect([
      wrong.status,
      /<option selected value="GB">|<option value="GB" selected/.test(wrong.html),
    ]).toEqual([401, true]);
    const signedIn = await browser.post('/account/sign-in', { ...typed, country: 'GB', password });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/account']);
  });
});
