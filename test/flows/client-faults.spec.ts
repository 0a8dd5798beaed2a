import { jest } from '@jest/globals';
import { RekeyError } from '@rekey/client';
import { ClientStage, useClientStage } from './client-stage.js';
import { people } from './people.js';
import { until, useRekey } from './rekey.js';

/** The issuer is down, slow, or not the issuer; clocks are wrong. None of this ends a session. */
describe('faults around the client', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const stage = useClientStage(rekey, who);
  beforeEach(() => stage.next());

  test('past 80 % of its life, with the issuer down, a token is used until it expires', async () => {
    const client = await stage.signedIn('old');
    stage.meddle = ClientStage.away;
    rekey.clock.advance(590_000);
    expect(await stage.ask(client)).toBe(200);
    expect(stage.renewals).toBe(1);
    stage.meddle = async () => new Response('busy', { status: 503 });
    expect(await stage.ask(client)).toBe(200);
    rekey.clock.advance(20_000);
    const waits = stage.ask(client);
    await until('a few tries', async () => (stage.renewals > 4 ? true : undefined));
    stage.meddle = ClientStage.through;
    expect(await waits).toBe(200);
  });

  test('429 with Retry-After delays the next try by that time', async () => {
    const pauses: number[] = [];
    const client = await stage.signedIn('limited', {
      sleep: async (ms) => {
        pauses.push(ms);
        stage.meddle = ClientStage.through;
      },
    });
    rekey.clock.advance(700_000);
    stage.meddle = async () => new Response('{}', { status: 429, headers: { 'retry-after': '17' } });
    expect(await stage.ask(client)).toBe(200);
    expect(pauses).toEqual([17_000]);
  });

  test('a response that was lost is requested again', async () => {
    const client = await stage.signedIn('lost');
    rekey.clock.advance(700_000);
    stage.meddle = async (go) => {
      await go();
      stage.meddle = ClientStage.through;
      return ClientStage.away();
    };
    expect(await stage.ask(client)).toBe(200);
    expect(stage.renewals).toBe(2);
    rekey.clock.advance(500_000);
    expect(await stage.ask(client)).toBe(200);
  });

  test('a request without a response is given up after six seconds', async () => {
    const client = await stage.signedIn('hangs');
    rekey.clock.advance(700_000);
    const asked: number[] = [];
    const clock = jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      asked.push(ms);
      return AbortSignal.abort();
    });
    stage.meddle = (go) => {
      if (stage.renewals === 3) clock.mockRestore();
      return go();
    };
    try {
      expect(await stage.ask(client)).toBe(200);
    } finally {
      clock.mockRestore();
    }
    expect(asked.slice(0, 2)).toEqual([6_000, 6_000]);
    expect(stage.renewals).toBeGreaterThan(2);
  });

  test.each<[string, () => Response, string]>([
    [
      'a sign-in page of a hotel network',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'bad_answer',
    ],
    ['JSON without a token', () => Response.json({ hello: 1 }), 'bad_answer'],
    ['nothing', () => new Response(''), 'bad_answer'],
    ['a redirect to another URL', () => Response.redirect('https://elsewhere.example/', 307), 'redirected'],
    [
      'an unknown client',
      () => Response.json({ error: 'invalid_client' }, { status: 401 }),
      'invalid_client',
    ],
  ])('%s instead of tokens is reported, and ends no session', async (_what, answer, code) => {
    const causes: unknown[] = [];
    const client = await stage.signedIn('garbage', { onRecovery: (cause) => causes.push(cause) });
    rekey.clock.advance(700_000);
    stage.meddle = async () => answer();
    const fault = await stage.ask(client).catch((thrown: unknown) => thrown as RekeyError);
    expect(fault).toBeInstanceOf(RekeyError);
    expect(fault).toMatchObject({ code });
    if (code !== 'invalid_client')
      expect((fault as RekeyError).message).toContain(`${rekey.settings.urls.issuer}/oauth2/token`);
    stage.meddle = ClientStage.through;
    expect(await stage.ask(client)).toBe(200);
    expect(causes).toEqual([]);
  });

  test('a response without expires_in or refresh_token (RFC 6749 §5.1, §6) is accepted', async () => {
    const client = await stage.signedIn('sparse');
    rekey.clock.advance(700_000);
    stage.meddle = async (go) => {
      const { expires_in: _none, refresh_token: _kept, ...sparse } = await (await go()).json();
      return Response.json(sparse);
    };
    expect(await Promise.all([stage.ask(client), stage.ask(client)])).toEqual([200, 200]);
    rekey.clock.advance(5_000);
    expect(await stage.ask(client)).toBe(200);
    expect(stage.renewals).toBe(1);
    stage.meddle = ClientStage.through;
    rekey.clock.advance(250_000);
    await stage.ask(client).catch(() => undefined);
    expect(stage.renewals).toBe(2);
  });

  test('a clock that jumps back or ahead by a day causes one renewal', async () => {
    let skew = 0;
    const client = await stage.signedIn('clock', { now: () => rekey.clock.now() + skew });
    for (const by of [-86_400_000, 86_400_000]) {
      skew += by;
      stage.renewals = 0;
      expect([await stage.ask(client), await stage.ask(client), stage.renewals]).toEqual([200, 200, 1]);
    }
  });
});
