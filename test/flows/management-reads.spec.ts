import { BackOffice, query } from './management-client.js';
import { newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

const uuid = '019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a';

describe('what the management API shows', () => {
  const rekey = useRekey();
  const office = new BackOffice(rekey);
  const { get, events } = office;
  const call = office.call.bind(office);
  const person = office.person.bind(office);

  describe('an account by its identifier', () => {
    beforeAll(async () => {
      const put = await call('PUT', '/v1/accounts/find-me', {
        username: 'find.me',
        addresses: [
          { kind: 'email', value: 'Find.Me@example.com', verified: true },
          { kind: 'phone', value: '+442079460958', verified: true },
          { kind: 'email', value: 'unconfirmed@example.com', verified: false },
        ],
        status: 'disabled',
      });
      expect(put.status).toBe(201);
    });

    test.each([
      [{ identifier: 'find.me@EXAMPLE.com' }, true],
      [{ identifier: ' +44 20 7946 0958 ' }, true],
      [{ identifier: '020 7946 0958', country: 'GB' }, true],
      [{ identifier: 'FIND.ME' }, true],
      [{ identifier: 'find' }, false],
      [{ identifier: 'unconfirmed@example.com' }, false],
    ] as [Record<string, string>, boolean][])('%j', async (identifier, isFound) => {
      const account = (await get('/v1/accounts/find-me')).body;
      const before = (await events('account_looked_up')).length;
      const { status, body } = await get(`/v1/accounts?${query(identifier)}`);
      expect([status, body]).toEqual([200, { accounts: isFound ? [account] : [] }]);
      expect((await events('account_looked_up')).slice(before)).toEqual([
        {
          actor: `client:${rekey.settings.management.clientId}`,
          account_id: isFound ? 'find-me' : null,
          recovery_id: null,
          detail: { found: isFound },
        },
      ]);
    });

    test('a national number without its country is refused', async () => {
      expect((await get('/v1/accounts?identifier=02079460958')).body.code).toBe('country_required');
    });
  });

  test.each([
    ['/v1/accounts', '/identifier'],
    ['/v1/accounts?identifier=', '/identifier'],
    ['/v1/accounts?identifier=a%40b@c', '/identifier'],
    ['/v1/accounts?identifier=a&country=GBR', '/country'],
    ['/v1/accounts?identifier=a&identifier=b', '/identifier'],
    ['/v1/accounts?email=a', '/email'],
    ['/v1/clients?page=2', '/page'],
    ['/v1/recoveries?account=u-1', '/account'],
    ['/v1/recoveries?account_id=a%20b', '/account_id'],
    ['/v1/recoveries?state=open', '/state'],
    ['/v1/recoveries?limit=0', '/limit'],
    ['/v1/recoveries?limit=201', '/limit'],
    ['/v1/recoveries?limit=ten', '/limit'],
    ['/v1/recoveries?cursor=AAAA', '/cursor'],
    ['/v1/recoveries?cursor=%00', '/cursor'],
    ['/v1/audit?recovery_id=1', '/recovery_id'],
    ['/v1/audit?event=recovery', '/event'],
    ['/v1/audit?from=yesterday', '/from'],
    ['/v1/audit?to=2026-11-31T00:00:00Z', '/to'],
    ['/v1/audit?to=2026-11-27', '/to'],
    ['/v1/audit?__proto__=1', '/__proto__'],
    ['/v1/audit/export', '/format'],
    ['/v1/audit/export?format=xlsx', '/format'],
    ['/v1/audit/export?format=csv&limit=1', '/limit'],
  ])('GET %s is refused at %s', async (path, pointer) => {
    const { status, headers, body } = await get(path);
    expect([status, headers.get('content-type'), body.code]).toEqual([
      400,
      'application/problem+json',
      'invalid_request',
    ]);
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  test.each([
    '/v1/recoveries/1',
    `/v1/recoveries/${uuid}`,
    '/v1/audit/1',
    `/v1/audit/${uuid}`,
    '/v1/accounts/nobody/export',
  ])('GET %s is not found', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  test('a recovery is shown with its proofs, its messages, what is missing, and its events, and with no code or address', async () => {
    const address = await person('timeline');
    const story = new Story(rekey);
    const { code } = await story.begin(address);
    await rekey.idle();
    await story.prove('00000000');

    const path = `/v1/recoveries/${story.id}`;
    const started = await get(path);
    expect(started.body).toMatchObject({
      id: story.id,
      account_id: 'timeline',
      client_id: 'default',
      state: 'proving',
      attempts: 1,
      proofs: [],
      missing: { reason: 'proof', methods: ['code'], level: 1 },
      messages: [
        { kind: 'recovery_code', channel: 'email', address: 't***@example.com', state: 'sent', attempts: 1 },
      ],
    });
    const named = (answer: typeof started) => answer.body.events.map(({ event }: { event: string }) => event);
    expect(named(started).sort()).toEqual([
      'recovery_message_sent',
      'recovery_proof_failed',
      'recovery_started',
    ]);

    await story.prove(code);
    expect((await get(path)).body).toMatchObject({
      state: 'proven',
      proofs: [{ kind: 'code', amr: expect.any(String), at: expect.any(String), holds: true }],
      missing: { reason: 'credentials', methods: [] },
    });
    // Its notice is after the code, also in a list by time.
    rekey.clock.advance(1_000);
    const tokens = (await story.complete({ password: 'a sentence of mine' })).body;
    await rekey.idle();
    const completed = await get(path);
    expect(completed.body).toMatchObject({ state: 'completed', password_set: true, attempts: 2 });
    expect(completed.body.missing).toBeUndefined();
    expect(completed.body.messages).toMatchObject([
      { kind: 'recovery_code' },
      { kind: 'recovery_completed', state: 'sent' },
    ]);
    expect(named(completed)).toContain('recovery_looked_up');
    for (const secret of [code, address, story.token, tokens.access_token, tokens.refresh_token])
      expect(completed.text).not.toContain(secret);
    expect(await events('recovery_looked_up')).toContainEqual(
      expect.objectContaining({ account_id: 'timeline', recovery_id: story.id }),
    );
  });

  test('reading an account, its sessions or its recoveries is audited; a reading that finds none is not', async () => {
    await person('read');
    const readings = async () => {
      await get('/v1/accounts/read');
      await get('/v1/accounts/read/tokens');
      await get('/v1/recoveries?account_id=read&limit=1');
      await get('/v1/recoveries?state=held');
      for (const path of ['/v1/accounts/no-one', '/v1/accounts/no-one/tokens', '/v1/accounts/a%20b'])
        expect((await get(path)).status).toBe(404);
      return events('account_looked_up');
    };
    const before = (await events('account_looked_up')).length;
    const actor = `client:${rekey.settings.management.clientId}`;
    expect((await readings()).slice(before)).toEqual(
      ['account', 'sessions', 'recoveries'].map((part) => ({
        actor,
        account_id: 'read',
        recovery_id: null,
        detail: { part },
      })),
    );
  });

  test('the timeline says why a person cannot go on', async () => {
    const address = await person('stuck', { aal: 2 });
    const story = new Story(rekey);
    await story.proveBy(address);
    const path = `/v1/recoveries/${story.id}`;
    expect((await get(path)).body).toMatchObject({
      state: 'proving',
      missing: { reason: 'no_other_proof', methods: [], level: 2 },
    });
    await call('PATCH', '/v1/accounts/stuck', { status: 'disabled' });
    expect((await get(path)).body).toMatchObject({ state: 'stopped' });

    const unknown = new Story(rekey);
    await unknown.start({ identifier: 'nobody-here@example.com' });
    await rekey.idle();
    const { body } = await get(`/v1/recoveries/${unknown.id}`);
    expect(body).toMatchObject({
      missing: { reason: 'proof', methods: ['code', 'backup_code'] },
      messages: [{ state: 'dropped', reason: 'no_account' }],
    });
    expect(body.account_id).toBeUndefined();
  });

  test('recoveries are listed by account and by state, newest first, page by page', async () => {
    const address = await person('listed');
    const stories = [new Story(rekey), new Story(rekey), new Story(rekey)] as const;
    for (const story of stories) {
      newHousehold();
      rekey.clock.advance(61_000);
      await story.begin(address);
    }
    await office.authenticate();
    const [first, second, third] = stories.map(({ id }) => id);
    await stories[0].cancel();
    const ids = async (path: string) => {
      const { status, body } = await get(`/v1/recoveries?${path}`);
      expect(status).toBe(200);
      return body.recoveries.map(({ id }: { id: string }) => id);
    };
    expect(await ids('account_id=listed')).toEqual([third, second, first]);
    expect(await ids('account_id=listed&state=cancelled')).toEqual([first]);
    expect(await ids('state=cancelled&limit=1')).toEqual([first]);
    expect((await ids('state=proving')).slice(0, 2)).toEqual([third, second]);

    const page = (await get('/v1/recoveries?account_id=listed&limit=2')).body;
    expect(await ids(query({ account_id: 'listed', limit: '200', cursor: page.next }))).toEqual([first]);
    const other = await get(`/v1/recoveries?${query({ account_id: 'timeline', cursor: page.next })}`);
    expect([other.status, other.body.errors[0].pointer]).toEqual([400, '/cursor']);
    expect((await get(`/v1/audit?${query({ account_id: 'listed', cursor: page.next })}`)).status).toBe(400);

    // Nothing has swept yet.
    rekey.clock.advance(3_600_000);
    await office.authenticate();
    expect(await ids('account_id=listed&state=proving')).toEqual([]);
    expect(await ids('account_id=listed&state=expired')).toEqual([third, second]);
  });

  test('clients are listed without secrets', async () => {
    for (const id of ['list-a', 'list-b'])
      await call('PUT', `/v1/clients/${id}`, {
        name: id,
        type: 'confidential',
        grants: ['client_credentials'],
      });
    const ids: string[] = [];
    let next: string | undefined;
    do {
      const { body, text } = await get(
        `/v1/clients?${query({ limit: '1', ...(next ? { cursor: next } : {}) })}`,
      );
      expect(text).not.toContain('secret');
      ids.push(...body.clients.map((client: { client_id: string }) => client.client_id));
      next = body.next;
    } while (next);
    expect(ids).toEqual(
      expect.arrayContaining(['default', 'list-a', 'list-b', rekey.settings.management.clientId]),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});
