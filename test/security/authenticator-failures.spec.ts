import { people } from '../flows/people.js';
import { newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** How failures disable authenticators, and how the owner repairs them. */
describe('wrong values at authenticators', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(3_600_000);
  });

  /** Wrong values, day after day, as many as are compared. */
  const wearOut = async (
    id: string,
    kind: string,
    value: string,
    n: number,
    first: boolean,
  ): Promise<number[]> => {
    const statuses: number[] = [];
    while (statuses.length < n) {
      newHousehold();
      rekey.clock.advance(8 * 3_600_000);
      const story = new Story(rekey);
      if (first) await story.proveBy(`${id}@example.com`);
      else {
        const before = (await rekey.codes(`${id}@example.com`)).length;
        await story.start({ identifier: `${id}@example.com` });
        await until('a code', async () =>
          (await rekey.codes(`${id}@example.com`)).length > before ? true : undefined,
        );
      }
      for (let guess = first ? 1 : 0; guess < 5 && statuses.length < n; guess++)
        statuses.push((await story.prove(value, kind)).status);
    }
    return statuses;
  };

  test("wrong backup codes of 80 bits never disable the set: after hundreds of them the owner's code works at once [FP no-lockout, NIST 3.2.2]", async () => {
    const one = await who.enrol('stormed');
    const statuses: number[] = [];
    for (let recovery = 0; recovery < 25; recovery++) {
      if (recovery % 4 === 0) newHousehold();
      const story = new Story(rekey);
      await story.start({ identifier: `${one.id}@example.com` });
      for (let guess = 0; guess < 5; guess++)
        statuses.push((await story.prove('AAAA-BBBB-CCCC-DDDD', 'backup_code')).status);
    }
    expect(statuses).toEqual(statuses.map(() => 422));
    newHousehold();
    const owner = new Story(rekey);
    await owner.start({ identifier: `${one.id}@example.com` });
    expect((await owner.prove(one.codes[0] ?? '', 'backup_code')).status).toBe(200);
  });

  test('an app allows twenty attempts a day; a stranger without a proof cannot use them up [ASVS 6.6.3]', async () => {
    const one = await who.enrol('rationed');
    for (let recovery = 0; recovery < 6; recovery++) {
      newHousehold();
      const stranger = new Story(rekey);
      await stranger.start({ identifier: `${one.id}@example.com` });
      const answer = await stranger.prove('000000', 'totp');
      expect([answer.status, answer.body.code]).toEqual([409, 'invalid_state']);
    }
    await rekey.idle();
    rekey.clock.advance(32 * 3_600_000);
    expect(await wearOut(one.id, 'totp', '000000', 16, true)).toEqual(Array(16).fill(422));
    newHousehold();
    const owner = new Story(rekey);
    await owner.proveBy(`${one.id}@example.com`);
    for (let guess = 0; guess < 4; guess++) expect((await owner.prove('000000', 'totp')).status).toBe(422);
    newHousehold();
    const late = new Story(rekey);
    await late.proveBy(`${one.id}@example.com`);
    const refused = await late.prove(who.totp(one.secret), 'totp');
    expect([refused.status, refused.body.code]).toEqual([429, 'no_tries_left']);
    expect(refused.headers.get('ratelimit-policy')).toBe('"attempts-per-day";q=20;w=86400');
    // A saved code still works, and so does the app after the day.
    expect((await late.prove(one.codes[0] ?? '', 'backup_code')).status).toBe(200);
    rekey.clock.advance(32 * 3_600_000);
    newHousehold();
    const next = new Story(rekey);
    await next.proveBy(`${one.id}@example.com`);
    expect((await next.prove(who.totp(one.secret), 'totp')).body.state).toBe('proven');
  });

  test('a hundred wrong values in a row disable an app for recovery until it is bound again; sign-in still works [NIST 3.2.2, CVE-2025-64102]', async () => {
    const one = await who.enrol('worn');
    expect(new Set(await wearOut(one.id, 'totp', '000000', 100, true))).toEqual(new Set([422]));
    rekey.clock.advance(86_400_000);
    const story = new Story(rekey);
    const first = await story.proveBy(`${one.id}@example.com`);
    expect(first.body.methods).toEqual(['backup_code']);
    expect((await story.prove(who.totp(one.secret), 'totp')).status).toBe(422);
    const signedIn = await who.signIn(one.id, {
      second_factor: { kind: 'totp', value: who.totp(one.secret) },
    });
    expect(signedIn.status).toBe(201);
    const [mail] = await until('the notice', async () => {
      const mails = (await rekey.messages(`${one.id}@example.com`)).filter(({ text }) =>
        /Too many wrong codes/.test(text),
      );
      return mails.length > 0 ? mails : undefined;
    });
    expect(mail?.text).toContain('authenticator app');
    // Bound again, the app counts again.
    const begun = await who.issuer('POST', 'authenticators/totp', { bearer: signedIn.body.access_token });
    rekey.clock.advance(30_000);
    const value = who.totp(begun.body.secret);
    await who.issuer('POST', `authenticators/${begun.body.id}/confirm`, {
      bearer: signedIn.body.access_token,
      json: { value },
    });
    rekey.clock.advance(60_000);
    expect((await story.prove(who.totp(begun.body.secret), 'totp')).body.state).toBe('proven');
  });

  test('a hundred wrong codes in a row end short codes to an address; the owner proves a long one and gets short ones again [NIST 3.2.2, FP no-lockout]', async () => {
    await who.put('address');
    const mail = 'address@example.com';
    expect(new Set(await wearOut('address', 'code', '00000000', 100, false))).toEqual(new Set([422]));
    newHousehold();
    const [notice] = await until('the notice', async () => {
      const mails = (await rekey.messages(mail)).filter(({ text }) => /20 digits/.test(text));
      return mails.length > 0 ? mails : undefined;
    });
    expect(notice?.text).toContain('Too many wrong codes');
    // Strangers continue, without effect.
    expect(new Set(await wearOut('address', 'code', '00000000', 20, false))).toEqual(new Set([422]));
    newHousehold();
    rekey.clock.advance(3_600_000);
    const story = new Story(rekey);
    const { message, code } = await story.begin(mail);
    expect(code.replaceAll(' ', '')).toMatch(/^\d{20}$/);
    expect(message.text).toContain(code);
    expect(code).toMatch(/^(\d{4} ){4}\d{4}$/);
    expect((await story.prove(code)).body.state).toBe('proven');
    expect((await who.signIn('address')).status).toBe(201);
    rekey.clock.advance(60_000);
    newHousehold();
    const { code: short } = await new Story(rekey).begin(mail);
    expect(short).toMatch(/^\d{4} \d{4}$/);
  });

  test('a success clears the failures of that authenticator; backup codes count none', async () => {
    const one = await who.enrol('success');
    await wearOut(one.id, 'totp', '000000', 8, true);
    rekey.clock.advance(86_400_000);
    const story = new Story(rekey);
    await story.proveBy(`${one.id}@example.com`);
    await story.prove('AAAA-AAAA-AAAA-AAAA', 'backup_code');
    expect((await story.prove(who.totp(one.secret), 'totp')).status).toBe(200);
    const rows = await rekey.sql(
      `select t.kind, c.spent from authenticators t left join limit_counters c on c.key = sha256(convert_to('failures ' || t.id, 'utf8'))
       where t.account_id = 'success' order by kind`,
    );
    expect(rows).toEqual([
      { kind: 'backup_code', spent: null },
      { kind: 'totp', spent: null },
    ]);
  });
});
