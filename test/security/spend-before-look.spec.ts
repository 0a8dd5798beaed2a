import { csrfIn, PageBrowser } from '../flows/page-browser.js';
import { people } from '../flows/people.js';
import { codeIn, newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** The order of steps, the places of codes, and nothing of either afterwards. */
describe('the order of steps', () => {
  const rekey = useRekey({ sweepPeriods: { recoveries: 200 } });
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const withCode = async (identifier: string) => {
    const before = (await rekey.codes(identifier)).length;
    const story = new Story(rekey);
    const started = await story.start({ identifier });
    const mail = await until('a code', async () => {
      const codes = await rekey.codes(identifier);
      return codes.length > before ? codes[0] : undefined;
    });
    return { story, started, mail, code: codeIn(mail) };
  };

  test('an unproven recovery cannot complete, and a closed one accepts nothing [ASVS 2.3.1]', async () => {
    const { story, code } = await withCode('ada@example.com');
    const early = await story.complete({ password: 'a password before its time' });
    expect([early.status, early.body.code]).toEqual([409, 'not_proven']);
    expect((await story.prove(code)).body.state).toBe('proven');
    expect((await story.resend()).status).toBe(409);
    expect((await story.complete()).status).toBe(201);
    const late = [
      await story.prove(code),
      await story.resend(),
      await story.complete(),
      await story.cancel(),
    ];
    expect(late.map(({ status }) => status)).toEqual([410, 410, 410, 410]);

    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    const form = await browser.get('/recover');
    const csrf = csrfIn(form.html);
    await browser.post('/recover', { csrf, identifier: 'mei@example.com' });
    const about = csrfIn((await browser.get('/recover/code')).html);
    const skipped = await browser.post('/recover/password', {
      csrf: about,
      password: 'a password before its time',
    });
    expect(skipped.status).not.toBe(200);
    expect(skipped.headers.get('location')).not.toBe('/recover/done');
    expect((await who.signIn('mei', { password: 'a password before its time' })).status).toBe(401);
  });

  test('a code proves the recovery that it was sent for, and no other of the same person [ASVS 6.6.2, NIST 3.1.3.2]', async () => {
    const first = await withCode('sam@example.com');
    const second = await withCode('sam@example.com');
    expect((await second.story.prove(first.code)).status).toBe(422);
    expect((await first.story.prove(second.code)).status).toBe(422);
    expect((await second.story.prove(second.code)).status).toBe(200);
  });

  test('a code is in its message only: not in a response, a header or a cookie [FP side-channel, OURS codes-to-callers]', async () => {
    const { story, started, mail, code } = await withCode('mei@example.com');
    const link = /\/recover\/link\?token=([\w-]+)/.exec(mail.text)?.[1] ?? '';
    expect(link).not.toBe('');
    rekey.clock.advance(60_000);
    const resent = await story.resend();
    const newest = await until('the second code', async () => {
      const [latest] = await rekey.codes('mei@example.com');
      return latest && latest.text !== mail.text ? latest : undefined;
    });
    const answers = [
      started,
      resent,
      await story.show(),
      await story.prove('00000000'),
      await story.prove(code),
    ];
    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    const csrf = csrfIn((await browser.get('/recover')).html);
    const before = (await rekey.codes('ada@example.com')).length;
    const begun = await browser.post('/recover', { csrf, identifier: 'ada@example.com' });
    const other = await until('the code of the pages', async () => {
      const codes = await rekey.codes('ada@example.com');
      return codes.length > before ? codes[0] : undefined;
    });
    const page = await browser.get('/recover/code');
    const wrong = await browser.post('/recover/code', { csrf: csrfIn(page.html), code: '00000000' });
    const told = [
      ...answers.flatMap(({ text, headers }) => [text, ...[...headers].flat()]),
      ...[begun, page, wrong].flatMap(({ html, headers }) => [html, ...[...headers].flat()]),
      ...browser.setCookies,
    ].join('\n');
    expect(told.length).toBeGreaterThan(1_000);
    const secret = [mail, newest, other].flatMap((message) => {
      const grouped = codeIn(message);
      return [grouped, grouped.replace(' ', ''), stopTokenIn(message)];
    });
    for (const value of [...secret, link]) expect(told).not.toContain(value);
  });

  test('disabling an account ends its sessions at once and prevents a recovery [ASVS 7.4.2]', async () => {
    await who.put('leaver');
    const session = (await who.signIn('leaver')).body;
    const { story, code } = await withCode('leaver@example.com');
    await who.put('leaver', { status: 'disabled' });
    const refreshed = await rekey.token({
      grant_type: 'refresh_token',
      client_id: 'default',
      refresh_token: session.refresh_token,
    });
    expect(refreshed.body.error).toBe('invalid_grant');
    const sessions = await who.issuer('GET', 'sessions', { bearer: session.access_token });
    expect(sessions.status).toBe(401);
    expect((await who.signIn('leaver')).status).toBe(401);
    expect((await story.prove(code)).status).toBe(422);
  });

  test('a closed recovery holds no personal data, and is pruned after thirty days [ASVS 14.2.7]', async () => {
    await who.put('gone');
    const { story, code } = await withCode('gone@example.com');
    await story.prove(code);
    expect((await story.complete()).status).toBe(201);
    const [row] = await rekey.sql(
      'select identifier_sealed, identifier_digests, source_key, known_as, guess_key from recoveries where id = $1',
      [story.id],
    );
    // Nor a value that two recoveries of one identifier would share.
    expect(row).toEqual({
      identifier_sealed: null,
      identifier_digests: [],
      source_key: null,
      known_as: null,
      guess_key: Buffer.alloc(0),
    });
    rekey.clock.advance(31 * 86_400_000);
    await until('the sweep', async () => {
      const rows = await rekey.sql(
        'select id from recoveries where id = $1 union all select id from messages where recovery_id = $1',
        [story.id],
      );
      return rows.length === 0 || undefined;
    });
  });

  test('a response about a person must not be cached [ASVS 14.3.2]', async () => {
    const { story, started } = await withCode('sam@example.com');
    const session = await who.signIn('ada');
    const answers = [started, await story.show(), await story.prove('00000000'), session];
    expect(answers.map(({ headers }) => headers.get('cache-control'))).toEqual(answers.map(() => 'no-store'));
    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    for (const path of ['/recover', '/recover/code', '/account', '/stop'])
      expect([path, (await browser.get(path)).headers.get('cache-control')]).toEqual([path, 'no-store']);
  });
});
