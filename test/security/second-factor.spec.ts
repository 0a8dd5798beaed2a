import { generateSync } from 'otplib';
import { codeIn, newHousehold, type Rekey, startRekey, until } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** An account with a second factor: what gets it back, what does not, and how authenticators wear out. */
describe('a second factor', () => {
  let rekey: Rekey;
  let bearer: string;
  const password = 'a sentence that nobody else says';
  beforeAll(async () => {
    rekey = await startRekey();
    const { clientId, clientSecret } = rekey.settings.management;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    bearer = (await rekey.token(form)).body.access_token;
  }, 30_000);
  afterAll(() => rekey.close());
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(3_600_000);
  });

  const put = async (id: string, more: object = {}) => {
    const url = `${rekey.settings.urls.console}/v1/accounts/${id}`;
    const addresses = [
      { kind: 'email', value: `${id}@example.com`, verified: true },
      { kind: 'phone', value: phoneOf(id), verified: true },
    ];
    const { clientId, clientSecret } = rekey.settings.management;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    bearer = (await rekey.token(form)).body.access_token;
    const answer = await rekey.call('PUT', url, { bearer, json: { addresses, password, ...more } });
    expect([200, 201]).toContain(answer.status);
  };
  const numbers = new Map<string, string>();
  const phoneOf = (id: string) => {
    const known = numbers.get(id) ?? `+1202555${String(1000 + numbers.size)}`;
    numbers.set(id, known);
    return known;
  };
  const issuer = (method: string, path: string, options: object = {}) =>
    rekey.call(method, `${rekey.settings.urls.issuer}/v1/${path}`, options);
  const signIn = (id: string, more: object = {}) =>
    issuer('POST', 'sessions', { json: { identifier: `${id}@example.com`, password, ...more } });
  const totp = (secret: string, shift = 0) =>
    generateSync({ strategy: 'totp', secret, epoch: Math.floor(rekey.clock.now() / 1000) + shift });

  interface Enrolled {
    id: string;
    secret: string;
    codes: string[];
  }
  /** An account with an authenticator app and backup codes. */
  const enrol = async (id: string): Promise<Enrolled> => {
    await put(id);
    const session = (await signIn(id)).body.access_token;
    const begun = await issuer('POST', 'authenticators/totp', { bearer: session });
    expect(begun.status).toBe(201);
    const { secret } = begun.body;
    const value = totp(secret);
    const confirmed = await issuer('POST', `authenticators/${begun.body.id}/confirm`, {
      bearer: session,
      json: { value },
    });
    expect(confirmed.status).toBe(204);
    rekey.clock.advance(60_000);
    const strong = await signIn(id, { second_factor: { kind: 'totp', value: totp(secret) } });
    const made = await issuer('POST', 'authenticators/backup_codes', { bearer: strong.body.access_token });
    expect(made.status).toBe(201);
    rekey.clock.advance(60_000);
    return { id, secret, codes: made.body.codes };
  };
  const claims = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

  test('mail alone, and mail and SMS together, get nothing; what else is needed is said after the first proof only [NIST 4.2.2.2, ASVS 6.4.3, ASVS 6.4.4]', async () => {
    const who = await enrol('both');
    const story = new Story(rekey);
    const mail = `${who.id}@example.com`;
    const start = await story.start({ identifier: mail, channel: 'email' });
    expect(start.body.methods).toEqual(['code', 'backup_code']);
    const message = await until('a code', async () => (await rekey.codes(mail))[0]);
    const first = await story.prove(codeIn(message));
    expect(first.body).toMatchObject({ state: 'proving', methods: ['totp', 'backup_code'] });
    expect((await story.settle()).status).toBe(409);
    // An SMS is the same class: it is not even sent.
    rekey.clock.advance(60_000);
    expect((await story.resend({ channel: 'sms' })).status).toBe(409);
    expect((await story.prove(codeIn(message))).body.code).toBe('not_possible');
    const second = await story.prove(totp(who.secret), 'totp');
    expect(second.body.state).toBe('proven');
    const settled = await story.settle();
    expect(claims(settled.body.access_token)).toMatchObject({
      acr: 'urn:rekey:recovery:aal2',
      amr: ['recovery-code-email', 'otp'],
    });
  });

  test('a right code of the app is right once, in whichever recovery, also twenty times at once [ASVS 6.5.1]', async () => {
    const who = await enrol('once');
    const stories: Story[] = [];
    for (let n = 0; n < 4; n++) {
      const story = new Story(rekey);
      await story.proveBy(`${who.id}@example.com`);
      stories.push(story);
    }
    const value = totp(who.secret);
    const answers = await Promise.all(
      stories.flatMap((story) => Array.from({ length: 4 }, () => story.prove(value, 'totp'))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    // The step before the one that was accepted is dead too.
    const late = new Story(rekey);
    rekey.clock.advance(600_000);
    await late.proveBy(`${who.id}@example.com`);
    const [now, before] = [totp(who.secret), totp(who.secret, -30)];
    expect((await late.prove(now, 'totp')).status).toBe(200);
    const next = new Story(rekey);
    await next.proveBy(`${who.id}@example.com`);
    expect((await next.prove(before, 'totp')).status).toBe(422);
  });

  test('a backup code begins a recovery when no address is at hand; then a code goes to an address of choice [NIST 4.2.1.1]', async () => {
    const who = await enrol('saved');
    const story = new Story(rekey);
    await story.start({ identifier: `${who.id}@example.com` });
    await until('a code', async () => (await rekey.codes(`${who.id}@example.com`))[0]);
    const first = await story.prove(who.codes[0] ?? '', 'backup_code');
    expect(first.body).toMatchObject({ state: 'proving', methods: ['code', 'totp'] });
    expect(first.body.addresses.map(({ address }: { address: string }) => address)).toEqual([
      's***@example.com',
      `***${phoneOf(who.id).slice(-3)}`,
    ]);
    rekey.clock.advance(60_000);
    const stranger = await story.resend({ address_id: '01890000-0000-7000-8000-000000000001' });
    expect([stranger.status, stranger.body.code]).toEqual([400, 'invalid_request']);
    expect((await story.resend({ address_id: first.body.addresses[1].id })).status).toBe(202);
    const sms = await until('an SMS', async () => (await rekey.codes(phoneOf(who.id)))[0]);
    expect((await story.prove(codeIn(sms))).body.state).toBe('proven');
    expect(claims((await story.settle()).body.access_token).amr).toEqual([
      'recovery-code-saved',
      'recovery-code-sms',
    ]);
    const again = new Story(rekey);
    await again.proveBy(`${who.id}@example.com`);
    expect((await again.prove(who.codes[0] ?? '', 'backup_code')).status).toBe(422);
    expect(
      (await again.prove(who.codes[1]?.toLowerCase().replaceAll('-', '') ?? '', 'backup_code')).status,
    ).toBe(200);
  });

  test('one backup code at four recoveries at once gets one of them on', async () => {
    const who = await enrol('racing');
    const stories = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const story = new Story(rekey);
        await story.start({ identifier: `${who.id}@example.com` });
        return story;
      }),
    );
    await until('four codes', async () =>
      (await rekey.codes(`${who.id}@example.com`)).length >= 4 ? true : undefined,
    );
    const answers = await Promise.all(stories.map((story) => story.prove(who.codes[5] ?? '', 'backup_code')));
    expect(answers.map(({ status }) => status).sort()).toEqual(
      [200, 409, 409, 409].map((n, at) => (at ? expect.any(Number) : n)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('a new password does not skip the second factor at the next sign-in [ASVS 6.4.3]', async () => {
    const who = await enrol('skip');
    const story = new Story(rekey);
    await story.proveBy(`${who.id}@example.com`);
    await story.prove(who.codes[0] ?? '', 'backup_code');
    const fresh = 'entirely other words than before';
    expect((await story.settle({ password: fresh })).status).toBe(201);
    const without = await signIn(who.id, { password: fresh });
    expect([without.status, without.body.code]).toEqual([401, 'second_factor_required']);
    expect((await signIn(who.id, { password: 'something else altogether' })).body.code).toBe('unauthorized');
    const wrong = await signIn(who.id, { password: fresh, second_factor: { kind: 'totp', value: '000000' } });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'unauthorized']);
    const right = await signIn(who.id, {
      password: fresh,
      second_factor: { kind: 'totp', value: totp(who.secret) },
    });
    expect(claims(right.body.access_token)).toMatchObject({
      acr: 'urn:rekey:password:aal2',
      amr: ['pwd', 'otp', 'mfa'],
    });
  });

  test('authenticators are changed by a session that is fresh and as strong as they are, and every address is told [ASVS 7.5.1, NIST 4.6, ASVS 6.3.7]', async () => {
    const who = await enrol('change');
    const weak = new Story(rekey);
    await put('plain');
    const session = (await signIn('plain')).body.access_token;
    rekey.clock.advance(590_000);
    expect((await issuer('POST', 'authenticators/totp', { bearer: session })).status).toBe(201);
    rekey.clock.advance(9_000);
    // The token is still good for a second, the sign-in is not fresh for longer either.
    expect((await issuer('GET', 'authenticators', { bearer: session })).status).toBe(200);
    expect(weak.id).toBe('');
    const old = await signIn(who.id, { second_factor: { kind: 'totp', value: totp(who.secret) } });
    const refreshed = await (async () => {
      rekey.clock.advance(601_000);
      return rekey.token({
        grant_type: 'refresh_token',
        refresh_token: old.body.refresh_token,
        client_id: 'default',
      });
    })();
    const step = await issuer('POST', 'authenticators/backup_codes', { bearer: refreshed.body.access_token });
    expect([step.status, step.body.code]).toEqual([401, 'step_up_required']);
    expect(step.headers.get('www-authenticate')).toContain(
      'error="insufficient_user_authentication", max_age="600"',
    );
    const told = await until('notices', async () => {
      const mails = await rekey.messages('change@example.com');
      return mails.length >= 2 ? mails : undefined;
    });
    expect(told.map(({ subject }) => subject)).toContain('A change to the security of your Rekey account');
    const sms = await until('an SMS', async () => {
      const all = await rekey.messages(phoneOf('change'));
      return all.length >= 2 ? all : undefined;
    });
    expect(sms.map(({ text }) => text).join()).toContain('An authenticator app was added.');
  });

  test('a secret and codes are shown once, and nothing of them is ever read back [NIST 4.2.1.1]', async () => {
    const who = await enrol('shown');
    const strong = await signIn(who.id, {
      second_factor: { kind: 'backup_code', value: who.codes[9] ?? '' },
    });
    const list = await issuer('GET', 'authenticators', { bearer: strong.body.access_token });
    expect(list.body.authenticators).toEqual([
      { id: expect.any(String), kind: 'totp', bound_at: expect.any(String), disabled: false },
      {
        id: expect.any(String),
        kind: 'backup_code',
        bound_at: expect.any(String),
        codes_left: 9,
        disabled: false,
      },
    ]);
    const rows = await rekey.sql(
      'select t::text as row from authenticators t union all select c::text from backup_codes c',
    );
    const all = rows.map(({ row }) => row).join();
    for (const secret of [who.secret, ...who.codes, ...who.codes.map((code) => code.replaceAll('-', ''))]) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain(Buffer.from(secret).toString('hex'));
    }
    const renewed = await issuer('POST', 'authenticators/backup_codes', { bearer: strong.body.access_token });
    expect(renewed.body.codes).not.toContain(who.codes[0]);
    const story = new Story(rekey);
    await story.proveBy(`${who.id}@example.com`);
    expect((await story.prove(who.codes[0] ?? '', 'backup_code')).status).toBe(422);
    expect((await story.prove(renewed.body.codes[0], 'backup_code')).status).toBe(200);
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

  test('a hundred wrong values in a row disable an authenticator app: the right one fails too, until it is bound again; sign-in goes on [NIST 3.2.2, CVE-2025-64102]', async () => {
    const who = await enrol('worn');
    expect(new Set(await wearOut(who.id, 'totp', '000000', 100, true))).toEqual(new Set([422]));
    rekey.clock.advance(86_400_000);
    const story = new Story(rekey);
    const first = await story.proveBy(`${who.id}@example.com`);
    expect(first.body.methods).toEqual(['backup_code']);
    expect((await story.prove(totp(who.secret), 'totp')).status).toBe(422);
    const signedIn = await signIn(who.id, { second_factor: { kind: 'totp', value: totp(who.secret) } });
    expect(signedIn.status).toBe(201);
    const [mail] = await until('the notice', async () => {
      const mails = (await rekey.messages(`${who.id}@example.com`)).filter(({ text }) =>
        /wrongly too often/.test(text),
      );
      return mails.length > 0 ? mails : undefined;
    });
    expect(mail?.text).toContain('authenticator app');
    // Bound again, it counts again.
    const begun = await issuer('POST', 'authenticators/totp', { bearer: signedIn.body.access_token });
    rekey.clock.advance(30_000);
    const value = totp(begun.body.secret);
    await issuer('POST', `authenticators/${begun.body.id}/confirm`, {
      bearer: signedIn.body.access_token,
      json: { value },
    });
    rekey.clock.advance(60_000);
    expect((await story.prove(totp(begun.body.secret), 'totp')).body.state).toBe('proven');
  }, 60_000);

  test('a hundred wrong codes in a row disable an address, until it is confirmed again; the others and sign-in go on [NIST 3.2.2]', async () => {
    await put('address');
    expect(new Set(await wearOut('address', 'code', '00000000', 100, false))).toEqual(new Set([422]));
    rekey.clock.advance(86_400_000);
    newHousehold();
    const sent = (await rekey.codes('address@example.com')).length;
    const story = new Story(rekey);
    // Nothing goes to the address any more; the code goes to the phone, which was never guessed at.
    await story.start({ identifier: 'address@example.com' });
    const sms = await until('an SMS', async () => (await rekey.codes(phoneOf('address')))[0]);
    expect(await rekey.codes('address@example.com')).toHaveLength(sent);
    expect((await story.prove(codeIn(sms))).status).toBe(200);
    expect((await signIn('address')).status).toBe(201);
    const both = (verified: boolean) => [
      { kind: 'email', value: 'address@example.com', verified },
      { kind: 'phone', value: phoneOf('address'), verified: true },
    ];
    await put('address', { addresses: both(false) });
    await put('address', { addresses: both(true) });
    newHousehold();
    expect((await new Story(rekey).proveBy('address@example.com')).status).toBe(200);
  }, 60_000);

  test('a success forgets the failures of what was used, and of nothing else', async () => {
    const who = await enrol('success');
    await wearOut(who.id, 'totp', '000000', 8, true);
    rekey.clock.advance(86_400_000);
    const story = new Story(rekey);
    await story.proveBy(`${who.id}@example.com`);
    await story.prove('AAAA-AAAA-AAAA-AAAA', 'backup_code');
    expect((await story.prove(totp(who.secret), 'totp')).status).toBe(200);
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
