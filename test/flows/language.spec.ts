import { Visitor } from '../security/enumeration/visitor.js';
import { people } from './people.js';
import { type CaughtMessage, codeIn, newHousehold, until, useRekey } from './rekey.js';
import { Story } from './story.js';

/** Mei and Li have Chinese as their language, Sam has English, Zoe has French, which we do not write, and Kim has none. */
describe('the language of a message', () => {
  const rekey = useRekey();
  beforeAll(async () => {
    const bearer = await people(rekey).management();
    const json = { addresses: [{ kind: 'email', value: 'kim@example.com', verified: true }] };
    const put = await rekey.call('PUT', `${rekey.settings.urls.console}/v1/accounts/kim`, { bearer, json });
    expect(put.status).toBe(201);
    const french = { addresses: [{ ...json.addresses[0], value: 'zoe@example.com' }], locale: 'fr_FR' };
    await rekey.call('PUT', `${rekey.settings.urls.console}/v1/accounts/zoe`, { bearer, json: french });
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const languageOf = ({ text }: CaughtMessage) => (/\p{Script=Han}/u.test(text) ? 'zh-Hans' : 'en');

  /** The code that arrives at this address because of the action. */
  const codeAfter = async (to: string, act: () => Promise<{ status: number }>) => {
    const before = (await rekey.codes(to)).length;
    expect((await act()).status).toBe(202);
    return until(`a code to ${to}`, async () => {
      const codes = await rekey.codes(to);
      return codes.length > before ? codes[0] : undefined;
    });
  };

  test.each([
    ['mei@example.com', undefined, undefined, 'zh-Hans'],
    ['mei@example.com', undefined, '*', 'zh-Hans'],
    ['mei@example.com', undefined, 'fr-CH, fr;q=0.9, *;q=0.5', 'zh-Hans'],
    ['mei@example.com', 'fr', undefined, 'zh-Hans'],
    ['mei@example.com', undefined, 'fr, en;q=0.5', 'en'],
    ['mei@example.com', 'en-GB', 'zh-CN', 'en'],
    ['mei@example.com', 'fr', 'en', 'en'],
    ['+12025550123', undefined, undefined, 'zh-Hans'],
    ['+12025550123', 'en', undefined, 'en'],
    ['sam@example.com', undefined, undefined, 'en'],
    ['sam@example.com', undefined, 'zh-TW', 'zh-Hans'],
    ['kim@example.com', undefined, undefined, 'en'],
    ['zoe@example.com', undefined, undefined, 'en'],
    ['zoe@example.com', 'zh_CN', undefined, 'zh-Hans'],
    ['sam@example.com', 'cmn-Hans', undefined, 'zh-Hans'],
    ['kim@example.com', 'zh', 'en', 'zh-Hans'],
  ])(
    'a code for %s, asked for in %s and by a browser in %s, is in %s',
    async (identifier, locale, header, language) => {
      const headers = header === undefined ? undefined : { 'accept-language': header };
      const code = await codeAfter(identifier, () => new Story(rekey).start({ identifier, locale }, headers));
      expect(languageOf(code)).toBe(language);
    },
  );

  test.each([
    ['zh_CN', 'zh-Hans'],
    ['zh-TW', 'zh-TW'],
    ['pt_BR', 'pt-BR'],
    ['iw', 'he'],
    ['en_US.UTF-8', 'en'],
    [undefined, undefined],
    ['FR-ca', 'fr-CA'],
  ])('an account that is put with the language %s has %s', async (locale, kept) => {
    const bearer = await people(rekey).management();
    const url = `${rekey.settings.urls.console}/v1/accounts/una`;
    const put = await rekey.call('PUT', url, { bearer, json: { addresses: [], locale } });
    expect(put.body.locale).toBe(kept);
    expect((await rekey.call('GET', url, { bearer })).text).toBe(put.text);
    const garbage = await rekey.call('PUT', url, { bearer, json: { addresses: [], locale: 'in French' } });
    expect([garbage.status, garbage.body.errors?.[0]?.pointer]).toEqual([400, '/locale']);
  });

  test('what is no language tag is refused, and says so', async () => {
    const refused = await new Story(rekey).start({ identifier: 'kim@example.com', locale: 'in English' });
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [{ pointer: '/locale', detail: 'must be a language tag (BCP 47), such as zh-Hans' }],
    ]);
  });

  test('a request without an Accept-Language header gets the language of the account', async () => {
    const visitor = new Visitor('mei', 'mei', newHousehold(), rekey.settings.urls);
    const code = await codeAfter('mei@example.com', () =>
      visitor.send('recovery', 'POST', '/v1/recoveries', { json: { identifier: 'mei' } }),
    );
    expect(languageOf(code)).toBe('zh-Hans');
  });

  test.each([
    ['mei@example.com', undefined, 'zh-Hans'],
    ['mei@example.com', 'en', 'en'],
    ['+12025550123', undefined, 'zh-Hans'],
    ['+12025550123', 'en', 'en'],
  ])(
    'another code for %s, started in %s, is in %s again; the notification has the language of the account',
    async (identifier, locale, language) => {
      const story = new Story(rekey);
      const first = await codeAfter(identifier, () => story.start({ identifier, locale }));
      rekey.clock.advance(60_000);
      const second = await codeAfter(identifier, () => story.resend());
      expect([languageOf(first), languageOf(second)]).toEqual([language, language]);
      await story.prove(codeIn(second));
      const before = (await rekey.messages(identifier)).length;
      expect((await story.complete()).status).toBe(201);
      expect(languageOf(await rekey.message(identifier, before + 1))).toBe('zh-Hans');
    },
  );

  test('the response and the stored row do not depend on whether the account exists', async () => {
    const told = [];
    for (const identifier of ['mei@example.com', 'nobody@example.com']) {
      newHousehold();
      const story = new Story(rekey);
      const { status, headers, body } = await story.start({ identifier });
      const [row] = await rekey.sql('select locale from recoveries where id = $1', [story.id]);
      told.push({ status, headers: [...headers.keys()], members: Object.keys(body), row });
    }
    expect(told[0]).toMatchObject({ status: 202, row: { locale: null } });
    expect(told[0]?.headers).not.toContain('content-language');
    expect(told[1]).toEqual(told[0]);
  });
});
