import { recordAudit } from '@rekey/audit';
import { isRefused, uuidv7 } from '@rekey/kernel';
import { budgets } from '@rekey/limits';
import {
  decideRecovery,
  listOverridesFor,
  readOverrideOf,
  requestOverrideFor,
  revealAddress,
} from '@rekey/management';
import { defaultPolicy } from '@rekey/recovery';
import { actingStaff, changeMember, draftOverride, inviteStaff, offerRegistration } from '@rekey/staff';
import { secretIn } from '../flows/staff-browser.js';
import { OverrideStage } from './override-stage.js';
import { codeOf, type Person, worked } from './staff-people.js';

const hour = 3_600_000;

/** What one member of staff cannot do alone, or not without end: a good passkey in bad hands. */
describe('one member of staff', () => {
  const stage = new OverrideStage();
  beforeAll(async () => {
    await stage.open();
    const holds = [{ name: 'assisted', hours: 48, when: { startedByStaff: true } }];
    stage.context = { ...stage.context, policy: { ...defaultPolicy, roles: { vault: 2 }, holds } };
  });
  afterAll(() => stage.close());
  beforeEach(() => stage.clock.advance(hour));

  const sql = async (text: string, values: unknown[]) =>
    (await stage.staff.sql.superuser.query(text, values)).rows;
  const release = (by: Person, id: string) =>
    decideRecovery(stage.context, actingStaff(by.session.memberId), {
      id,
      reason: 'a test',
      decision: 'release',
    });
  const stateOf = async (id: string) =>
    (await sql('select state from recoveries where id = $1', [id]))[0].state;

  test('who has signed for an override, or has used it, does not release the recovery that is held', async () => {
    const account = await stage.account();
    const user = await stage.staff.person('security');
    const requested = stage.asker;
    const id = await stage.usable(account);
    const recovery = await stage.recovery(account);
    stage.asker = user;
    expect(await stage.use(id, recovery)).toBe('done');
    stage.asker = requested;
    expect(await stateOf(recovery)).toBe('held');
    for (const person of [user, stage.approver, requested])
      expect(codeOf(await release(person, recovery))).toBe('invalid_state');
    expect(await stateOf(recovery)).toBe('held');
    expect(codeOf(await release(await stage.staff.person('security'), recovery))).toBe('done');
    expect(await stateOf(recovery)).toBe('proven');
  });

  test('who has started a recovery for a caller does not release it, but may deny it', async () => {
    const held = async () => {
      const recovery = await stage.recovery(await stage.account());
      const until = new Date(stage.clock.now() + 48 * hour);
      await sql(
        `update recoveries set state = 'held', proofs = '{code}', held_until = $2, expires_at = $2, idle_expires_at = $2 where id = $1`,
        [recovery, until],
      );
      await recordAudit(stage.context.database, {
        id: uuidv7(stage.clock.now()),
        at: new Date(stage.clock.now()),
        event: 'assist_matched',
        actor: actingStaff(stage.approver.session.memberId),
        recoveryId: recovery,
      });
      return recovery;
    };
    const [one, other] = [await held(), await held()];
    expect(codeOf(await release(stage.approver, one))).toBe('invalid_state');
    expect(codeOf(await release(await stage.staff.person('security'), one))).toBe('done');
    const actor = actingStaff(stage.approver.session.memberId);
    const denied = { id: other, reason: 'a test', decision: 'deny' as const };
    expect(codeOf(await decideRecovery(stage.context, actor, denied))).toBe('done');
  });

  const until = async (budget: { quota: number }, act: () => Promise<unknown>): Promise<string> => {
    for (let at = 0; at < budget.quota; at++) expect(codeOf(await act())).toBe('done');
    return codeOf(await act());
  };

  test('is shown so many addresses an hour', async () => {
    const account = await stage.account();
    const [{ id: address }] = await sql('select id from addresses where account_id = $1', [account]);
    const reveal = (actor: string) =>
      revealAddress(stage.context, actor, { account, address, reason: 'a test' });
    const actor = actingStaff(stage.asker.session.memberId);
    expect(await until(budgets.addressReveals, () => reveal(actor))).toBe('rate_limited');
    expect(
      await sql(`select count(*)::int as shown from audit_events where event = 'address_revealed'`, []),
    ).toEqual([{ shown: budgets.addressReveals.quota }]);
    expect(codeOf(await reveal(actingStaff(stage.approver.session.memberId)))).toBe('done');
    stage.clock.advance(hour);
    expect(codeOf(await reveal(actor))).toBe('done');
  });

  test('asks for so many overrides an hour: every address is notified of each', async () => {
    const account = await stage.account();
    const generation = await stage.generationOf(account);
    const { session, passkey } = stage.asker;
    const ask = async () => {
      const about = { account, generation, evidence: 'passport', reason: 'a test' };
      const { text, options } = await draftOverride(stage.context, session, about);
      return requestOverrideFor(stage.context, session, { text, response: passkey.get(options) as never });
    };
    expect(await until(budgets.overrideRequests, ask)).toBe('rate_limited');
  });

  test('a signature for an override that is wrong is in the audit', async () => {
    const { session, passkey } = stage.asker;
    const account = await stage.account();
    const about = {
      account,
      generation: await stage.generationOf(account),
      evidence: 'passport',
      reason: 'a test',
    };
    const { text, options } = await draftOverride(stage.context, session, about);
    const tried = async (response: object) => {
      const before = await sql(`select id from audit_events where event = 'staff_sign_in_failed'`, []);
      const outcome = await requestOverrideFor(stage.context, session, { text, response: response as never });
      expect(isRefused(outcome) && outcome.code).toBe('unauthorized');
      const rows = await sql(
        `select detail from audit_events where event = 'staff_sign_in_failed' and id <> all($1::uuid[])`,
        [before.map(({ id }) => id)],
      );
      return rows.map(({ detail }) => [detail.reason, detail.staff]);
    };
    const staff = session.memberId;
    expect(await tried(passkey.get(options, { challenge: 'A'.repeat(43) }))).toEqual([['passkey', staff]]);
    expect(await tried(passkey.get(options, { id: 'AAAAAAAAAAAAAAAAAAAAAA' }))).toEqual([
      ['unknown_passkey', staff],
    ]);
    expect(await tried(stage.approver.passkey.get(options))).toEqual([['other_member', staff]]);
    expect(await tried(passkey.get(options, { counter: 1 }))).toEqual([['cloned', staff]]);
    passkey.counter = 1_000;
  });

  test('a member who reads the overrides of an account, or one of them, is in the audit', async () => {
    const account = await stage.account();
    const id = await stage.requested(account);
    const actor = actingStaff(stage.approver.session.memberId);
    await listOverridesFor(stage.context, actor, { accountId: account }, { limit: 50 });
    await listOverridesFor(stage.context, actor, {}, { limit: 50 });
    expect(worked(await readOverrideOf(stage.context, actor, id)).id).toBe(id);
    const rows = await sql(
      `select detail->>'part' as part from audit_events where event = 'account_looked_up' and account_id = $1 and actor = $2 order by 1`,
      [account, actor],
    );
    expect(rows).toEqual([{ part: 'override' }, { part: 'overrides' }]);
  });

  test('who is disabled has no invitation any more, also once they are enabled again', async () => {
    const invited = worked(
      await inviteStaff(stage.context, 'system', { name: 'x', role: 'support', reason: 'a test' }),
    );
    const secret = secretIn(invited.url);
    expect(codeOf(await offerRegistration(stage.context, secret))).toBe('done');
    for (const disabled of [true, false])
      worked(
        await changeMember(stage.context, 'system', { id: invited.id, disabled, reason: 'a leaked link' }),
      );
    expect(codeOf(await offerRegistration(stage.context, secret))).toBe('not_found');
  });
});
