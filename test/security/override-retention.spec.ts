import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { askForErasure, eraseAccounts } from '@rekey/audit';
import { deleteAccount, exportAccount } from '@rekey/management';
import { eraseAssists, startAssist, sweepRecoveries } from '@rekey/recovery';
import { denyOverride, eraseOverrides, readOverride } from '@rekey/staff';
import { OverrideStage } from './override-stage.js';
import { consoleUrl, worked } from './staff-people.js';

/** How long the rows of overrides and assists stay, and what they are good for meanwhile. */
describe('the row of an override', () => {
  const stage = new OverrideStage();
  beforeAll(() => stage.open());
  afterAll(() => stage.close());
  beforeEach(() => stage.clock.advance(1_000));

  const superuser = (text: string, values: unknown[] = []) => stage.staff.sql.superuser.query(text, values);
  const exists = async (id: string): Promise<boolean> =>
    (await superuser('select from override_requests where id = $1', [id])).rowCount === 1;
  const sweep = () => sweepRecoveries(stage.context as never);
  /** The clock of the database decides, and it is not ours to move: the row is. */
  const age = (id: string, by: string) =>
    stage.staff.sql.application.query(
      `update override_requests set created_at = now() - $2::interval where id = $1`,
      [id, by],
    );
  const pruneEvents = async (id: string) => {
    await superuser(`set session_replication_role = 'replica'`);
    await superuser(
      `delete from audit_events where detail->>'override' = $1 and event <> 'override_invalid'`,
      [id],
    );
    await superuser(`set session_replication_role = 'origin'`);
  };
  const verify = async (id: string): Promise<string> => {
    const { rows } = await stage.staff.sql.owner.query(
      `select row_to_json(t) as row from (
         select r.*, a.public_key as request_key, b.public_key as approval_key from override_requests r
         join staff_passkeys a on a.id = r.request_passkey left join staff_passkeys b on b.id = r.approval_passkey where r.id = $1) t`,
      [id],
    );
    const script = join(process.cwd(), 'docs/operate/verify-override.mjs');
    return spawnSync(process.execPath, [script, consoleUrl], {
      input: JSON.stringify(rows[0].row),
      encoding: 'utf8',
    }).stdout;
  };

  test.each([
    ['younger than a year', '11 months', false, true],
    ['younger than a year, and not in the audit', '11 months', true, true],
    ['older than a year by SQL, and in the audit', '13 months', false, true],
    ['older than a year, and not in the audit any more', '13 months', true, false],
  ])('that is %s', async (_what, by, isForgotten, stays) => {
    const id = await stage.approved(await stage.account());
    await age(id, by);
    if (isForgotten) await pruneEvents(id);
    await sweep();
    expect(await exists(id)).toBe(stays);
  });

  test('of a deleted account stays, ended and verifying, until the account is taken out of the audit', async () => {
    const { context, clock } = stage;
    const [account, other] = [await stage.account(), await stage.account()];
    const used = await stage.usable(account);
    expect(await stage.use(used, await stage.recovery(account))).toBe('done');
    const open = await stage.requested(account);
    clock.advance(1);
    const approved = await stage.approved(account);
    clock.advance(1);
    const denied = await stage.requested(account);
    worked((await denyOverride(context, stage.approver.session, { id: denied, reason: 'a test' })) ?? denied);
    const theirs = await stage.requested(other);
    const memberId = stage.asker.session.memberId;
    const limits = { ...context, rateLimits: undefined } as never;
    worked(await startAssist(limits, { account, memberId, reason: 'a test' }));

    const before = worked(await exportAccount(context, 'client:spec', account));
    expect(before.overrides.map(({ id }) => id)).toEqual([denied, approved, open, used]);
    expect(before.overrides[3]).toMatchObject({
      evidence: 'passport',
      requested_by: memberId,
      approved_by: stage.approver.session.memberId,
      used_at: expect.any(String),
    });
    expect(before.assists).toMatchObject([{ state: 'waiting', started_by: memberId }]);

    worked((await deleteAccount(context, 'client:spec', account)) ?? account);
    const ended = await superuser(
      `select detail->>'override' as id, actor from audit_events where event = 'override_denied' and account_id = $1 and actor = 'client:spec'`,
      [account],
    );
    expect(ended.rows.map(({ id }) => id).sort()).toEqual([open, approved].sort());
    expect(await readOverride(context, open)).toMatchObject({
      state: 'denied',
      denied_by: { id: 'client:spec' },
    });
    expect((await readOverride(context, used))?.state).toBe('used');
    expect(await verify(used)).toMatch(/^good: /);

    // Another person has the id now.
    await stage.account(account);
    const anew = worked(await exportAccount(context, 'client:spec', account));
    expect([anew.overrides, anew.assists]).toEqual([[], []]);
    worked((await deleteAccount(context, 'client:spec', account)) ?? account);

    // The working role asks for nothing that was not asked for.
    const erase = () =>
      stage.staff.sql.application.query('select override_requests_erase($1) as gone', [account]);
    expect((await erase()).rows).toEqual([{ gone: '0' }]);
    const eraseAll = () => eraseAccounts(context.database, [eraseOverrides, eraseAssists]);
    await askForErasure(context.database, { accountId: account, at: new Date(clock.now()) });
    await eraseAll();
    expect(await exists(used)).toBe(true);
    const { rows } = await superuser(
      `insert into audit_events (id, at, event, actor, account_id) values (gen_random_uuid(), now(), 'user_erased', 'client:spec', $1) returning id`,
      [account],
    );
    await superuser(
      `insert into audit_leaves (position, event_id) select coalesce(max(position), -1) + 1, $1 from audit_leaves`,
      [rows[0].id],
    );
    await superuser('update audit_sealing set size = (select max(position) + 1 from audit_leaves)');
    await eraseAll();
    const left = await superuser(
      `select id from override_requests where account_id = any($1) union all select id from assists where account_id = any($1)`,
      [[account, other]],
    );
    expect(left.rows).toEqual([{ id: theirs }]);
  });

  test('is deleted by no process, but through these functions', async () => {
    const id = await stage.requested(await stage.account());
    const { application } = stage.staff.sql;
    await expect(application.query('delete from override_requests')).rejects.toMatchObject({ code: '42501' });
    await application.query('select override_requests_forget()');
    await application.query('select override_requests_erase(account_id) from override_requests');
    expect(await exists(id)).toBe(true);
  });
});
