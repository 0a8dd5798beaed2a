import { people } from '../flows/people.js';
import { codeIn, newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** How authenticators wear out, and how they are repaired. */
describe('wear', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(3_600_000);
  });

  /** Wrong values, day after day, as far as they are let. */
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
      rekey.clock.advance(6 * 3_600_000);
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

  test("past the day's twenty nothing is looked at and nothing wears out: the right one is good the next day [FP no-lockout, NIST 3.2.2]", async () => {
    const one = await who.enrol('stormed');
    const statuses: number[] = [];
    for (let recovery = 0; recovery < 25; recovery++) {
      if (recovery % 4 === 0) newHousehold();
      const story = new Story(rekey);
      await story.start({ identifier: `${one.id}@example.com` });
      for (let guess = 0; guess < 5; guess++)
        statuses.push((await story.prove('AAAA-BBBB-CCCC-DDDD', 'backup_code')).status);
    }
    expect(statuses.filter((status) => status === 422)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(105);
    const [failures] = await rekey.sql(
      `select spent from limit_counters where key = sha256(convert_to('failures ' || (
         select id::text from authenticators where account_id = $1 and kind = 'backup_code'
       ), 'utf8'))`,
      [one.id],
    );
    expect(failures).toEqual({ spent: 20 });
    newHousehold();
    rekey.clock.advance(86_400_000);
    const owner = new Story(rekey);
    await owner.start({ identifier: `${one.id}@example.com` });
    expect((await owner.prove(one.codes[0] ?? '', 'backup_code')).status).toBe(200);
  });

  test('a hundred wrong values in a row disable an authenticator app: the right one fails too, until it is bound again; sign-in goes on [NIST 3.2.2, CVE-2025-64102]', async () => {
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
        /wrongly too often/.test(text),
      );
      return mails.length > 0 ? mails : undefined;
    });
    expect(mail?.text).toContain('authenticator app');
    // Bound again, it counts again.
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

  test('a hundred wrong codes in a row disable an address, until it is confirmed again; the others and sign-in go on [NIST 3.2.2]', async () => {
    await who.put('address');
    expect(new Set(await wearOut('address', 'code', '00000000', 100, false))).toEqual(new Set([422]));
    rekey.clock.advance(86_400_000);
    newHousehold();
    const sent = (await rekey.codes('address@example.com')).length;
    const story = new Story(rekey);
    // Nothing goes to the address any more; the code goes to the phone, which was never guessed at.
    await story.start({ identifier: 'address@example.com' });
    const sms = await until('an SMS', async () => (await rekey.codes(who.phoneOf('address')))[0]);
    expect(await rekey.codes('address@example.com')).toHaveLength(sent);
    expect((await story.prove(codeIn(sms))).status).toBe(200);
    expect((await who.signIn('address')).status).toBe(201);
    const both = (verified: boolean) => [
      { kind: 'email', value: 'address@example.com', verified },
      { kind: 'phone', value: who.phoneOf('address'), verified: true },
    ];
    await who.put('address', { addresses: both(false) });
    await who.put('address', { addresses: both(true) });
    newHousehold();
    expect((await new Story(rekey).proveBy('address@example.com')).status).toBe(200);
  });

  test('a success forgets the failures of what was used, and of nothing else', async () => {
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
      { kind: 'backup_code', spent: 1 },
      { kind: 'totp', spent: null },
    ]);
  });
});
