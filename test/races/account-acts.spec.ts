import { claimsOf, password, people } from '../flows/people.js';
import { type Answer, newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** Every act on an account against itself, as in a double click or a retry: only these responses, and one consistent state. */
describe('the same act five times at once', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const { issuer, signIn, totp } = who;
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const five = <T>(act: (at: number) => Promise<T>) => Promise.all([0, 1, 2, 3, 4].map(act));
  /** The response of the winner; the others must have one of these statuses. */
  const oneOf = (answers: Answer[], status: number, others: number[]): Answer => {
    const statuses = answers.map((answer) => answer.status);
    expect([status, ...others]).toEqual(expect.arrayContaining(statuses));
    expect([statuses, statuses.filter((one) => one === status).length]).toEqual([statuses, 1]);
    return answers.find((answer) => answer.status === status) as Answer;
  };
  const events = async (account: string, event: string): Promise<number> => {
    const text = 'select count(*)::int as n from audit_events where account_id = $1 and event = $2';
    return (await rekey.sql(text, [account, event]))[0].n;
  };
  const bearerOf = async (id: string, more: object = {}): Promise<string> =>
    (await signIn(id, more)).body.access_token;
  /** A sign-in with the app, a minute after the last code. */
  const strong = (id: string, secret: string) => {
    rekey.clock.advance(60_000);
    return signIn(id, { second_factor: { kind: 'totp', value: totp(secret) } });
  };
  const bound = (account: string, kind: string) =>
    rekey.sql(
      'select id from authenticators where account_id = $1 and kind = $2 and bound_at is not null and removed_at is null',
      [account, kind],
    );
  const begin = (bearer: string) => issuer('POST', 'authenticators/totp', { bearer });
  const confirm = (bearer: string, { id, secret }: { id: string; secret: string }) =>
    issuer('POST', `authenticators/${id}/confirm`, { bearer, json: { value: totp(secret) } });

  test("starting an app's binding: the last one can be bound", async () => {
    await who.put('beginner');
    const bearer = await bearerOf('beginner');
    const answers = await five(() => begin(bearer));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    const left = await rekey.sql(`select id, bound_at from authenticators where account_id = 'beginner'`);
    expect(left).toEqual([{ id: expect.any(String), bound_at: null }]);
    const isLeft = ({ body }: Answer) => body.id === left[0].id;
    for (const { body } of answers.filter((answer) => !isLeft(answer)))
      expect((await confirm(bearer, body)).status).toBe(404);
    expect((await confirm(bearer, answers.find(isLeft)?.body)).status).toBe(204);
  });

  test.each([
    ['the first app of an account', false],
    ['an app that replaces another', true],
  ])('confirming an app, %s: it is bound, once', async (_what, another) => {
    const id = `confirmer-${another}`;
    let bearer: string;
    if (another) {
      const { secret } = await who.enrol(id);
      bearer = (await strong(id, secret)).body.access_token;
    } else {
      await who.put(id);
      bearer = await bearerOf(id);
    }
    const { body: app } = await begin(bearer);
    const before = await events(id, 'authenticator_bound');
    // With its first app the account needs more than the session that has bound it.
    oneOf(await five(() => confirm(bearer, app)), 204, another ? [404] : [401, 404]);
    expect(await bound(id, 'totp')).toEqual([{ id: app.id }]);
    expect(await events(id, 'authenticator_bound')).toBe(before + 1);
    expect((await signIn(id)).body.code).toBe('second_factor_required');
    expect((await strong(id, app.secret)).status).toBe(201);
  });

  test('creating backup codes: ten of one set are valid', async () => {
    const { id, secret } = await who.enrol('renewer');
    const bearer = (await strong(id, secret)).body.access_token;
    const sets = await five(() => issuer('POST', 'authenticators/backup_codes', { bearer }));
    expect(sets.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    const left = await bound(id, 'backup_code');
    expect(left).toEqual([{ id: expect.any(String) }]);
    const codes = await rekey.sql('select 1 from backup_codes where authenticator_id = $1', [left[0].id]);
    expect(codes).toHaveLength(10);
    const taken: number[] = [];
    for (const { body } of sets)
      taken.push((await signIn(id, { second_factor: { kind: 'backup_code', value: body.codes[0] } })).status);
    expect(taken.toSorted()).toEqual([201, 401, 401, 401, 401]);
  });

  test('removing an authenticator: it happens once, and sign-in no longer asks for it', async () => {
    const { id, secret } = await who.enrol('remover');
    const bearer = (await strong(id, secret)).body.access_token;
    const [app] = await bound(id, 'totp');
    oneOf(await five(() => issuer('DELETE', `authenticators/${app.id}`, { bearer })), 204, [404]);
    expect(await bound(id, 'totp')).toEqual([]);
    expect(await events(id, 'authenticator_removed')).toBe(1);
    expect((await signIn(id)).status).toBe(201);
  });

  test('changing the password to five others: one works, and one session lives', async () => {
    await who.put('changer');
    const bearer = await bearerOf('changer');
    const wished = (at: number) => `the sentence number ${at} of those that were wished for`;
    const answers = await five((at) =>
      issuer('PUT', 'password', { bearer, json: { current_password: password, password: wished(at) } }),
    );
    const winner = answers.indexOf(oneOf(answers, 200, [401, 422]));
    const alive = await rekey.sql(
      `select id from sessions where account_id = 'changer' and ended_at is null`,
    );
    expect(alive).toEqual([{ id: claimsOf(answers[winner]?.body.access_token).sid }]);
    expect(await events('changer', 'authn_password_change')).toBe(1);
    expect((await signIn('changer')).status).toBe(401);
    for (const at of answers.keys()) {
      // Each failed attempt makes the next one wait.
      rekey.clock.advance(3_600_000);
      expect((await signIn('changer', { password: wished(at) })).status).toBe(at === winner ? 201 : 401);
    }
  });

  test('ending a session: it ends, and another session lives', async () => {
    await who.put('leaver');
    const [gone, other] = [(await signIn('leaver')).body, (await signIn('leaver')).body];
    const { sid } = claimsOf(gone.access_token);
    const answers = await five(() => issuer('DELETE', `sessions/${sid}`, { bearer: other.access_token }));
    oneOf(answers, 204, [404]);
    const refresh = ({ refresh_token }: { refresh_token: string }) =>
      rekey.token({ grant_type: 'refresh_token', client_id: 'default', refresh_token });
    expect([(await refresh(gone)).body.error, (await refresh(other)).status]).toEqual(['invalid_grant', 200]);
  });

  test.each([true, false])(
    'putting an account, its address verified: %s: it is created once',
    async (verified) => {
      const id = `put-${verified}`;
      const bearer = await who.management();
      const url = `${rekey.settings.urls.console}/v1/accounts/${id}`;
      const json = { addresses: [{ kind: 'email', value: `${id}@example.com`, verified }], password };
      oneOf(await five(() => rekey.call('PUT', url, { bearer, json })), 201, [200]);
      const [row] = await rekey.sql(
        `select (select count(*)::int from accounts where id = $1) as accounts,
         (select count(*)::int from addresses where account_id = $1) as addresses`,
        [id],
      );
      expect(row).toEqual({ accounts: 1, addresses: 1 });
      expect([await events(id, 'user_created'), await events(id, 'user_updated')]).toEqual([1, 4]);
    },
  );

  test('putting an account while it is deleted: each answer has the account as it was written', async () => {
    const bearer = await who.management();
    const url = `${rekey.settings.urls.console}/v1/accounts/deleted-and-put`;
    for (let round = 0; round < 10; round++) {
      const acts = await five((at) =>
        Promise.all([
          rekey.call('PUT', url, { bearer, json: { addresses: [], roles: [`role-${at}`] } }),
          rekey.call('DELETE', url, { bearer }),
        ]),
      );
      const put = acts.map(([answer]) => [answer.status < 300, answer.body?.id, answer.body?.roles]);
      expect(put).toEqual([0, 1, 2, 3, 4].map((at) => [true, 'deleted-and-put', [`role-${at}`]]));
    }
  });

  test('deleting an account: it happens once, and its sessions end', async () => {
    await who.put('deleted');
    const session = (await signIn('deleted')).body;
    const bearer = await who.management();
    const url = `${rekey.settings.urls.console}/v1/accounts/deleted`;
    oneOf(await five(() => rekey.call('DELETE', url, { bearer })), 204, [404]);
    expect(await events('deleted', 'user_deleted')).toBe(1);
    expect(await rekey.sql(`select 1 from accounts where id = 'deleted'`)).toEqual([]);
    expect((await issuer('GET', 'sessions', { bearer: session.access_token })).status).toBe(401);
    expect((await signIn('deleted')).status).toBe(401);
  });

  test('allowing a device: it happens once, with one set of tokens', async () => {
    const grant = 'urn:ietf:params:oauth:grant-type:device_code';
    const client = { name: 'TV', type: 'public', grants: [grant, 'refresh_token'], scopes: ['account'] };
    const clientUrl = `${rekey.settings.urls.console}/v1/clients/tv`;
    await rekey.call('PUT', clientUrl, { bearer: await who.management(), json: client });
    await who.put('viewer');
    const begun = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv' }),
    });
    const { device_code, user_code } = (await begun.json()) as Record<string, string>;
    const bearer = await bearerOf('viewer');
    const json = { user_code, decision: 'allow' };
    // The same decision of the same session, sent again, is no other decision.
    const decided = await five(() => issuer('PUT', 'device_codes', { bearer, json }));
    expect(decided.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    expect(await events('viewer', 'device_allowed')).toBe(1);
    const poll = () => rekey.token({ grant_type: grant, device_code: device_code ?? '', client_id: 'tv' });
    oneOf(await five(poll), 200, [400]);
  });

  test("fetching a device's tokens while its account is deleted: the device gets them before or never, without a deadlock", async () => {
    const grant = 'urn:ietf:params:oauth:grant-type:device_code';
    const management = await who.management();
    for (let round = 0; round < 12; round += 1) {
      newHousehold();
      const id = `leaves-${round}`;
      await who.put(id);
      const begun = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
        method: 'POST',
        headers: { 'x-forwarded-for': newHousehold() },
        body: new URLSearchParams({ client_id: 'tv' }),
      });
      const { device_code = '', user_code } = (await begun.json()) as Record<string, string>;
      const json = { user_code, decision: 'allow' };
      const allowed = await issuer('PUT', 'device_codes', { bearer: await bearerOf(id), json });
      const url = `${rekey.settings.urls.console}/v1/accounts/${id}`;
      const [deleted, ...polled] = await Promise.all([
        rekey.call('DELETE', url, { bearer: management }),
        ...[0, 1, 2].map(() => rekey.token({ grant_type: grant, device_code, client_id: 'tv' })),
      ]);
      expect([allowed.status, deleted?.status]).toEqual([204, 204]);
      expect(polled.map(({ status }) => status).filter((status) => ![200, 400].includes(status))).toEqual([]);
      const [alive] = await rekey.sql(
        `select count(*)::int as n from sessions where ended_at is null and (account_id = $1 or account_id is null)`,
        [id],
      );
      expect(alive.n).toBe(0);
    }
  });

  test('starting with one Idempotency-Key: one recovery', async () => {
    const stories = [0, 1, 2, 3, 4].map(() => new Story(rekey));
    const headers = { 'idempotency-key': 'one-of-five-and-long-enough' };
    const answers = await five(async (at) => stories[at]?.start({ identifier: 'five@example.com' }, headers));
    expect(answers.map((answer) => [answer?.status, answer?.body.id])).toEqual(
      Array(5).fill([202, stories[0]?.id]),
    );
    expect(await rekey.sql('select 1 from messages where recovery_id = $1', [stories[0]?.id])).toHaveLength(
      1,
    );
    const [row] = await rekey.sql('select count(*)::int as n from recoveries');
    expect(row.n).toBe(1);
  });

  test('cancelling a recovery: it happens once, and the others learn that it is cancelled', async () => {
    for (let round = 0; round < 10; round++) {
      const story = new Story(rekey);
      await story.start({ identifier: `cancels-${round}@example.com` });
      const answers = await five(() => story.cancel());
      oneOf(answers, 204, [410]);
      const states = answers.filter(({ status }) => status === 410).map(({ body }) => body.state);
      expect(states).toEqual(Array(4).fill('cancelled'));
    }
  });
});
