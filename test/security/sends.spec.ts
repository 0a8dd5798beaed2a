import { budgets } from '@rekey/limits';
import { people } from '../flows/people.js';
import { unalarmed } from '../flows/policy-file.js';
import { codeIn, newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const never = (): never => {
  throw new Error('no code has arrived');
};

/** The number of messages that anybody can cause. */
describe('limits of codes', () => {
  const rekey = useRekey({
    environment: {
      CODES_PER_CLIENT_PER_10_MINUTES: '64',
      CODES_PER_10_MINUTES: '4000',
      SMS_POLICY_FILE: unalarmed(),
    },
  });
  const who = people(rekey);
  beforeAll(async () => {
    const { clientId, clientSecret } = rekey.settings.management;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const bearer = (await rekey.token(form)).body.access_token;
    const put = (path: string, json: object) =>
      rekey.call('PUT', `${rekey.settings.urls.console}/v1/${path}`, { bearer, json });
    const addresses = [{ kind: 'email', value: 'many@example.com', verified: true }];
    await put('accounts/many', { username: 'many', addresses });
    for (const id of ['third', 'wide', 'patient', 'texted', 'one-net']) await who.put(id);
    await put('clients/noisy', { name: 'Noisy', type: 'public' });
    for (let n = 0; n < 90; n++) {
      const value = `person${n}@example.com`;
      await put(`accounts/person${n}`, { addresses: [{ kind: 'email', value, verified: true }] });
    }
  });
  beforeEach(() => {
    rekey.clock.advance(3_600_000);
  });

  /** Starts, each from another IP of this network; @returns how many codes have arrived in total */
  const requestCodes = async (n: number, of: { to: string; from?: string; as?: string[]; more?: object }) => {
    const answers = new Set<string>();
    for (let at = 0; at < n; at++) {
      newHousehold();
      const identifier = (of.as ?? [of.to])[at % (of.as?.length ?? 1)];
      const answer = await new Story(rekey).start(
        { identifier, ...of.more },
        of.from === undefined ? undefined : { 'x-forwarded-for': `${of.from}${at + 1}` },
      );
      answers.add([answer.status, Object.keys(answer.body), [...answer.headers.keys()]].join(' '));
    }
    await rekey.idle();
    return { arrived: (await rekey.codes(of.to)).length, answers: answers.size };
  };
  const later = () => rekey.clock.advance(budgets.codes.windowMs + 1_000);

  test('an address gets five codes in ten minutes and, by mail, 36 a day, over all its identifiers and sources; responses do not change [ASVS 2.4.1, FP rate-limit]', async () => {
    const all = { to: 'many@example.com', as: ['many', 'many@example.com'] };
    for (let arrived = 5; arrived <= 35; arrived += 5) {
      expect(await requestCodes(7, all)).toEqual({ arrived, answers: 1 });
      later();
    }
    expect((await requestCodes(7, all)).arrived).toBe(36);
    const reasons = await rekey.sql(
      `select reason, count(*)::int as n from messages where state <> 'sent' group by reason order by reason`,
    );
    expect(reasons).toEqual([{ reason: 'limited', n: 20 }]);
  });

  test('a number gets twelve SMS a day, because each costs money', async () => {
    const all = { to: who.phoneOf('texted') };
    expect((await requestCodes(7, all)).arrived).toBe(5);
    later();
    expect((await requestCodes(7, all)).arrived).toBe(10);
    later();
    expect((await requestCodes(7, all)).arrived).toBe(12);
  });

  test.each([
    { what: 'mails', to: 'third@example.com', share: 12, from: '203.0.113.' },
    { what: 'text messages', to: 'one-net', share: 4, from: '203.0.113.' },
    { what: 'mails, from one /48', to: 'wide@example.com', share: 12, from: '2001:db8:7:' },
  ])("one network uses at most a third of an address's day: $what", async ({ to: id, share, from }) => {
    const to = id.includes('@') ? id : who.phoneOf(id);
    for (let rounds = 0; rounds < 4; rounds++) {
      await requestCodes(5, { to, from: from.includes(':') ? `${from}${rounds}::` : from });
      later();
    }
    expect((await rekey.codes(to)).length).toBe(share);
    expect((await requestCodes(1, { to })).arrived).toBe(share + 1);
  });

  test('a network keeps its share when others have used up theirs', async () => {
    const to = 'patient@example.com';
    expect((await requestCodes(5, { to })).arrived).toBe(5);
    expect((await requestCodes(15, { to, from: '198.18.5.' })).arrived).toBe(5);
    later();
    expect((await requestCodes(5, { to, from: '198.18.5.' })).arrived).toBe(10);
  });

  describe('a browser or app that is known for the account', () => {
    const known = async (id: string) => (await who.signIn(id)).body.device_token as string;

    test('gets its codes, short ones, whatever strangers have requested', async () => {
      await who.put('sought');
      const token = await known('sought');
      const to = who.phoneOf('sought');
      const digits = async () => codeIn((await rekey.codes(to))[0] ?? never()).replace(/\s/g, '').length;
      for (let rounds = 0; rounds < 4; rounds++) {
        await requestCodes(6, { to });
        later();
      }
      expect((await rekey.codes(to)).length).toBe(12);
      // Strangers have used up the odds of short codes as well.
      expect(await digits()).toBe(8);
      const own = new Story(rekey);
      newHousehold();
      const { code } = await own.begin(to, to, { device_token: token });
      expect(await digits()).toBe(6);
      expect((await own.prove(code)).status).toBe(200);
    });

    test('has a limit of its own: five in ten minutes', async () => {
      await who.put('eager');
      const more = { device_token: await known('eager') };
      expect((await requestCodes(7, { to: 'eager@example.com', more })).arrived).toBe(5);
      // The limit of strangers is separate.
      expect((await requestCodes(7, { to: 'eager@example.com' })).arrived).toBe(10);
    });

    test('is known for its own account only, and no longer after all sessions were ended', async () => {
      await who.put('victim');
      await who.put('thief');
      const to = 'victim@example.com';
      expect((await requestCodes(7, { to, more: { device_token: await known('thief') } })).arrived).toBe(5);
      const mine = await known('victim');
      expect((await requestCodes(7, { to, more: { device_token: mine } })).arrived).toBe(10);
      const story = new Story(rekey);
      later();
      newHousehold();
      expect((await story.proveBy(to)).status).toBe(200);
      expect((await story.complete()).status).toBe(201);
      later();
      await requestCodes(6, { to });
      const before = (await rekey.codes(to)).length;
      expect((await requestCodes(2, { to, more: { device_token: mine } })).arrived).toBe(before);
    });

    test('stores nothing that links its recoveries', async () => {
      await who.put('private');
      const story = new Story(rekey);
      newHousehold();
      await story.start({ identifier: 'private@example.com', device_token: await known('private') });
      const row = async () =>
        (await rekey.sql('select known_as, source_key from recoveries where id = $1', [story.id]))[0];
      expect(await row()).toEqual({ known_as: [expect.any(Object)], source_key: expect.any(Buffer) });
      expect((await story.cancel()).status).toBe(204);
      expect(await row()).toEqual({ known_as: null, source_key: null });
    });
  });

  test('starts from a /56 are counted together, over all its networks', async () => {
    const start = (at: number) =>
      new Story(rekey).start(
        { identifier: `nobody${at}@example.com` },
        { 'x-forwarded-for': `2001:db8:9:1${(at % 4) + 1}0::1` },
      );
    for (let at = 0; at < 60; at++) expect((await start(at)).status).toBe(202);
    const refused = await start(60);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('ratelimit-policy')).toContain('"starts";q=60');
  });

  test('a client that causes too many codes is limited, alone [ASVS 2.4.1]', async () => {
    for (let n = 0; n < 90; n++) {
      newHousehold();
      const started = await new Story(rekey).start({
        identifier: `person${n}@example.com`,
        client_id: 'noisy',
      });
      expect(started.status).toBe(202);
    }
    await rekey.idle();
    const [row] = await rekey.sql(
      `select count(*) filter (where m.state = 'sent')::int as sent, count(*) filter (where m.reason = 'limited')::int as limited
       from messages m join recoveries r on r.id = m.recovery_id where r.client_id = 'noisy'`,
    );
    expect(row).toEqual({ sent: 64, limited: 26 });
    newHousehold();
    expect((await new Story(rekey).proveBy('ada@example.com')).status).toBe(200);
  });

  test('a retry of a message is not charged again', async () => {
    newHousehold();
    const story = new Story(rekey);
    await story.start({ identifier: 'mei@example.com' });
    await rekey.idle();
    const spent = () =>
      rekey.sql('select key, spent from limit_counters where resets_at > $1 order by key', [
        new Date(rekey.clock.now()),
      ]);
    const before = await spent();
    await rekey.sql(`update messages set state = 'queued', due_at = $2 where recovery_id = $1`, [
      story.id,
      new Date(rekey.clock.now()),
    ]);
    await rekey.idle();
    expect(await rekey.codes('mei@example.com')).toHaveLength(2);
    expect(await spent()).toEqual(before);
  });

  test('a fault after a refused code lets no code out', async () => {
    await who.put('refused');
    const to = 'refused@example.com';
    await requestCodes(5, { to });
    const story = new Story(rekey);
    newHousehold();
    await story.start({ identifier: to });
    await rekey.idle();
    const state = async () =>
      (await rekey.sql('select state, reason from messages where recovery_id = $1', [story.id]))[0];
    expect(await state()).toEqual({ state: 'dropped', reason: 'limited' });
    // As if the courier had been killed before it recorded that.
    await rekey.sql(
      `update messages set state = 'queued', reason = null, due_at = $2 where recovery_id = $1`,
      [story.id, new Date(rekey.clock.now())],
    );
    await rekey.idle();
    expect(await state()).toEqual({ state: 'dropped', reason: 'limited' });
    expect(await rekey.codes(to)).toHaveLength(5);
  });
});
