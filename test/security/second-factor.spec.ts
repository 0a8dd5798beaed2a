import { claimsOf, people } from '../flows/people.js';
import { codeIn, newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** An account with a second factor: the proofs that recover it, and those that do not. */
describe('a second factor', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(3_600_000);
  });

  test('mail alone, and mail with SMS, get nothing; the missing proofs are named after the first proof only [NIST 4.2.2.2, ASVS 6.4.3, ASVS 6.4.4]', async () => {
    const one = await who.enrol('both');
    const story = new Story(rekey);
    const mail = `${one.id}@example.com`;
    const start = await story.start({ identifier: mail, channel: 'email' });
    expect(start.body.methods).toEqual(['code', 'backup_code']);
    const message = await until('a code', async () => (await rekey.codes(mail))[0]);
    const first = await story.prove(codeIn(message));
    expect(first.body).toMatchObject({ state: 'proving', methods: ['totp', 'backup_code'] });
    expect((await story.complete()).status).toBe(409);
    // An SMS is the same class, so it is not even sent.
    rekey.clock.advance(60_000);
    expect((await story.resend({ channel: 'sms' })).status).toBe(409);
    expect((await story.prove(codeIn(message))).body.code).toBe('invalid_state');
    const second = await story.prove(who.totp(one.secret), 'totp');
    expect(second.body.state).toBe('proven');
    const completed = await story.complete();
    expect(claimsOf(completed.body.access_token)).toMatchObject({
      acr: 'urn:rekey:recovery:aal2',
      amr: ['recovery-code-email', 'otp'],
    });
  });

  test('a code of the app proves once, over all recoveries, also twenty times at once [ASVS 6.5.1]', async () => {
    const one = await who.enrol('once');
    const stories: Story[] = [];
    for (let n = 0; n < 4; n++) {
      const story = new Story(rekey);
      await story.proveBy(`${one.id}@example.com`);
      stories.push(story);
    }
    const value = who.totp(one.secret);
    const answers = await Promise.all(
      stories.flatMap((story) => Array.from({ length: 4 }, () => story.prove(value, 'totp'))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    // The step before the accepted one is used up too.
    const late = new Story(rekey);
    rekey.clock.advance(600_000);
    await late.proveBy(`${one.id}@example.com`);
    const [now, before] = [who.totp(one.secret), who.totp(one.secret, -30)];
    expect((await late.prove(now, 'totp')).status).toBe(200);
    const next = new Story(rekey);
    await next.proveBy(`${one.id}@example.com`);
    expect((await next.prove(before, 'totp')).status).toBe(422);
  });

  test('requesting too many codes for an address takes nothing else from the owner: saved code and app prove at once [ASVS 6.3.1, FP no-lockout]', async () => {
    const one = await who.enrol('flooded');
    const mail = `${one.id}@example.com`;
    const requestCodes = async () => {
      for (let at = 0; at < 5; at++) await new Story(rekey).start({ identifier: mail });
      await rekey.idle();
    };
    await requestCodes();
    newHousehold();
    const story = new Story(rekey);
    expect((await story.start({ identifier: mail })).status).toBe(202);
    await rekey.idle();
    const [message] = await rekey.sql('select state, reason from messages where recovery_id = $1', [
      story.id,
    ]);
    expect(message).toEqual({ state: 'dropped', reason: 'limited' });
    const first = await story.prove(one.codes[0] ?? '', 'backup_code');
    expect(first.body).toMatchObject({ state: 'proving', methods: ['code', 'totp'] });
    expect(await rekey.sql('select account_id from recoveries where id = $1', [story.id])).toEqual([
      { account_id: one.id },
    ]);
    expect((await story.prove(who.totp(one.secret), 'totp')).body.state).toBe('proven');
    expect(claimsOf((await story.complete()).body.access_token)).toMatchObject({ sub: one.id });
    // The same code in another such recovery is used up as well.
    const again = new Story(rekey);
    await again.start({ identifier: mail });
    expect((await again.prove(one.codes[0] ?? '', 'backup_code')).status).toBe(422);
  });

  test('an account that no code can reach is recovered with saved codes; a disabled one is not', async () => {
    const one = await who.enrol('lighthouse');
    await who.put(one.id, { username: one.id, addresses: [] });
    const story = new Story(rekey);
    await story.start({ identifier: one.id });
    expect((await story.prove(one.codes[0] ?? '', 'backup_code')).body.methods).toEqual(['totp']);
    expect((await story.prove(who.totp(one.secret), 'totp')).body.state).toBe('proven');
    expect(claimsOf((await story.complete()).body.access_token)).toMatchObject({ sub: one.id });

    const later = new Story(rekey);
    await later.start({ identifier: one.id });
    await who.put(one.id, { username: one.id, addresses: [], status: 'disabled' });
    expect((await later.prove(one.codes[1] ?? '', 'backup_code')).status).toBe(422);
    const [{ account_id: bound }] = await rekey.sql('select account_id from recoveries where id = $1', [
      later.id,
    ]);
    expect(bound).toBeNull();
  });

  test('a backup code starts a recovery without an address; then a code goes to a chosen address [NIST 4.2.1.1]', async () => {
    const one = await who.enrol('saved');
    const story = new Story(rekey);
    await story.start({ identifier: `${one.id}@example.com` });
    await until('a code', async () => (await rekey.codes(`${one.id}@example.com`))[0]);
    const first = await story.prove(one.codes[0] ?? '', 'backup_code');
    expect(first.body).toMatchObject({ state: 'proving', methods: ['code', 'totp'] });
    expect(first.body.addresses.map(({ address }: { address: string }) => address)).toEqual([
      's***@example.com',
      `***${who.phoneOf(one.id).slice(-3)}`,
    ]);
    rekey.clock.advance(60_000);
    const stranger = await story.resend({ address_id: '01890000-0000-7000-8000-000000000001' });
    expect([stranger.status, stranger.body.code]).toEqual([400, 'invalid_request']);
    expect((await story.resend({ address_id: first.body.addresses[1].id })).status).toBe(202);
    const sms = await until('an SMS', async () => (await rekey.codes(who.phoneOf(one.id)))[0]);
    expect((await story.prove(codeIn(sms))).body.state).toBe('proven');
    expect(claimsOf((await story.complete()).body.access_token).amr).toEqual([
      'recovery-code-saved',
      'recovery-code-sms',
    ]);
    const again = new Story(rekey);
    await again.proveBy(`${one.id}@example.com`);
    expect((await again.prove(one.codes[0] ?? '', 'backup_code')).status).toBe(422);
    expect(
      (await again.prove(one.codes[1]?.toLowerCase().replaceAll('-', '') ?? '', 'backup_code')).status,
    ).toBe(200);
  });

  test('one backup code at four recoveries at once proves in one of them', async () => {
    const one = await who.enrol('racing');
    const stories = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const story = new Story(rekey);
        await story.start({ identifier: `${one.id}@example.com` });
        return story;
      }),
    );
    await until('four codes', async () =>
      (await rekey.codes(`${one.id}@example.com`)).length >= 4 ? true : undefined,
    );
    const answers = await Promise.all(stories.map((story) => story.prove(one.codes[5] ?? '', 'backup_code')));
    expect(answers.map(({ status }) => status).sort()).toEqual(
      [200, 409, 409, 409].map((n, at) => (at ? expect.any(Number) : n)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('a new password does not skip the second factor at the next sign-in [ASVS 6.4.3]', async () => {
    const one = await who.enrol('skip');
    const story = new Story(rekey);
    await story.proveBy(`${one.id}@example.com`);
    await story.prove(one.codes[0] ?? '', 'backup_code');
    const fresh = 'entirely other words than before';
    expect((await story.complete({ password: fresh })).status).toBe(201);
    const without = await who.signIn(one.id, { password: fresh });
    expect([without.status, without.body.code]).toEqual([401, 'second_factor_required']);
    expect((await who.signIn(one.id, { password: 'something else altogether' })).body.code).toBe(
      'unauthorized',
    );
    const wrong = await who.signIn(one.id, {
      password: fresh,
      second_factor: { kind: 'totp', value: '000000' },
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'unauthorized']);
    const right = await who.signIn(one.id, {
      password: fresh,
      second_factor: { kind: 'totp', value: who.totp(one.secret) },
    });
    expect(claimsOf(right.body.access_token)).toMatchObject({
      acr: 'urn:rekey:password:aal2',
      amr: ['pwd', 'otp', 'mfa'],
    });
  });

  test('changing authenticators needs a session that is fresh and as strong as they are, and notifies every address [NIST 4.1.2.1, ASVS 7.5.1, NIST 4.6, ASVS 6.3.7]', async () => {
    const one = await who.enrol('change');
    const weak = new Story(rekey);
    await who.put('plain');
    const session = (await who.signIn('plain')).body.access_token;
    rekey.clock.advance(590_000);
    expect((await who.issuer('POST', 'authenticators/totp', { bearer: session })).status).toBe(201);
    rekey.clock.advance(9_000);
    // The token is valid for another second, but the sign-in is fresh for no longer either.
    expect((await who.issuer('GET', 'authenticators', { bearer: session })).status).toBe(200);
    expect(weak.id).toBe('');
    const old = await who.signIn(one.id, { second_factor: { kind: 'totp', value: who.totp(one.secret) } });
    const refreshed = await (async () => {
      rekey.clock.advance(601_000);
      return rekey.token({
        grant_type: 'refresh_token',
        refresh_token: old.body.refresh_token,
        client_id: 'default',
      });
    })();
    const step = await who.issuer('POST', 'authenticators/backup_codes', {
      bearer: refreshed.body.access_token,
    });
    expect([step.status, step.body.code]).toEqual([401, 'step_up_required']);
    expect(step.headers.get('www-authenticate')).toContain(
      'error="insufficient_user_authentication", max_age="600"',
    );
    const told = await until('notices', async () => {
      const mails = await rekey.messages('change@example.com');
      return mails.length >= 2 ? mails : undefined;
    });
    expect(told.map(({ subject }) => subject)).toContain('Security notice for your Rekey account');
    const sms = await until('an SMS', async () => {
      const all = await rekey.messages(who.phoneOf('change'));
      return all.length >= 2 ? all : undefined;
    });
    expect(sms.map(({ text }) => text).join()).toContain('An authenticator app was added.');
  });

  test('a secret and backup codes are shown once, and never again [NIST 4.2.1.1]', async () => {
    const one = await who.enrol('shown');
    const strong = await who.signIn(one.id, {
      second_factor: { kind: 'backup_code', value: one.codes[9] ?? '' },
    });
    const list = await who.issuer('GET', 'authenticators', { bearer: strong.body.access_token });
    const from = expect.stringMatching(/^10\.\d+\.\d+\.\d+$/);
    const howItStands = { disabled: false, suspended: false, bound_from: from, client_id: 'default' };
    expect(list.body.authenticators).toEqual([
      {
        id: expect.any(String),
        kind: 'totp',
        bound_at: expect.any(String),
        ...howItStands,
      },
      {
        id: expect.any(String),
        kind: 'backup_code',
        bound_at: expect.any(String),
        codes_left: 9,
        ...howItStands,
      },
    ]);
    const rows = await rekey.sql(
      'select t::text as row from authenticators t union all select c::text from backup_codes c',
    );
    const all = rows.map(({ row }) => row).join();
    for (const secret of [one.secret, ...one.codes, ...one.codes.map((code) => code.replaceAll('-', ''))]) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain(Buffer.from(secret).toString('hex'));
    }
    const renewed = await who.issuer('POST', 'authenticators/backup_codes', {
      bearer: strong.body.access_token,
    });
    expect(renewed.body.codes).not.toContain(one.codes[0]);
    const story = new Story(rekey);
    await story.proveBy(`${one.id}@example.com`);
    expect((await story.prove(one.codes[0] ?? '', 'backup_code')).status).toBe(422);
    expect((await story.prove(renewed.body.codes[0], 'backup_code')).status).toBe(200);
  });
});
