import { randomBytes } from 'node:crypto';
import { isRefused, Keyring } from '@rekey/kernel';
import { matchAssist, openAssist, readJoinedAssist, startAssist } from '@rekey/recovery';
import { standsFor } from '@rekey/staff';
import { OverrideStage } from './override-stage.js';
import { codeOf, worked } from './staff-people.js';

const hour = 3_600_000;

/** The keyring gets a newer key while staff help somebody; the older key is kept, or dropped too early. */
describe('a key rotation', () => {
  const stage = new OverrideStage();
  const newer = { id: 'b', key: randomBytes(32) };
  const keyrings = {
    before: stage.staff.keyring,
    kept: new Keyring([newer, stage.staff.key]),
    dropped: new Keyring([newer]),
  };
  type When = keyof typeof keyrings;
  let first: OverrideStage['context'];
  beforeAll(async () => {
    await stage.open();
    first = stage.context;
  });
  afterAll(() => stage.close());
  beforeEach(async () => {
    stage.clock.advance(1_000);
    stage.context = first;
    // With passkeys that are sealed by the older key.
    stage.asker = await stage.staff.person('support');
    stage.approver = await stage.staff.person('security');
  });
  const at = (when: When) => ({ ...first, rateLimits: undefined, keyring: keyrings[when] }) as never;

  const start = async () => {
    const account = await stage.account();
    const of = { account, memberId: stage.asker.session.memberId, reason: 'called' };
    return { ...worked(await startAssist(at('before'), of)), account, memberId: of.memberId };
  };
  const open = (when: When, code: string) => openAssist(at(when), { code, source: '192.0.2.1' });

  describe.each([
    ['kept', 'done', 'matched'],
    ['dropped', 'not_found', 'ended'],
  ] as const)('whose older key is %s', (when, reached, outcome) => {
    test('before the caller enters the code of an assist', async () => {
      const { code } = await start();
      expect(codeOf(await open(when, code))).toBe(reached);
      // A code that is not of this keyring is one that never was: nothing is spent on it.
      if (when === 'dropped') expect(codeOf(await open('kept', code))).toBe('done');
    });

    test('between the number on the page and its match', async () => {
      const { id, code, account, memberId } = await start();
      const page = worked(await open('before', code));
      const reference = { id: page.id, token: page.token };
      const seen = await readJoinedAssist(at(when), reference);
      expect(codeOf(seen)).toBe(reached);
      if (!isRefused(seen)) {
        // The page that was loaded again shows the number of the newer key: each of the two is right.
        const { number = '' } = seen;
        expect(number).toMatch(/^\d{3}$/);
      }
      const view = worked(await matchAssist(at(when), { id, memberId, number: page.number }));
      expect([view.state, view.ended_by]).toEqual([outcome, outcome === 'ended' ? 'number' : undefined]);
      const { rows } = await stage.staff.sql.superuser.query(
        'select 1 from recoveries where account_id = $1',
        [account],
      );
      expect(rows).toHaveLength(outcome === 'matched' ? 1 : 0);
      // Staff start another one under the newer key.
      const again = worked(await startAssist(at(when), { account, memberId, reason: 'once more' }));
      const anew = worked(await open(when, again.code));
      const matched = await matchAssist(at(when), { id: again.id, memberId, number: anew.number });
      expect(worked(matched).state).toBe('matched');
    });

    test('between the request of an override and its approval', async () => {
      const account = await stage.account();
      const id = await stage.requested(account);
      stage.context = at(when);
      if (when === 'dropped') {
        // The rows of both passkeys are sealed by a key that is gone: neither signs, and nothing is approved.
        await expect(stage.approve(id)).rejects.toThrow('refused: not_found');
        expect(await stage.stateOf(id)).toEqual({ state: 'invalid', flaw: 'request' });
        return;
      }
      await stage.approve(id);
      stage.clock.advance(24 * hour);
      expect(await stage.use(id, await stage.recovery(account))).toBe('done');
    });
  });

  test('after which both members have signed in needs the older key no more, but for an override that was used', async () => {
    const [account, other] = [await stage.account(), await stage.account()];
    const [id, used] = [await stage.requested(account), await stage.usable(other)];
    const recovery = await stage.recovery(other);
    expect(await stage.use(used, recovery)).toBe('done');
    for (const { passkey } of [stage.asker, stage.approver])
      expect(codeOf(await stage.staff.signIn(passkey, at('kept')))).toBe('done');
    stage.context = at('dropped');
    await stage.approve(id);
    stage.clock.advance(24 * hour);
    expect(await stage.use(id, await stage.recovery(account))).toBe('done');
    // Its use is sealed by the older key: it proves nothing more, and nothing fails.
    const generation = await stage.generationOf(other);
    const stands = (when: When) =>
      standsFor(at(when), { override: used, recovery, generation }, stage.clock.now());
    expect([await stands('kept'), await stands('dropped')]).toEqual([true, false]);
  });
});
