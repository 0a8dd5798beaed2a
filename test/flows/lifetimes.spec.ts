import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimsOf, password, people } from './people.js';
import { newHousehold, startRekey, useRekey } from './rekey.js';

const hour = 3_600_000;
const day = 24 * hour;

/** Lifetimes of tokens: by role, by client, for devices; as data. */
describe('lifetimes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-lifetimes-'));
  const file = join(folder, 'lifetimes.json');
  const rekey = useRekey(async () => {
    const roles = { cashier: { access: 120, refresh_idle: 3_600, refresh: 14_400 } };
    writeFileSync(file, JSON.stringify({ roles }));
    return { environment: { TOKEN_LIFETIMES_FILE: file } };
  });
  const who = people(rekey);
  beforeAll(async () => {
    const bearer = await who.management();
    const put = (id: string, json: object) =>
      rekey.call('PUT', `${rekey.settings.urls.console}/v1/clients/${id}`, {
        bearer,
        json: { name: id, type: 'public', ...json },
      });
    await put('kiosk', { lifetimes: { access: 60, refresh_idle: 7_200, refresh: 10_800 } });
    await put('tv', { grants: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(hour);
  });

  const signIn = async (id: string, roles: string[] = [], clientId = 'default') => {
    await who.put(id, { roles });
    const json = { identifier: `${id}@example.com`, password, client_id: clientId };
    return (await who.issuer('POST', 'sessions', { json })).body;
  };
  const refresh = (token: string, clientId = 'default') =>
    rekey.token({ grant_type: 'refresh_token', refresh_token: token, client_id: clientId });
  /** The time until the session expires without a refresh, and until it ends in any case. */
  const untilOf = async (accessToken: string) => {
    const { sid } = claimsOf(accessToken);
    const { sessions } = (await who.issuer('GET', 'sessions', { bearer: accessToken })).body;
    const { expires_at: idle } = sessions.find(({ id }: { id: string }) => id === sid);
    const [{ expires_at: whole }] = await rekey.sql('select expires_at from sessions where id = $1', [sid]);
    return [new Date(idle), whole].map((at: Date) => at.getTime() - rekey.clock.now());
  };

  test.each([
    ['somebody', [], 'default', 600, 30 * day, 90 * day],
    ['staff', ['staff'], 'default', 300, 8 * hour, 24 * hour],
    ['a role of the file', ['cashier'], 'default', 120, hour, 4 * hour],
    ['two roles: the shorter of each', ['staff', 'cashier'], 'default', 120, hour, 4 * hour],
    ['a client of its own', [], 'kiosk', 60, 2 * hour, 3 * hour],
    ['a role at that client', ['cashier'], 'kiosk', 60, hour, 3 * hour],
  ])('%s', async (name, roles, clientId, access, idle, whole) => {
    const tokens = await signIn(name.replace(/\W/g, '-').toLowerCase(), roles, clientId);
    expect(tokens.expires_in).toBe(access);
    const { iat, exp } = claimsOf(tokens.access_token) as { iat: number; exp: number };
    expect(exp - iat).toBe(access);
    expect(await untilOf(tokens.access_token)).toEqual([idle, whole]);
  });

  test('a device has a longer lifetime', async () => {
    const tokens = await signIn('viewer');
    const begun = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv' }),
    }).then((response) => response.json());
    const allow = { user_code: begun.user_code, decision: 'allow' };
    await who.issuer('PUT', 'device_codes', { bearer: tokens.access_token, json: allow });
    const device = await rekey.token({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: begun.device_code,
      client_id: 'tv',
    });
    expect(device.body.expires_in).toBe(600);
    expect(await untilOf(device.body.access_token)).toEqual([90 * day, 365 * day]);
  });

  test('an idle session expires, a refresh extends it, and nothing extends it past its end', async () => {
    const idle = await signIn('idle', ['staff']);
    rekey.clock.advance(8 * hour + 1_000);
    expect((await refresh(idle.refresh_token)).body.error).toBe('invalid_grant');
    let tokens = await signIn('busy', ['staff']);
    for (let hours = 0; hours < 21; hours += 7) {
      rekey.clock.advance(7 * hour);
      const renewed = await refresh(tokens.refresh_token);
      expect([renewed.status, renewed.body.expires_in]).toEqual([200, 300]);
      tokens = renewed.body;
    }
    rekey.clock.advance(3 * hour + 1_000);
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('a replay of a token that was replaced longer ago than the idle time ends the session', async () => {
    const first = await signIn('longer', ['staff']);
    let tokens = first;
    for (let times = 0; times < 3; times++) {
      rekey.clock.advance(5 * hour);
      tokens = (await refresh(tokens.refresh_token)).body;
    }
    expect((await refresh(first.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    const { sid } = claimsOf(tokens.access_token);
    expect(await rekey.sql('select end_reason from sessions where id = $1', [sid])).toEqual([
      { end_reason: 'reuse' },
    ]);
  });

  test('an invalid file fails the start and is named', async () => {
    const wrong = join(folder, 'wrong.json');
    writeFileSync(wrong, JSON.stringify({ roles: { staff: { access: 7_200 } } }));
    await expect(startRekey({ environment: { TOKEN_LIFETIMES_FILE: wrong } })).rejects.toThrow(
      new RegExp(`^TOKEN_LIFETIMES_FILE: ${wrong}: roles\\.staff\\.access: `),
    );
  });
});
