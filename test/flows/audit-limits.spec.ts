import { people } from './people.js';
import { type Answer, newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

/** What a caller can repeat at will is audited once a window. */
describe('the audit of refusals', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeAll(() => who.put('lea'));

  const network = { 'x-forwarded-for': '2001:db8:77:1::1' };
  const start = () => new Story(rekey).start({ identifier: 'lea@example.com' });
  const signIn = (identifier: string) =>
    who.issuer('POST', 'sessions', { json: { identifier, password: 'wrong' } });
  const resend = () => {
    const story = new Story(rekey);
    const started = story.start({ identifier: 'lea@example.com' });
    return async () => {
      await started;
      return story.resend();
    };
  };
  const guess = () => {
    let story: Story | undefined;
    let left = 0;
    return async () => {
      if (left-- === 0) {
        story = new Story(rekey);
        await story.start({ identifier: 'nobody@example.com' }, network);
        left = 4;
      }
      return (story as Story).prove('00000000', 'code', network);
    };
  };

  test.each<{ policy: string; quota: number; calls: () => (n: number) => Promise<Answer> }>([
    { policy: 'starts', quota: 30, calls: () => start },
    { policy: 'sign-ins', quota: 30, calls: () => (n) => signIn(`nobody-${n}`) },
    { policy: 'failures', quota: 1, calls: () => () => signIn('lea@example.com') },
    { policy: 'failures', quota: 1, calls: () => () => signIn('no-such-person@example.com') },
    { policy: 'resend', quota: 1, calls: resend },
    { policy: 'failed-attempts', quota: 50, calls: guess },
  ])('of $policy: one event for three refusals, at the first of them [AUD-01]', async (row) => {
    const { policy, quota } = row;
    const events = () =>
      rekey.sql(
        `select detail, request_id, source, actor from audit_events
         where event = 'excess_rate_limit_exceeded' and detail->>'policy' = $1 order by id`,
        [policy],
      );
    const before = (await events()).length;
    newHousehold();
    const call = row.calls();
    const refused: Answer[] = [];
    for (let n = 0; refused.length < 3; n++) {
      const answer = await call(n);
      expect(n).toBeLessThan(quota + 10);
      if (answer.status === 429) refused.push(answer);
    }
    const [event, ...more] = (await events()).slice(before);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ detail: { policy, quota }, actor: 'person' });
    expect(event.source).toEqual(expect.any(String));
    // A limit in memory is told of by the attempt that used it up.
    const ids = refused.map(({ headers }) => headers.get('x-request-id'));
    if (policy !== 'failed-attempts') expect(event.request_id).toBe(ids[0]);
    rekey.clock.advance(86_400_000);
  });

  test('of clients: one event for three wrong secrets from one source, none for an id that nobody has', async () => {
    newHousehold();
    const { clientId } = rekey.settings.management;
    const grant = { grant_type: 'client_credentials', client_secret: 'not the secret of this client' };
    for (const client_id of [clientId, 'nobody'])
      for (let n = 0; n < 3; n++) expect((await rekey.token({ ...grant, client_id })).status).toBe(401);
    await rekey.token({ ...grant, client_id: clientId }, network);
    const failed = await rekey.sql(
      `select actor, count(*)::int as n, count(distinct source)::int as sources from audit_events
       where event = 'authn_client_fail' group by 1`,
    );
    expect(failed).toEqual([{ actor: `client:${clientId}`, n: 2, sources: 2 }]);
  });

  test('of steps out of order: one event for three completions of a recovery that proved nothing [AUD-01]', async () => {
    newHousehold();
    const ids: string[] = [];
    for (const identifier of ['lea@example.com', 'nobody@example.com']) {
      const story = new Story(rekey);
      await story.start({ identifier });
      for (let n = 0; n < 3; n++) expect((await story.complete()).body.code).toBe('not_proven');
      ids.push(story.id);
    }
    const early = await rekey.sql(
      `select recovery_id, account_id from audit_events where event = 'sequence_fail' order by at, id`,
    );
    expect(early.map(({ recovery_id }) => recovery_id).sort()).toEqual(ids.sort());
    expect(early.map(({ account_id }) => account_id)).toEqual([null, null]);
  });

  test('of scopes: one event for three refusals of a valid token, none for an invalid one [AUD-04]', async () => {
    const url = `${rekey.settings.urls.console}/v1/accounts/lea`;
    const person = (await who.signIn('lea')).body.access_token;
    const narrow = await who.management('accounts:read');
    const calls: [method: string, bearer: string, status: number, json?: object][] = [
      ['GET', person, 403],
      ['PUT', narrow, 403, {}],
      ['GET', 'no-such-token', 401],
    ];
    for (const [method, bearer, status, json] of calls)
      for (let n = 0; n < 3; n++)
        expect((await rekey.call(method, url, { bearer, json })).status).toBe(status);
    const denied = await rekey.sql(
      `select actor, account_id, detail, source from audit_events where event = 'authz_fail' order by at, id`,
    );
    const source = expect.any(String);
    const both = [
      { actor: 'client:default', account_id: 'lea', detail: { scope: 'accounts:read' }, source },
      { actor: 'client:management', account_id: null, detail: { scope: 'accounts:write' }, source },
    ];
    expect(denied).toHaveLength(2);
    expect(denied).toEqual(expect.arrayContaining(both));
  });
});
