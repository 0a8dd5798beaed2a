import { type AppProcess, startApp } from '../deployed/app-process.js';
import { people } from '../flows/people.js';
import { newHousehold, useRekey } from '../flows/rekey.js';

/** Refresh tokens that come at once, too late, or again: no person is signed out by chance, and a thief is. */
describe('refresh tokens under races and replays', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let replicas: [AppProcess, AppProcess];
  beforeAll(async () => {
    await who.put('ann');
    replicas = await Promise.all([startApp('issuer', rekey), startApp('issuer', rekey)]);
  });
  beforeEach(() => {
    newHousehold();
  });

  const begin = async (): Promise<{ refresh: string; access: string; family: string }> => {
    const { refresh_token: refresh, access_token: access } = (await who.signIn('ann')).body;
    const family = JSON.parse(Buffer.from(access.split('.')[1], 'base64url').toString()).sid;
    return { refresh, access, family };
  };
  const refresh = (token: string, more: Record<string, string> = {}, source = '198.51.100.7') =>
    rekey.token(
      { grant_type: 'refresh_token', refresh_token: token, ...more },
      { 'x-forwarded-for': source },
    );
  /** Sends to one of the two processes, whose clocks run. */
  const refreshAt = async (at: number, token: string): Promise<string> => {
    const answer = await fetch(`${replicas[at % 2]?.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()).refresh_token;
  };
  const times = <T>(n: number, work: (at: number) => Promise<T>) =>
    Promise.all(Array.from({ length: n }, (_, at) => work(at)));
  const tokensOf = async (family: string) => {
    const [row] = await rekey.sql(
      `select count(*)::int as all, count(*) filter (where replaced_at is null)::int as living from refresh_tokens where session_id = $1`,
      [family],
    );
    return row as { all: number; living: number };
  };
  const endOf = async (family: string) =>
    (await rekey.sql('select end_reason, ended_at from sessions where id = $1', [family]))[0];
  const reuses = (family: string) =>
    rekey.sql(
      `select actor, at, account_id, detail from audit_events where event = 'authn_token_reuse' and detail->>'session' = $1`,
      [family],
    );
  const isActive = async (token: string) => {
    const { clientId: client_id, clientSecret: client_secret } = rekey.settings.management;
    const body = new URLSearchParams({ token, client_id, client_secret });
    const answer = await fetch(`${rekey.settings.urls.issuer}/oauth2/introspect`, { method: 'POST', body });
    return (await answer.json()).active as boolean;
  };

  test('20 refreshes at once through two processes, ten times: one successor each time, and one active token [RFC9700 2.2.2, RFC9700 4.14.2]', async () => {
    const { refresh: first, family } = await begin();
    let token = first;
    for (let round = 1; round <= 10; round++) {
      const successors = new Set(await times(20, (at) => refreshAt(at, token)));
      expect(successors.size).toBe(1);
      [token = ''] = successors;
      expect(await tokensOf(family)).toEqual({ all: round + 1, living: 1 });
    }
    expect(await endOf(family)).toEqual({ end_reason: null, ended_at: null });
    expect(await reuses(family)).toEqual([]);
  });

  test('two independent tabs, each with its latest token: no sign-out, and both end with the same token', async () => {
    const { refresh: first, family } = await begin();
    const last = await times(2, async (tab) => {
      let token = first;
      // One tab is three times as busy as the other, and each uses both processes.
      for (let n = 0; n < (tab === 0 ? 30 : 10); n++) token = await refreshAt(tab + n, token);
      return token;
    });
    const ends = await Promise.all(last.map((token, at) => refreshAt(at, token)));
    expect(await tokensOf(family)).toMatchObject({ living: 1 });
    expect(await endOf(family)).toEqual({ end_reason: null, ended_at: null });
    // In sequence: at once, the second could get the token that was active before the first response.
    const one = await refreshAt(0, ends[0] as string);
    const other = await refreshAt(1, ends[1] as string);
    // Either the second sent a rotated token and got the active one, or it had the active one itself and the first follows it.
    expect(one === other ? one : await refreshAt(0, one)).toBe(other);
  });

  test('a retry after 9.9 s gets the same successor; after 10.1 s it ends the session: who, when and from where is audited [RFC9700 4.14.2]', async () => {
    const { refresh: first, access, family } = await begin();
    const next = (await refresh(first)).body;
    rekey.clock.advance(9_900);
    expect((await refresh(first)).body.refresh_token).toBe(next.refresh_token);
    expect(await reuses(family)).toEqual([]);
    rekey.clock.advance(200);
    const late = await refresh(first, {}, '203.0.113.9');
    expect([late.status, late.body.error]).toEqual([400, 'invalid_grant']);
    const at = new Date(rekey.clock.now());
    expect(await endOf(family)).toEqual({ end_reason: 'reuse', ended_at: at });
    expect(await reuses(family)).toEqual([
      {
        actor: 'client:default',
        at,
        account_id: 'ann',
        detail: { session: family, reason: 'reuse', source: '203.0.113.9' },
      },
    ]);
    expect([
      await isActive(access),
      await isActive(next.access_token),
      await isActive(next.refresh_token),
    ]).toEqual([false, false, false]);
    expect((await refresh(next.refresh_token)).body.error).toBe('invalid_grant');
    const bearer = await who.management();
    const told = await who.issuer('POST', 'tokens/diagnose', { bearer, json: { token: next.refresh_token } });
    expect(told.body).toMatchObject({
      cause: 'replayed',
      remedy: 'sign_in',
      evidence: { revoked_at: at.toISOString(), revoked_by: 'client:default', revoked_from: '203.0.113.9' },
    });
  });

  test('a retry after its successor was used gets the active token within ten seconds; later it is theft', async () => {
    const { refresh: first, family } = await begin();
    const second = (await refresh(first)).body.refresh_token;
    rekey.clock.advance(3_000);
    const third = (await refresh(second)).body.refresh_token;
    rekey.clock.advance(3_000);
    // The second would be rotated out when the slower tab uses it, which would sign its person out.
    expect((await refresh(first)).body.refresh_token).toBe(third);
    rekey.clock.advance(600_000);
    expect((await refresh(third)).status).toBe(200);
    expect((await refresh(second)).body.error).toBe('invalid_grant');
    expect(await endOf(family)).toMatchObject({ end_reason: 'reuse' });
  });

  test('a refresh with too wide a scope is refused, and the token stays valid', async () => {
    const { refresh: first, family } = await begin();
    for (const scope of ['account admin', 'ac\0count', '"'])
      expect((await refresh(first, { scope })).body.error).toBe('invalid_scope');
    rekey.clock.advance(60_000);
    const narrowed = await refresh(first, { scope: 'account' });
    expect([narrowed.status, narrowed.body.scope]).toEqual([200, 'account']);
    expect(await endOf(family)).toEqual({ end_reason: null, ended_at: null });
  });

  test("a refresh by another client is refused, and the owner's token stays valid [RFC9700 2.2.2]", async () => {
    const { refresh: first, family } = await begin();
    const url = `${rekey.settings.urls.console}/v1/clients/other`;
    const json = { name: 'Other', type: 'public', grants: ['refresh_token'] };
    await rekey.call('PUT', url, { bearer: await who.management(), json });
    expect((await refresh(first, { client_id: 'other' })).body.error).toBe('invalid_grant');
    await refresh(first);
    rekey.clock.advance(60_000);
    expect((await refresh(first, { client_id: 'other' })).body.error).toBe('invalid_grant');
    expect(await endOf(family)).toEqual({ end_reason: null, ended_at: null });
  });

  test('a thief who replays twenty times ends the session once, and no token of it stays active', async () => {
    for (let round = 0; round < 10; round++) {
      newHousehold();
      const { refresh: stolen, family } = await begin();
      const mine = (await refresh(stolen)).body.refresh_token;
      rekey.clock.advance(10_001);
      const [owner] = await Promise.all([refresh(mine), times(20, () => refresh(stolen))]);
      expect([200, 400]).toContain(owner.status);
      expect(await reuses(family)).toHaveLength(1);
      for (const token of [mine, owner.body.refresh_token, owner.body.access_token].filter(Boolean))
        expect(await isActive(token)).toBe(false);
      const after = await refresh(owner.body.refresh_token ?? mine);
      expect(after.body.error).toBe('invalid_grant');
    }
  });
});
