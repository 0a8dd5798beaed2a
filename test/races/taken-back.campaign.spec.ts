import { password as known, people } from '../flows/people.js';
import { newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { byLength } from '../runner/length.js';

const chosen = 'a sentence that a thief has chosen';
const another = 'another sentence that the thief has chosen';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const rounds = byLength(2, 12);

/**
 * A thief who wants to stay opens new sessions while the old ones are ended: a thief without a pause, against the stop link, a
 * recovery and a new password. In every order, nothing of the thief's is active at the end.
 */
describe('a thief who acts without a pause', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeAll(async () => {
    const json = { name: 'TV', type: 'public', grants: [deviceGrant, 'refresh_token'] };
    const url = `${rekey.settings.urls.console}/v1/clients/tv`;
    await rekey.call('PUT', url, { bearer: await who.management(), json });
  });

  const alive = (account: string) =>
    rekey.sql(`select id, recovery_id from sessions where account_id = $1 and ended_at is null`, [account]);
  const signIn = async (id: string, password: string) =>
    (await who.signIn(id, { password })).body as { access_token: string; refresh_token: string };
  const device = async (bearer: string): Promise<() => Promise<number>> => {
    const begun = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv' }),
    }).then((response) => response.json());
    const allowed = await who.issuer('PUT', 'device_codes', {
      bearer,
      json: { user_code: begun.user_code, decision: 'allow' },
    });
    expect(allowed.status).toBe(204);
    return async () =>
      (await rekey.token({ grant_type: deviceGrant, device_code: begun.device_code, client_id: 'tv' }))
        .status;
  };
  const devices = (bearer: string) => Promise.all(Array.from({ length: 6 }, () => device(bearer)));
  /** In sequence, so that some of them meet the other side in the middle. */
  const inTurn = async (acts: (() => Promise<unknown>)[]) => {
    for (const act of acts) await act();
  };
  const stopTokenTo = async (to: string) =>
    stopTokenIn(
      await until('the notice', async () =>
        (await rekey.messages(to)).find(({ text }) => /\/stop\?token=/.test(text)),
      ),
    );
  const round = async (name: string, at: number) => {
    newHousehold();
    rekey.clock.advance(600_000);
    const id = `${name}-${at}`;
    await who.put(id);
    return id;
  };

  test('loses everything to the stop link: devices, sign-ins, other passwords, authenticators', async () => {
    for (let at = 0; at < rounds; at++) {
      const id = await round('stopped', at);
      const thief = new Story(rekey);
      await thief.proveBy(`${id}@example.com`);
      const got = (await thief.complete({ password: chosen })).body;
      const second = await signIn(id, chosen);
      const polls = await devices(at % 2 ? got.access_token : second.access_token);
      const bearer = got.access_token;
      const stop = await stopTokenTo(`${id}@example.com`);
      const change = { current_password: chosen, password: another };
      await Promise.all([
        thief.stop(stop),
        inTurn(polls),
        inTurn(Array.from({ length: 3 }, () => () => signIn(id, chosen))),
        who.issuer('PUT', 'password', { bearer: second.access_token, json: change }),
        who.issuer('POST', 'authenticators/backup_codes', { bearer }),
      ]);
      const left = {
        sessions: await alive(id),
        authenticators: await rekey.sql('select kind from authenticators where account_id = $1', [id]),
        theirs: await Promise.all(
          [chosen, another].map(async (password) => (await who.signIn(id, { password })).status),
        ),
      };
      expect([at, left]).toEqual([at, { sessions: [], authenticators: [], theirs: [401, 401] }]);
      // The owner's things from before the thief came back.
      expect((await who.signIn(id, { password: known })).status).toBe(201);
    }
  });

  test('loses everything to a recovery with a new password: only its sessions are active', async () => {
    for (let at = 0; at < rounds; at++) {
      const id = await round('recovered', at);
      const theft = await signIn(id, known);
      const polls = await devices(theft.access_token);
      const owner = new Story(rekey);
      await owner.proveBy(`${id}@example.com`);
      const change = { current_password: known, password: another };
      const [completed] = await Promise.all([
        owner.complete({ password: chosen }),
        inTurn(polls),
        inTurn(Array.from({ length: 3 }, () => () => signIn(id, known))),
        inTurn(Array.from({ length: 3 }, () => () => signIn(id, known))),
        ...(at % 2 ? [who.issuer('PUT', 'password', { bearer: theft.access_token, json: change })] : []),
      ]);
      expect(completed.status).toBe(201);
      const open = (await alive(id)).filter(({ recovery_id }) => recovery_id !== owner.id);
      expect([at, open]).toEqual([at, []]);
      expect((await signIn(id, chosen)).access_token).toBeDefined();
    }
  });

  test('loses everything to a password change: only the session that made it is active', async () => {
    for (let at = 0; at < rounds; at++) {
      const id = await round('changed', at);
      const theft = await signIn(id, known);
      const polls = await devices(theft.access_token);
      const owner = await signIn(id, known);
      const change = { current_password: known, password: chosen };
      const [changed] = await Promise.all([
        who.issuer('PUT', 'password', { bearer: owner.access_token, json: change }),
        inTurn(polls),
        inTurn(Array.from({ length: 4 }, () => () => signIn(id, known))),
      ]);
      expect(changed.status).toBe(200);
      expect([at, (await alive(id)).length]).toEqual([at, 1]);
    }
  });
});
