import { request } from 'node:http';
import { aboutSession, type Completed, lostAnswers, newKey } from './lost-answers.js';
import { stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

/** The response to a completion is lost: a repeat with the same key heals it, for the same caller only, and grants nothing twice. */
describe('a completion whose response was lost', () => {
  const rekey = useRekey();
  const who = lostAnswers(rekey);

  test('the repeat gets fresh tokens of the same session, those of the lost response end, and nothing else happens twice', async () => {
    const password = { password: 'a sentence of the person who lost an answer' };
    const { story, headers, answer } = await who.completed('ann', password);
    await rekey.idle();
    const before = await rekey.sql(
      'select password_hash, known_browsers_epoch, (select count(*) from messages where recovery_id = $1) from accounts where id = $2',
      [story.id, 'ann'],
    );
    rekey.clock.advance(599_000);
    const again = await story.complete(password, headers);
    expect(again.status).toBe(201);
    expect(aboutSession(again)).toEqual(aboutSession(answer));
    expect(again.body).toEqual({
      ...answer.body,
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      device_token: expect.any(String),
    });
    expect(again.body.access_token).not.toBe(answer.body.access_token);

    expect(await who.refresh(answer.body.refresh_token)).toMatchObject({ status: 400 });
    expect(await who.isActive(answer.body.access_token)).toBe(false);
    const diagnosed = await who.issuer('POST', 'tokens/diagnose', {
      bearer: await who.management(),
      json: { token: answer.body.access_token },
    });
    expect(diagnosed.body).toMatchObject({ cause: 'retired' });
    expect(await who.alive('ann')).toMatchObject([{ recovery_id: story.id, tokens: 1 }]);
    expect(await who.isActive(again.body.access_token)).toBe(true);
    expect(await who.refresh(again.body.refresh_token)).toMatchObject({ status: 200 });

    await rekey.idle();
    const after = await rekey.sql(
      'select password_hash, known_browsers_epoch, (select count(*) from messages where recovery_id = $1) from accounts where id = $2',
      [story.id, 'ann'],
    );
    expect(after).toEqual(before);
    const events = await rekey.sql(
      `select event, actor, account_id, detail from audit_events where recovery_id = $1 and event = 'authn_token_reissued'`,
      [story.id],
    );
    expect(events).toEqual([
      {
        event: 'authn_token_reissued',
        actor: 'client:default',
        account_id: 'ann',
        detail: { session: aboutSession(answer).sid },
      },
    ]);
  });

  test('a response that is lost again is repeated again', async () => {
    const { story, headers, answer } = await who.completed('bea');
    const second = await story.complete({}, headers);
    const third = await story.complete({}, headers);
    expect([second.status, third.status]).toEqual([201, 201]);
    for (const lost of [answer, second]) {
      expect((await who.refresh(lost.body.refresh_token)).status).toBe(400);
      expect(await who.isActive(lost.body.access_token)).toBe(false);
    }
    expect(await who.isActive(third.body.refresh_token)).toBe(true);
  });

  test('a client that hangs up before the response gets its credentials by a repeat', async () => {
    const story = await who.proven('cal');
    const headers = newKey();
    const url = `${rekey.settings.urls.recovery}/v1/recoveries/${story.id}/credentials`;
    const lost = request(url, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${story.token}`, 'content-type': 'application/json' },
    });
    // Received by this process, and never by the client.
    lost.on('response', (response) => response.destroy());
    lost.on('error', () => undefined);
    lost.end('{}');
    lost.on('socket', (socket) => socket.once('data', () => socket.destroy()));
    await until('the completion', async () => {
      const [row] = await rekey.sql('select completed_at from recoveries where id = $1', [story.id]);
      return row.completed_at ?? undefined;
    });
    const again = await story.complete({}, headers);
    expect(again.status).toBe(201);
    expect(await who.isActive(again.body.access_token)).toBe(true);
    expect(await who.alive('cal')).toMatchObject([{ recovery_id: story.id, tokens: 1 }]);
  });

  const closed = { status: 410, code: 'recovery_closed' };
  test.each<[what: string, meanwhile: (lost: Completed) => Promise<unknown>, wanted?: object, body?: object]>(
    [
      ['with another key', async (lost) => Object.assign(lost, { headers: newKey() })],
      ['without a key', async (lost) => Object.assign(lost, { headers: {} })],
      [
        'with another body',
        async () => undefined,
        { status: 422, code: 'idempotency_key_reused' },
        { password: 'another sentence, of somebody else' },
      ],
      ['ten minutes later', async () => rekey.clock.advance(600_000)],
      ['after a refresh', ({ answer }) => who.refresh(answer.body.refresh_token)],
      ['after the access token was introspected', ({ answer }) => who.isActive(answer.body.access_token)],
      ['after the refresh token was introspected', ({ answer }) => who.isActive(answer.body.refresh_token)],
      [
        'after the person listed their sessions',
        ({ answer }) => who.issuer('GET', 'sessions', { bearer: answer.body.access_token }),
      ],
      [
        'after the session was ended by its client',
        ({ answer }) =>
          fetch(`${rekey.settings.urls.issuer}/oauth2/revoke`, {
            method: 'POST',
            body: new URLSearchParams({ token: answer.body.refresh_token, client_id: 'default' }),
          }),
      ],
      [
        'after the owner stopped it',
        async ({ story }) => {
          const told = await until('the notification', async () =>
            (await rekey.messages('dee@example.com')).find(({ text }) => /\/stop\?token=/.test(text)),
          );
          expect((await story.stop(stopTokenIn(told))).status).toBe(204);
        },
        { ...closed, state: 'stopped' },
      ],
      ['after the account was disabled', () => who.put('dee', { status: 'disabled' })],
      [
        'after the account was disabled and enabled',
        async () => {
          await who.put('dee', { status: 'disabled' });
          await who.put('dee');
        },
      ],
      [
        'after the account was created anew under its id',
        async () => {
          const url = `${rekey.settings.urls.console}/v1/accounts/dee`;
          expect((await rekey.call('DELETE', url, { bearer: await who.management() })).status).toBe(204);
          await who.put('dee');
        },
      ],
      [
        'after the address that was proved was removed',
        () => who.put('dee', { addresses: [{ kind: 'phone', value: '+12025559999', verified: true }] }),
      ],
      [
        'after management set a password',
        () => who.put('dee', { password: 'a sentence that management chose' }),
      ],
      [
        'after the account got a second factor',
        () => rekey.sql(`update accounts set aal = 2 where id = 'dee'`),
      ],
      [
        'after another recovery of the account was stopped',
        () =>
          rekey.sql(`update accounts set stopped_at = $1 where id = 'dee'`, [new Date(rekey.clock.now())]),
      ],
    ],
  )('no repeat %s', async (_what, meanwhile, wanted = closed, body = {}) => {
    await rekey.sql(`update accounts set aal = 1, stopped_at = null where id = 'dee'`);
    const lost = await who.completed('dee');
    await meanwhile(lost);
    const living = await who.alive('dee');
    const again = await lost.story.complete(body, lost.headers);
    expect({ ...again.body, status: again.status }).toMatchObject(wanted);
    expect(again.body.access_token).toBeUndefined();
    // It did not touch what lives either.
    expect(await who.alive('dee')).toEqual(living);
  });

  test('the refusal of a completed recovery says when it was completed and what to do', async () => {
    const { story } = await who.completed('eve');
    const completedAt = new Date(rekey.clock.now()).toISOString();
    rekey.clock.advance(5_000);
    const refused = await story.complete();
    expect(refused.status).toBe(410);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.body).toMatchObject({
      code: 'recovery_closed',
      state: 'completed',
      completed_at: completedAt,
      remedies: ['sign_in', 'recover'],
      detail: expect.stringContaining(completedAt),
    });
    const cancelled = new Story(rekey);
    await cancelled.start({ identifier: 'nobody@example.com' });
    await cancelled.cancel();
    expect((await cancelled.complete()).body).toMatchObject({ state: 'cancelled', remedies: ['recover'] });
  });

  test('the token of another recovery repeats nothing', async () => {
    const { story, headers } = await who.completed('fay');
    const other = new Story(rekey);
    await other.start({ identifier: 'nobody@example.com' });
    const stolen = await story.on('POST', '/credentials', { json: {}, headers, bearer: other.token });
    expect(stolen.status).toBe(404);
  });

  test('a key is no way around what a first completion needs', async () => {
    const story = new Story(rekey);
    await story.start({ identifier: 'nobody@example.com' });
    const headers = newKey();
    for (const _ of [1, 2])
      expect((await story.complete({}, headers)).body).toMatchObject({ code: 'not_proven' });
    const proven = await who.proven('gil');
    expect((await proven.complete({ password: 'short' }, headers)).body.code).toBe('password_refused');
    expect((await proven.complete({ password: 'long enough for anybody here' }, headers)).status).toBe(201);
  });
});
