import { denyOverride } from '@rekey/staff';
import { OverrideStage } from '../security/override-stage.js';
import { codeOf } from '../security/staff-people.js';

describe('an override, at once', () => {
  const stage = new OverrideStage();
  beforeAll(() => stage.open());
  afterAll(() => stage.close());

  const provenOf = async (account: string): Promise<number> =>
    (
      await stage.staff.sql.superuser.query(
        `select count(*)::int as n from recoveries where account_id = $1 and state = 'proven'`,
        [account],
      )
    ).rows[0].n;

  test('is used once by five callers, in one recovery of three', async () => {
    for (let round = 0; round < 5; round++) {
      const account = await stage.account();
      const id = await stage.usable(account);
      const recoveries = [
        await stage.recovery(account),
        await stage.recovery(account),
        await stage.recovery(account),
      ];
      const uses = [0, 1, 2, 0, 1].map((at) => stage.use(id, recoveries[at] ?? ''));
      const outcomes = await Promise.all(uses);
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
      expect(await provenOf(account)).toBe(1);
      expect((await stage.stateOf(id)).state).toBe('used');
    }
  });

  test('stands for one recovery once, when two are used in it', async () => {
    const account = await stage.account();
    const ids = [await stage.approved(account), await stage.usable(account)];
    const recovery = await stage.recovery(account);
    const outcomes = await Promise.all(ids.map((id) => stage.use(id, recovery)));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
  });

  test('is denied or used, never both', async () => {
    for (let round = 0; round < 8; round++) {
      const account = await stage.account();
      const id = await stage.usable(account);
      const recovery = await stage.recovery(account);
      const [used, denied] = await Promise.all([
        stage.use(id, recovery),
        denyOverride(stage.context, stage.approver.session, { id, reason: 'a race' }),
      ]);
      const isUsed = used === 'done';
      expect([isUsed, codeOf(denied)]).toEqual([isUsed, isUsed ? 'invalid_state' : 'done']);
      expect([await provenOf(account), (await stage.stateOf(id)).state]).toEqual(
        isUsed ? [1, 'used'] : [0, 'denied'],
      );
    }
  });
});
