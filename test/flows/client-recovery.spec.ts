import type { Client, ClientOptions, RecoveryCause } from '@rekey/client';
import { useClientStage } from './client-stage.js';
import { people } from './people.js';
import { until, useRekey } from './rekey.js';

/** After the session has ended: whom the client asks, how often, and which requests continue. */
describe('recovery in the client', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const stage = useClientStage(rekey, who);
  beforeEach(() => stage.next());

  /** Ends every session of the account. */
  const end = async (id: string) => {
    await who.put(id, { status: 'disabled' });
    await who.put(id);
  };
  const many = (client: Client) => Promise.allSettled(Array.from({ length: 12 }, () => stage.ask(client)));
  const dead = { error: 'invalid_grant', description: expect.any(String) };

  test('a dead session asks once, the next dead session asks again, and waiting requests succeed after a sign-in', async () => {
    const causes: RecoveryCause[] = [];
    const client = await stage.signedIn('twice', { onRecovery: (cause) => void causes.push(cause) });
    for (let death = 1; death <= 2; death++) {
      await end('twice');
      const waiting = many(client);
      await until('the question', async () => (causes.length === death ? true : undefined));
      expect(await client.isSignedIn()).toBe(false);
      await stage.signIn(client, 'twice');
      expect(await waiting).toEqual(Array.from({ length: 12 }, () => ({ status: 'fulfilled', value: 200 })));
    }
    expect(causes).toEqual([dead, dead]);
  });

  test.each<[string, () => unknown, unknown]>([
    ['says no', () => false, { code: 'invalid_grant' }],
    ['declines later', async () => false, { code: 'invalid_grant' }],
    [
      'throws',
      () => {
        throw new Error('the dialog broke');
      },
      { message: 'the dialog broke' },
    ],
    [
      'rejects',
      async () => {
        throw new Error('the dialog broke');
      },
      { message: 'the dialog broke' },
    ],
  ])(
    'an app that %s is asked once for all waiting requests, and again for later ones',
    async (_how, answer, why) => {
      const causes: RecoveryCause[] = [];
      const client = await stage.signedIn('no', {
        onRecovery: (cause) => {
          causes.push(cause);
          return answer();
        },
      });
      await end('no');
      for (let round = 1; round <= 2; round++) {
        for (const { status, reason } of (await many(client)) as PromiseRejectedResult[]) {
          expect(status).toBe('rejected');
          expect(reason).toMatchObject(why as object);
        }
        expect(causes).toEqual(Array.from({ length: round }, () => dead));
      }
    },
  );

  test('a late refusal does not count for the next question', async () => {
    const answers: ((verdict: unknown) => void)[] = [];
    const client = await stage.signedIn('late', {
      onRecovery: () => new Promise((resolve) => answers.push(resolve)),
    });
    await end('late');
    const first = stage.ask(client);
    await until('the question', async () => answers[0]);
    await stage.signIn(client, 'late');
    expect(await first).toBe(200);
    await end('late');
    const second = stage.ask(client);
    await until('the next question', async () => answers[1]);
    answers[0]?.(false);
    await stage.signIn(client, 'late');
    expect(await second).toBe(200);
  });

  test('each of two tabs with waiting requests is asked with the same cause, and one sign-in serves both', async () => {
    const storage = stage.tabs()();
    const causes: [string, RecoveryCause][] = [];
    const seen: [string, boolean][] = [];
    const tab = (name: string): Partial<ClientOptions> => ({
      storage,
      onRecovery: (cause) => void causes.push([name, cause]),
      onTokens: (tokens) => seen.push([name, tokens !== undefined]),
    });
    const one = await stage.signedIn('both', tab('one'));
    const other = stage.open(tab('other'));
    const idle = stage.open(tab('idle'));
    await end('both');
    const first = stage.ask(one);
    await until('the first question', async () => causes[0]);
    await until('word of it', async () =>
      seen.some(([name, is]) => name === 'other' && !is) ? true : undefined,
    );
    const second = stage.ask(other);
    await until('the second question', async () => causes[1]);
    await stage.signIn(other, 'both');
    expect(await Promise.all([first, second, stage.ask(idle)])).toEqual([200, 200, 200]);
    expect(causes).toEqual([
      ['one', dead],
      ['other', dead],
    ]);
    await until('word in the idle tab', async () =>
      seen.some(([name, is]) => name === 'idle' && is) ? true : undefined,
    );
    for (const client of [one, other, idle]) client.close();
    await one.signOut();
  });

  test('a wrong or redirecting URL of a service is reported, without retries', async () => {
    const { issuer, recovery } = rekey.settings.urls;
    const wrong = stage.open({ issuer: `${recovery}/recover` });
    await expect(stage.signIn(wrong, 'x')).rejects.toMatchObject({
      message: expect.stringContaining(`${recovery}/recover/v1/sessions`),
    });
    const page = stage.open({ recovery: `${stage.api.url}/to?${encodeURIComponent(recovery)}#` });
    await expect(page.startRecovery({ identifier: 'ada' })).rejects.toMatchObject({ code: 'redirected' });
    const away = stage.open({ issuer: 'http://127.0.0.1:1' });
    await expect(stage.signIn(away, 'x')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('http://127.0.0.1:1/v1/sessions'),
    });
    expect(issuer).toBeTruthy();
  });
});
