import { waitAfter } from '@rekey/limits';
import { people, password as right } from '../flows/people.js';
import { type Answer, newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const hour = 3_600_000;
const wrongOne = 'not the password of anybody';

test('the first four failures cost no wait, the next ones 30 seconds to an hour [NIST 3.2.2, ASVS 6.3.1]', () => {
  expect([1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 100].map(waitAfter)).toEqual([
    0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600,
  ]);
});

describe('password guessing', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const wrong = (id: string, more: object = {}) => who.signIn(id, { password: wrongOne, ...more });
  /** All that a caller sees of a response. */
  const seen = ({ status, text, headers }: Answer) => [
    status,
    text,
    headers.get('retry-after'),
    headers.get('ratelimit'),
    headers.get('ratelimit-policy'),
  ];
  /** Wrong passwords in a row, each as soon as it is compared. */
  async function fail(id: string, times: number, more: object = {}): Promise<void> {
    for (let n = 0; n < times; ) {
      newHousehold();
      const answer = await wrong(id, more);
      if (answer.status === 401) n++;
      else rekey.clock.advance(Number(answer.headers.get('retry-after')) * 1000);
    }
  }
  /** Forges this many failures: real ones would take days. */
  async function failLong(id: string, times: number): Promise<void> {
    await fail(id, 7);
    await rekey.sql('update failed_attempts set failures = $1 where failures = 7', [times]);
    rekey.clock.advance(hour);
  }
  async function recover(id: string, json: object = {}) {
    const story = new Story(rekey);
    await story.proveBy(`${id}@example.com`);
    const done = await story.complete(json);
    expect(done.status).toBe(201);
    return done.body;
  }

  test('31 wrong passwords of a stranger do not lock the owner out of a known browser', async () => {
    await who.put('shut');
    const { device_token } = (await who.signIn('shut')).body;
    newHousehold();
    for (let n = 0; n < 31; n++) await wrong('shut');
    newHousehold();
    expect((await who.signIn('shut')).status).toBe(429);
    const owner = await who.signIn('shut', { device_token });
    expect(owner.status).toBe(201);
    // It stays the same known browser, with the attempts that it has left.
    expect((await who.signIn('shut', { device_token: owner.body.device_token })).status).toBe(201);
  });

  test('a known browser waits for its own failures, and nobody else does', async () => {
    await who.put('mistyped');
    const { device_token } = (await who.signIn('mistyped')).body;
    for (let n = 0; n < 5; n++) expect((await wrong('mistyped', { device_token })).status).toBe(401);
    const waiting = await who.signIn('mistyped', { device_token });
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '30']);
    expect((await who.signIn('mistyped')).status).toBe(201);
    rekey.clock.advance(30_000);
    expect((await who.signIn('mistyped', { device_token })).status).toBe(201);
  });

  test("a browser known for one account is unknown to all others, and pays from its source's budget", async () => {
    await who.put('mine');
    await who.put('theirs');
    const { device_token } = (await who.signIn('mine')).body;
    newHousehold();
    for (let n = 0; n < 5; n++) expect((await wrong('theirs', { device_token })).status).toBe(401);
    expect((await wrong('theirs', { device_token })).headers.get('ratelimit-policy')).toBe(
      '"failures";q=1;w=30',
    );
    const policies: (string | null)[] = [];
    for (let n = 0; n < 25; n++)
      policies.push((await wrong(`person-${n}`, { device_token })).headers.get('ratelimit-policy'));
    expect(policies.at(-1)).toBe('"sign-ins";q=30;w=600');
  });

  test('an altered or expired device token, or one of a former account, is not accepted', async () => {
    await who.put('again');
    const { device_token: token } = (await who.signIn('again')).body;
    const refusedAfterFive = async (device_token: string) => {
      await fail('again', 5);
      newHousehold();
      return (await who.signIn('again', { device_token })).status;
    };
    expect(await refusedAfterFive(`${token.slice(0, -2)}AA`)).toBe(429);
    rekey.clock.advance(hour);
    await rekey.call('DELETE', `${rekey.settings.urls.console}/v1/accounts/again`, {
      bearer: await who.management(),
    });
    await who.put('again');
    expect(await refusedAfterFive(token)).toBe(429);
    rekey.clock.advance(hour);
    const { device_token: fresh } = (await who.signIn('again')).body;
    rekey.clock.advance(90 * 24 * hour + 1000);
    expect(await refusedAfterFive(fresh)).toBe(429);
  });

  test("failures count over all names of an account, and no name shows another's failures", async () => {
    await who.put('named', { username: 'named-by-name' });
    await fail('named', 5);
    newHousehold();
    // The account must wait. Its other name looks like any name: a wrong and a right password are both refused.
    const byName = (password: string) => who.signIn('', { identifier: 'named-by-name', password });
    const stranger = await who.signIn('', { identifier: 'nobody-by-name', password: wrongOne });
    expect(seen(await byName(wrongOne))).toEqual(seen(stranger));
    expect(seen(await byName(right))).toEqual(seen(stranger));
    rekey.clock.advance(30_000);
    expect((await byName(right)).status).toBe(201);
  });

  test('known and unknown names get the same waits, byte for byte', async () => {
    await who.put('same');
    const told = async (id: string) => {
      const answers: unknown[][] = [];
      for (let n = 0; n < 20; n++) {
        newHousehold();
        const answer = await wrong(id);
        answers.push(seen(answer));
        if (answer.status === 429) rekey.clock.advance(Number(answer.headers.get('retry-after')) * 1000);
      }
      return answers;
    };
    const known = await told('same');
    expect(known.filter(([status]) => status === 429).map((answer) => answer[2])).toEqual([
      '30',
      '60',
      '120',
      '240',
      '480',
      '960',
      '1920',
      '3600',
    ]);
    expect(await told('nobody-of-the-same')).toEqual(known);
  });

  test('of twenty attempts at once five are compared', async () => {
    await who.put('racing');
    const answers = await Promise.all(Array.from({ length: 20 }, () => wrong('racing')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  test('after 100 failures in a row only known browsers can sign in; the owner gets one notification; a recovery lifts it [NIST 3.2.2, NIST 4.6]', async () => {
    await who.put('worn');
    await who.put('worn-not');
    const { device_token } = (await who.signIn('worn')).body;
    const told = () =>
      rekey.sql(`select id from messages where account_id = 'worn' and change = 'password_limited'`);
    await failLong('worn', 98);
    await fail('worn', 1);
    expect(await told()).toEqual([]);
    await fail('worn', 1);
    await rekey.idle();
    const message = await rekey.message('worn@example.com');
    expect(message.text).toContain('A wrong password was entered 100 times in a row.');
    await fail('worn', 2);
    // One for each address.
    expect(await told()).toHaveLength(2);
    rekey.clock.advance(hour);
    newHousehold();
    const stranger = await who.signIn('worn');
    expect([stranger.status, stranger.body.code]).toEqual([401, 'unauthorized']);
    expect((await who.signIn('worn', { device_token })).status).toBe(201);
    // Failures of an unknown name are counted too, but nobody is notified.
    await failLong('nobody-worn', 99);
    await fail('nobody-worn', 2);
    expect(await told()).toHaveLength(2);
    const rows = await rekey.sql('select count(*)::int as n from failed_attempts where told');
    expect(rows).toEqual([{ n: 2 }]);

    rekey.clock.advance(hour);
    newHousehold();
    await recover('worn', { password: 'a new sentence of the owner' });
    rekey.clock.advance(hour);
    expect((await who.signIn('worn', { password: 'a new sentence of the owner' })).status).toBe(201);
  });

  test('a new password from management starts without failures', async () => {
    await who.put('put-anew');
    await failLong('put-anew', 100);
    newHousehold();
    expect((await who.signIn('put-anew')).status).toBe(401);
    await who.put('put-anew', { password: 'a sentence from the counter' });
    rekey.clock.advance(hour);
    expect((await who.signIn('put-anew', { password: 'a sentence from the counter' })).status).toBe(201);
  });

  test('a completed recovery makes every other browser unknown; so do a stop and a new password', async () => {
    await who.put('moving');
    /** Can the owner sign in there although strangers have made everybody else wait? */
    const isKnown = async (device_token: string, password: string) => {
      await fail('moving', 5);
      newHousehold();
      const { status } = await who.signIn('moving', { device_token, password });
      rekey.clock.advance(hour);
      return status === 201;
    };
    const before = (await who.signIn('moving')).body.device_token;
    expect(await isKnown(before, right)).toBe(true);
    const password = 'what the recovery has set';
    const recovered = await recover('moving', { password });
    expect(await isKnown(before, password)).toBe(false);
    expect(await isKnown(recovered.device_token, password)).toBe(true);

    const session = (await who.signIn('moving', { password })).body;
    const json = { current_password: password, password: 'what the owner has chosen' };
    const changed = await who.issuer('PUT', 'password', { bearer: session.access_token, json });
    expect(changed.status).toBe(200);
    expect(await isKnown(session.device_token, json.password)).toBe(false);
    expect(await isKnown(changed.body.device_token, json.password)).toBe(true);

    const again = await recover('moving', { password });
    const notice = await until('the notice', async () =>
      (await rekey.messages('moving@example.com')).find(({ subject }) => /was recovered/.test(subject ?? '')),
    );
    await new Story(rekey).stop(stopTokenIn(notice));
    await rekey.sql(
      `update accounts set password_hash = (select password_hash from accounts where id = 'shut') where id = 'moving'`,
    );
    expect(await isKnown(again.device_token, right)).toBe(false);
  });

  test('a stolen access token gets five attempts at the current password; then its session ends [ASVS 6.3.1, ASVS 7.4.3]', async () => {
    await who.put('stolen');
    const other = (await who.signIn('stolen')).body;
    const stolen = (await who.signIn('stolen')).body;
    const guess = (bearer: string, current_password: string) =>
      who.issuer('PUT', 'password', {
        bearer,
        json: { current_password, password: 'what a thief would set' },
      });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push((await guess(stolen.access_token, `guess number ${n}`)).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 401]);
    expect((await guess(stolen.access_token, right)).status).toBe(401);
    const refreshed = await rekey.token({
      grant_type: 'refresh_token',
      client_id: 'default',
      refresh_token: stolen.refresh_token,
    });
    expect(refreshed.body.error).toBe('invalid_grant');
    const told = await who.issuer('POST', 'tokens/diagnose', {
      bearer: await who.management(),
      json: { token: stolen.refresh_token },
    });
    expect(told.body).toMatchObject({ cause: 'revoked_after_guesses', remedy: 'sign_in' });
    // They count like failures of a sign-in, but strangers who cause a wait there do not keep the owner from a new password.
    newHousehold();
    expect((await who.signIn('stolen')).status).toBe(401);
    const changed = await guess(other.access_token, right);
    expect(changed.status).toBe(200);
  });

  test('of twenty attempts of one session at once five are compared, and the session ends', async () => {
    await who.put('burst');
    const bearer = (await who.signIn('burst')).body.access_token;
    const json = { current_password: wrongOne, password: 'what a thief would set' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => who.issuer('PUT', 'password', { bearer, json })),
    );
    const counts = [422, 429, 401].map((wanted) => answers.filter(({ status }) => status === wanted).length);
    expect(counts[0]).toBe(5);
    expect(counts.reduce((sum, count) => sum + count)).toBe(20);
    expect((await who.issuer('GET', 'sessions', { bearer })).status).toBe(401);
  });
});
