import { jest } from '@jest/globals';
import {
  type Client,
  type ClientOptions,
  createClient,
  keyValueStorage,
  memoryStorage,
  RekeyFault,
  type StoredTokens,
} from '@rekey/client';
import { password, people } from './people.js';
import { newHousehold, type Rekey, startRekey, until } from './rekey.js';
import { type ResourceServer, startResourceServer } from './resource-server.js';

/** What goes wrong around the SDK, against the real issuer: a request to it may be held, lost or answered by somebody else. */
describe('the client, when things go wrong', () => {
  let rekey: Rekey;
  let who: ReturnType<typeof people>;
  let api: ResourceServer;
  let renewals: number;
  /** What happens to a renewal instead of, or around, being sent. */
  let meddle: (send: () => Promise<Response>) => Promise<Response>;
  const through: typeof meddle = (send) => send();
  beforeAll(async () => {
    rekey = await startRekey();
    who = people(rekey);
    api = await startResourceServer(rekey, who);
  }, 30_000);
  afterAll(async () => {
    api.close();
    await rekey.close();
  });
  beforeEach(() => {
    household = newHousehold();
    rekey.clock.advance(3_600_000);
    api.seen.length = 0;
    renewals = 0;
    meddle = through;
  });

  let household = '';
  const send: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set('x-forwarded-for', household);
    const go = () => fetch(input, { ...init, headers });
    if (!String(input).endsWith('/oauth2/token')) return go();
    renewals += 1;
    return meddle(go);
  };
  const open = (more: Partial<ClientOptions> = {}): Client =>
    createClient({
      issuer: rekey.settings.urls.issuer,
      recovery: rekey.settings.urls.recovery,
      resources: [api.url],
      fetch: send,
      now: () => rekey.clock.now(),
      sleep: () => new Promise((resolve) => setTimeout(resolve, 5)),
      ...more,
    });
  const signIn = (client: Client, id: string) => client.signIn({ identifier: `${id}@example.com`, password });
  const signedIn = async (id: string, more: Partial<ClientOptions> = {}) => {
    await who.put(id);
    const client = open(more);
    await signIn(client, id);
    return client;
  };
  const ask = async (client: Client, init?: RequestInit) =>
    (await client.fetch(`${api.url}/me`, init)).status;
  /** One store that two tabs share. */
  const tabs = () => {
    const kept = new Map<string, string>();
    const store = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    };
    return () => keyValueStorage(store, `rekey ${household}`);
  };
  const away = () => Promise.reject(new TypeError('fetch failed'));
  /** Sees to it that no session is left at the issuer that the token could be of. */
  const isDead = async (tokens: StoredTokens | undefined) =>
    (
      await rekey.token({
        grant_type: 'refresh_token',
        refresh_token: tokens?.refresh_token ?? '',
        client_id: 'default',
      })
    ).body.error === 'invalid_grant';

  test('a 401 for a token that another tab has replaced meanwhile renews nothing', async () => {
    const storage = tabs();
    const one = await signedIn('replaced', { storage: storage() });
    const other = open({ storage: storage() });
    const tokens = (await storage().load()) as StoredTokens;
    await storage().save({ ...tokens, access_token: 'old' });
    let gone: (() => void) | undefined;
    const late = open({
      storage: storage(),
      fetch: async (input, init) => {
        const answer = await send(input, init);
        // The answer is on its way while the other tab renews.
        if (answer.status === 401 && !gone)
          await new Promise<void>((resolve) => {
            gone = resolve;
          });
        return answer;
      },
    });
    const slow = ask(late);
    await until('the 401', async () => gone);
    expect(await ask(other)).toBe(200);
    expect(renewals).toBe(1);
    gone?.();
    expect(await slow).toBe(200);
    expect(await ask(one)).toBe(200);
    expect(renewals).toBe(1);
  });

  test('who signs out in one tab while another renews is signed out, here and at the issuer', async () => {
    const storage = tabs();
    const one = await signedIn('out', { storage: storage() });
    const other = open({ storage: storage() });
    rekey.clock.advance(500_000);
    let answered: Response | undefined;
    meddle = async (go) => {
      answered = await go();
      await other.signOut();
      return answered.clone();
    };
    await expect(ask(one)).rejects.toMatchObject({ code: 'signed_out' });
    expect(await storage().load()).toBeUndefined();
    expect(await isDead((await answered?.json()) as StoredTokens)).toBe(true);
  });

  test('who signs in anew while a renewal is under way keeps the new session', async () => {
    const storage = tabs();
    const one = await signedIn('anew', { storage: storage() });
    rekey.clock.advance(500_000);
    meddle = async (go) => {
      meddle = through;
      const answer = await go();
      await signIn(one, 'anew');
      return answer;
    };
    expect(await ask(one)).toBe(200);
    const kept = await storage().load();
    expect(api.seen.at(-1)?.authorization).toBe(`Bearer ${kept?.access_token}`);
    expect(kept?.received_at).toBe(rekey.clock.now());
    rekey.clock.advance(500_000);
    expect(await ask(one)).toBe(200);
  });

  test('past 80 % and the issuer away: the token is used as long as it lives', async () => {
    const client = await signedIn('old');
    meddle = away;
    rekey.clock.advance(590_000);
    expect(await ask(client)).toBe(200);
    expect(renewals).toBe(1);
    meddle = async () => new Response('busy', { status: 503 });
    expect(await ask(client)).toBe(200);
    rekey.clock.advance(20_000);
    const waits = ask(client);
    await until('a few tries', async () => (renewals > 4 ? true : undefined));
    meddle = through;
    expect(await waits).toBe(200);
  });

  test('429 with Retry-After: waits that long', async () => {
    const pauses: number[] = [];
    const client = await signedIn('limited', {
      sleep: async (ms) => {
        pauses.push(ms);
        meddle = through;
      },
    });
    rekey.clock.advance(700_000);
    meddle = async () => new Response('{}', { status: 429, headers: { 'retry-after': '17' } });
    expect(await ask(client)).toBe(200);
    expect(pauses).toEqual([17_000]);
  });

  test('a signal that is aborted ends the waiting, for that request alone', async () => {
    const client = await signedIn('signal');
    rekey.clock.advance(700_000);
    meddle = away;
    const left = new AbortController();
    const first = ask(client, { signal: left.signal });
    const request = new Request(`${api.url}/me`, { signal: left.signal });
    const second = client.fetch(request);
    const stays = ask(client);
    await until('some tries', async () => (renewals > 2 ? true : undefined));
    left.abort(new Error('closed by hand'));
    await expect(first).rejects.toThrow('closed by hand');
    await expect(second).rejects.toThrow();
    meddle = through;
    expect(await stays).toBe(200);
    await expect(ask(client, { signal: left.signal })).rejects.toThrow('closed by hand');
  });

  test('an answer that is lost on the way is asked for again', async () => {
    const client = await signedIn('lost');
    rekey.clock.advance(700_000);
    meddle = async (go) => {
      await go();
      meddle = through;
      return away();
    };
    expect(await ask(client)).toBe(200);
    expect(renewals).toBe(2);
    rekey.clock.advance(500_000);
    expect(await ask(client)).toBe(200);
  });

  test('no answer within six seconds is none', async () => {
    const client = await signedIn('hangs');
    rekey.clock.advance(700_000);
    const asked: number[] = [];
    const clock = jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      asked.push(ms);
      return AbortSignal.abort();
    });
    meddle = (go) => {
      if (renewals === 3) clock.mockRestore();
      return go();
    };
    try {
      expect(await ask(client)).toBe(200);
    } finally {
      clock.mockRestore();
    }
    expect(asked.slice(0, 2)).toEqual([6_000, 6_000]);
    expect(renewals).toBeGreaterThan(2);
  });

  test.each<[string, () => Response, string]>([
    [
      'a sign-in page of the hotel',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'bad_answer',
    ],
    ['something without a token', () => Response.json({ hello: 1 }), 'bad_answer'],
    ['nothing', () => new Response(''), 'bad_answer'],
    ['another address', () => Response.redirect('https://elsewhere.example/', 307), 'redirected'],
    [
      'a client that it does not know',
      () => Response.json({ error: 'invalid_client' }, { status: 401 }),
      'invalid_client',
    ],
  ])('%s instead of tokens is said, and ends no session', async (_what, answer, code) => {
    const causes: unknown[] = [];
    const client = await signedIn('garbage', { onRecovery: (cause) => causes.push(cause) });
    rekey.clock.advance(700_000);
    meddle = async () => answer();
    const fault = await ask(client).catch((thrown: unknown) => thrown as RekeyFault);
    expect(fault).toBeInstanceOf(RekeyFault);
    expect(fault).toMatchObject({ code });
    if (code !== 'invalid_client')
      expect((fault as RekeyFault).message).toContain(`${rekey.settings.urls.issuer}/oauth2/token`);
    meddle = through;
    expect(await ask(client)).toBe(200);
    expect(causes).toEqual([]);
  });

  test('an answer without expires_in or refresh_token (RFC 6749 §5.1, §6) is a good one', async () => {
    const client = await signedIn('sparse');
    rekey.clock.advance(700_000);
    meddle = async (go) => {
      const { expires_in: _none, refresh_token: _kept, ...sparse } = await (await go()).json();
      return Response.json(sparse);
    };
    expect(await Promise.all([ask(client), ask(client)])).toEqual([200, 200]);
    rekey.clock.advance(5_000);
    expect(await ask(client)).toBe(200);
    expect(renewals).toBe(1);
    meddle = through;
    rekey.clock.advance(250_000);
    await ask(client).catch(() => undefined);
    expect(renewals).toBe(2);
  });

  test('storage that takes nothing: this page goes on', async () => {
    const inner = memoryStorage();
    let full = false;
    const client = await signedIn('full', {
      storage: {
        load: () => inner.load(),
        save: (tokens) => {
          if (full) throw new Error('QuotaExceededError');
          return inner.save(tokens);
        },
      },
    });
    full = true;
    for (let n = 1; n < 4; n++) {
      rekey.clock.advance(500_000);
      expect(await ask(client)).toBe(200);
      expect(renewals).toBe(n);
    }
    await client.signOut();
    expect(await client.isSignedIn()).toBe(false);
  });

  test('storage that cannot be read is no sign-out', async () => {
    const asked = jest.fn();
    const client = open({
      onRecovery: asked,
      storage: keyValueStorage({
        getItem: () => Promise.reject(new Error('the disk is busy')),
        setItem: () => undefined,
        removeItem: () => undefined,
      }),
    });
    await expect(ask(client)).rejects.toThrow('the disk is busy');
    expect(asked).not.toHaveBeenCalled();
  });

  test('a clock that goes back by a day renews; one that jumps ahead, as after a sleep, too', async () => {
    let skew = 0;
    const client = await signedIn('clock', { now: () => rekey.clock.now() + skew });
    for (const by of [-86_400_000, 86_400_000]) {
      skew += by;
      renewals = 0;
      expect([await ask(client), await ask(client), renewals]).toEqual([200, 200, 1]);
    }
  });

  test('a redirect to another origin does not take the token along', async () => {
    const other = await startResourceServer(rekey, who);
    try {
      const client = await signedIn('redirect');
      const answer = await client.fetch(`${api.url}/to?${encodeURIComponent(`${other.url}/me`)}`);
      expect(answer.url).toBe(`${other.url}/me`);
      expect(api.seen[0]?.authorization).toMatch(/^Bearer ey/);
      expect(new Set(other.seen.map(({ authorization }) => authorization))).toEqual(new Set(['']));
    } finally {
      other.close();
    }
  });
});
