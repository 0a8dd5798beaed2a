import { type Client, RekeyError } from '@rekey/client';
import { useClientStage } from './client-stage.js';
import { people } from './people.js';
import { codeIn, until, useRekey } from './rekey.js';

/** A phone in a tunnel: the service has done what was asked, and its response never arrives. */
describe('responses that the client loses during a recovery', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const stage = useClientStage(rekey, who);

  let calls: { path: string; key: string | null }[];
  /** What becomes of a response; the number counts the calls of its path. */
  let arrives: (response: Response, path: string, nth: number) => Response;
  const pauses: number[] = [];
  const client = (): Client =>
    stage.open({
      fetch: async (input, init) => {
        const path = /\/v1\/recoveries(?:\/[^/]+)?(\/\w+)?$/.exec(String(input));
        const response = await stage.send(input, init);
        if (!path || init?.method !== 'POST') return response;
        const name = path[1] ?? '';
        calls.push({ path: name, key: new Headers(init.headers).get('idempotency-key') });
        return arrives(response, name, calls.filter((one) => one.path === name).length);
      },
      sleep: async (ms) => void pauses.push(ms),
    });
  beforeEach(() => {
    stage.next();
    calls = [];
    pauses.splice(0);
    arrives = (response) => response;
  });

  const lost = (): never => {
    throw new TypeError('fetch failed');
  };
  /** The headers arrive, and then the connection ends. */
  const cut = () =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) }),
      { headers: { 'content-type': 'application/json' } },
    );
  const newestCode = async (to: string, n: number) =>
    codeIn(await until(`code ${n}`, async () => (await rekey.codes(to)).at(-n)));

  test.each<[string, () => Response]>([
    ['never arrives', lost],
    ['ends within its body', cut],
    ['is replaced by a gateway that gave up', () => new Response('<html>', { status: 504 })],
  ])(
    'the first response of every call %s: each is repeated once, and has its effect once',
    async (_how, loses) => {
      const id = `tunnel-${stage.household.replaceAll('.', '-')}`;
      await who.put(id);
      const to = `${id}@example.com`;
      arrives = (response, _path, nth) => (nth === 1 ? loses() : response);
      const app = client();
      const recovery = await app.startRecovery({ identifier: to });
      await newestCode(to, 1);
      rekey.clock.advance(60_000);
      await recovery.sendCode();
      const code = await newestCode(to, 2);
      expect((await recovery.prove(code)).state).toBe('proven');
      await recovery.complete({ password: 'a sentence from within a tunnel' });
      expect(await stage.ask(app)).toBe(200);

      expect(calls.map(({ path }) => path)).toEqual(
        ['', '/codes', '/proofs', '/credentials'].flatMap((path) => [path, path]),
      );
      const keys = new Set(calls.map(({ key }) => key));
      expect(keys.size).toBe(4);
      for (const key of keys) expect(key).toMatch(/^[\da-f]{32}$/);
      const [row] = await rekey.sql('select tries, sends from recoveries where account_id = $1', [id]);
      expect(row).toEqual({ tries: 1, sends: 2 });
      const living = await rekey.sql(
        `select t.digest from sessions s join refresh_tokens t on t.session_id = s.id
       where s.account_id = $1 and s.ended_at is null and t.replaced_at is null`,
        [id],
      );
      expect(living).toHaveLength(1);
    },
  );

  test('a completion that stays without a response is finished by the next call of the app', async () => {
    await who.put('deaf');
    const app = client();
    const recovery = await app.startRecovery({ identifier: 'deaf@example.com' });
    await recovery.prove(await newestCode('deaf@example.com', 1));
    arrives = (response, _path, nth) => (nth <= 2 ? lost() : response);
    await expect(recovery.complete()).rejects.toMatchObject({ code: 'unreachable', status: 0 });
    expect(await app.isSignedIn()).toBe(false);
    await recovery.complete();
    expect(await stage.ask(app)).toBe(200);
    expect(new Set(calls.slice(-3).map(({ key }) => key)).size).toBe(1);
  });

  test('while the service processes the first call, the repeat waits as long as it says', async () => {
    await who.put('slow');
    const app = client();
    const recovery = await app.startRecovery({ identifier: 'slow@example.com' });
    const busy = Response.json({ code: 'invalid_state', retry_after: 2 }, { status: 409 });
    arrives = (response, _path, nth) => (nth === 1 ? lost() : nth === 2 ? busy : response);
    expect((await recovery.prove(await newestCode('slow@example.com', 1))).state).toBe('proven');
    expect(pauses).toEqual([500, 2000]);
  });

  test('a refusal is not repeated, nor anything without a key', async () => {
    await who.put('plain');
    const app = client();
    const recovery = await app.startRecovery({ identifier: 'plain@example.com' });
    await expect(recovery.prove('11111111')).rejects.toMatchObject({ code: 'wrong_proof' });
    await expect(recovery.prove('11111111')).rejects.toMatchObject({ body: { tries_left: 3 } });
    expect(calls).toHaveLength(3);
    const { getRandomValues } = globalThis.crypto;
    Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: undefined, configurable: true });
    arrives = lost;
    try {
      await expect(recovery.sendCode()).rejects.toBeInstanceOf(RekeyError);
    } finally {
      Object.defineProperty(globalThis.crypto, 'getRandomValues', {
        value: getRandomValues,
        configurable: true,
      });
    }
    expect(calls.slice(3)).toEqual([{ path: '/codes', key: null }]);
  });
});
