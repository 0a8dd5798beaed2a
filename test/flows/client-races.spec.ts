import { jest } from '@jest/globals';
import { keyValueStorage, memoryStorage, type StoredTokens } from '@rekey/client';
import { ClientStage, useClientStage } from './client-stage.js';
import { people } from './people.js';
import { until, useRekey } from './rekey.js';
import { startResourceServer } from './resource-server.js';

/** Races among tabs, storage and signals, against the real issuer. */
describe('the client in several tabs', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const stage = useClientStage(rekey, who);
  beforeEach(() => stage.next());

  /** Checks that the issuer has no active session for this token. */
  const isDead = async (tokens: StoredTokens | undefined) =>
    (
      await rekey.token({
        grant_type: 'refresh_token',
        refresh_token: tokens?.refresh_token ?? '',
        client_id: 'default',
      })
    ).body.error === 'invalid_grant';

  test('a 401 for a token that another tab has replaced causes no renewal', async () => {
    const storage = stage.tabs();
    const one = await stage.signedIn('replaced', { storage: storage() });
    const other = stage.open({ storage: storage() });
    const tokens = (await storage().load()) as StoredTokens;
    await storage().save({ ...tokens, access_token: 'old' });
    let gone: (() => void) | undefined;
    const late = stage.open({
      storage: storage(),
      fetch: async (input, init) => {
        const answer = await stage.send(input, init);
        // The response is on its way while the other tab renews.
        if (answer.status === 401 && !gone)
          await new Promise<void>((resolve) => {
            gone = resolve;
          });
        return answer;
      },
    });
    const slow = stage.ask(late);
    await until('the 401', async () => gone);
    expect(await stage.ask(other)).toBe(200);
    expect(stage.renewals).toBe(1);
    gone?.();
    expect(await slow).toBe(200);
    expect(await stage.ask(one)).toBe(200);
    expect(stage.renewals).toBe(1);
  });

  test('a sign-out in one tab wins over a renewal in another, here and at the issuer', async () => {
    const storage = stage.tabs();
    const one = await stage.signedIn('out', { storage: storage() });
    const other = stage.open({ storage: storage() });
    rekey.clock.advance(500_000);
    let answered: Response | undefined;
    stage.meddle = async (go) => {
      answered = await go();
      await other.signOut();
      return answered.clone();
    };
    await expect(stage.ask(one)).rejects.toMatchObject({ code: 'signed_out' });
    expect(await storage().load()).toBeUndefined();
    expect(await isDead((await answered?.json()) as StoredTokens)).toBe(true);
  });

  test('a sign-in during a renewal keeps the new session', async () => {
    const storage = stage.tabs();
    const one = await stage.signedIn('anew', { storage: storage() });
    rekey.clock.advance(500_000);
    stage.meddle = async (go) => {
      stage.meddle = ClientStage.through;
      const answer = await go();
      await stage.signIn(one, 'anew');
      return answer;
    };
    expect(await stage.ask(one)).toBe(200);
    const kept = await storage().load();
    expect(stage.api.seen.at(-1)?.authorization).toBe(`Bearer ${kept?.access_token}`);
    expect(kept?.received_at).toBe(rekey.clock.now());
    rekey.clock.advance(500_000);
    expect(await stage.ask(one)).toBe(200);
  });

  test('an aborted signal ends the waiting of that request alone', async () => {
    const client = await stage.signedIn('signal');
    rekey.clock.advance(700_000);
    stage.meddle = ClientStage.away;
    const left = new AbortController();
    const first = stage.ask(client, { signal: left.signal });
    const request = new Request(`${stage.api.url}/me`, { signal: left.signal });
    const second = client.fetch(request);
    const stays = stage.ask(client);
    await until('some tries', async () => (stage.renewals > 2 ? true : undefined));
    left.abort(new Error('closed by hand'));
    await expect(first).rejects.toThrow('closed by hand');
    await expect(second).rejects.toThrow();
    stage.meddle = ClientStage.through;
    expect(await stays).toBe(200);
    await expect(stage.ask(client, { signal: left.signal })).rejects.toThrow('closed by hand');
  });

  test('storage that refuses to save does not stop the current page', async () => {
    const inner = memoryStorage();
    let full = false;
    const client = await stage.signedIn('full', {
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
      expect(await stage.ask(client)).toBe(200);
      expect(stage.renewals).toBe(n);
    }
    await client.signOut();
    expect(await client.isSignedIn()).toBe(false);
  });

  test('storage that fails to load is a fault, and asks for no recovery', async () => {
    const asked = jest.fn();
    const client = stage.open({
      onRecovery: asked,
      storage: keyValueStorage({
        getItem: () => Promise.reject(new Error('the disk is busy')),
        setItem: () => undefined,
        removeItem: () => undefined,
      }),
    });
    await expect(stage.ask(client)).rejects.toThrow('the disk is busy');
    expect(asked).not.toHaveBeenCalled();
  });

  test('a redirect to another origin does not send the token there', async () => {
    const other = await startResourceServer(rekey, who);
    try {
      const client = await stage.signedIn('redirect');
      const answer = await client.fetch(`${stage.api.url}/to?${encodeURIComponent(`${other.url}/me`)}`);
      expect(answer.url).toBe(`${other.url}/me`);
      expect(stage.api.seen[0]?.authorization).toMatch(/^Bearer ey/);
      expect(new Set(other.seen.map(({ authorization }) => authorization))).toEqual(new Set(['']));
    } finally {
      other.close();
    }
  });
});
