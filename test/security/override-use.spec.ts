import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { deleteAccount } from '@rekey/management';
import { changeMember, denyOverride, standsFor } from '@rekey/staff';
import { OverrideStage } from './override-stage.js';
import { consoleUrl, type DatabaseRole, worked } from './staff-people.js';

const hour = 3_600_000;
const day = 24 * hour;

/** What an attack may name: `$1` the override, `$2` another approved one, `$3` a recovery or another member. */
interface Attack {
  /** An override in which state is attacked. */
  on: 'requested' | 'approved' | 'usable' | 'used' | 'denied' | 'expired';
  sql: string;
  flaw: 'request' | 'approval' | 'times' | 'ended';
  /** Undone afterwards, for the others. */
  undo?: string;
}

const copied = `approval_client_data = o.approval_client_data, approval_authenticator_data = o.approval_authenticator_data,
  approval_signature = o.approval_signature`;
const inText = (column: string, from: string, to: string) =>
  `update override_requests set ${column} = regexp_replace(${column}, '${from}', '${to}') where id = $1 and $2::uuid is not null and $3::uuid is not null`;
const set = (what: string) =>
  `update override_requests set ${what} where id = $1 and $2::uuid is not null and $3::uuid is not null`;
const otherKey = (signer: 'request' | 'approval') => `update staff_passkeys p set public_key = o.public_key
  from override_requests r, staff_passkeys o
  where r.id = $1 and p.id = r.${signer}_passkey and o.id = r.${signer === 'request' ? 'approval' : 'request'}_passkey
    and $2::uuid is not null and $3::uuid is not null`;

const attacks: Record<string, Attack> = {
  'the signature of the request as the approval, by another member': {
    on: 'requested',
    sql: `update override_requests r set approval = r.request, approver_id = o.approver_id, approval_passkey = o.approval_passkey,
      approval_client_data = r.request_client_data, approval_authenticator_data = r.request_authenticator_data,
      approval_signature = r.request_signature, approved_at = r.created_at
      from override_requests o where r.id = $1 and o.id = $2 and $3::uuid is not null`,
    flaw: 'approval',
  },
  'the approval of another override': {
    on: 'requested',
    sql: `update override_requests r set approval = o.approval, approver_id = o.approver_id, approval_passkey = o.approval_passkey,
      ${copied}, approved_at = o.approved_at from override_requests o where r.id = $1 and o.id = $2 and $3::uuid is not null`,
    flaw: 'approval',
  },
  'that approval, with its text made to fit': {
    on: 'requested',
    sql: `update override_requests r set approval = replace(o.approval, o.id::text, r.id::text), approver_id = o.approver_id,
      approval_passkey = o.approval_passkey, ${copied}, approved_at = o.approved_at
      from override_requests o where r.id = $1 and o.id = $2 and $3::uuid is not null`,
    flaw: 'approval',
  },
  'an earlier approval': {
    on: 'approved',
    sql: set(`approved_at = approved_at - interval '1 day'`),
    flaw: 'times',
  },
  'an earlier approval, in its text too': {
    on: 'approved',
    sql: `update override_requests set approved_at = approved_at - interval '1 day',
      approval = regexp_replace(approval, '"approved_at":"[^"]*"', '"approved_at":"' ||
        to_char((approved_at - interval '1 day') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"')
      where id = $1 and $2::uuid is not null and $3::uuid is not null`,
    flaw: 'approval',
  },
  'a shorter waiting period': {
    on: 'approved',
    sql: inText('request', '"wait_hours":24', '"wait_hours":1'),
    flaw: 'request',
  },
  'another account in the row': { on: 'usable', sql: set(`account_id = 'somebody'`), flaw: 'request' },
  'another account in the text': {
    on: 'usable',
    sql: `update override_requests set account_id = 'somebody', request = replace(request, account_id, 'somebody')
      where id = $1 and $2::uuid is not null and $3::uuid is not null`,
    flaw: 'request',
  },
  'another generation': {
    on: 'usable',
    sql: inText('request', '"generation":"[^"]*"', '"generation":"00000000-0000-4000-8000-000000000000"'),
    flaw: 'request',
  },
  'another reason': {
    on: 'usable',
    sql: inText('request', 'lost everything', 'asked nicely'),
    flaw: 'request',
  },
  'the texts of another override': {
    on: 'usable',
    sql: `update override_requests r set request = o.request, approval = o.approval from override_requests o
      where r.id = $1 and o.id = $2 and $3::uuid is not null`,
    flaw: 'request',
  },
  'another requester': { on: 'usable', sql: set('requester_id = $3'), flaw: 'request' },
  'another approver, who is disabled': { on: 'usable', sql: set('approver_id = $3'), flaw: 'approval' },
  'another public key of the requester': {
    on: 'usable',
    sql: otherKey('request'),
    flaw: 'request',
    undo: 'keys',
  },
  'another public key of the approver': {
    on: 'usable',
    sql: otherKey('approval'),
    flaw: 'approval',
    undo: 'keys',
  },
  'a use that is taken back': {
    on: 'used',
    sql: set('used_at = null, used_by = null, recovery_id = null, use_seal = null'),
    flaw: 'ended',
  },
  'a use in another recovery': { on: 'used', sql: set('recovery_id = gen_random_uuid()'), flaw: 'ended' },
  'a use before its time': {
    on: 'used',
    sql: set(`used_at = used_at - interval '1 hour', approved_at = approved_at - interval '1 hour'`),
    flaw: 'times',
  },
  'a denial that is taken back': {
    on: 'denied',
    sql: set('denied_at = null, denied_by = null'),
    flaw: 'ended',
  },
  'a longer life': {
    on: 'expired',
    sql: set(`approved_at = approved_at + interval '7 days'`),
    flaw: 'times',
  },
};

/** Somebody who can write to the tables makes no override that is used: each is refused, shown as invalid, and audited. */
describe('with SQL alone, an override', () => {
  const stage = new OverrideStage();
  const { clock } = stage;
  let former: string;
  beforeAll(async () => {
    await stage.open();
    const left = await stage.staff.person('security');
    former = left.session.memberId;
    worked(await changeMember(stage.context, 'system', { id: former, disabled: true, reason: 'left' }));
  });
  afterAll(() => stage.close());
  beforeEach(() => clock.advance(1_000));

  const made = async (
    on: Attack['on'],
    account: string,
    recovery: () => Promise<string>,
  ): Promise<string> => {
    const id = on === 'requested' ? await stage.requested(account) : await stage.approved(account);
    if (on !== 'requested' && on !== 'approved') clock.advance(day);
    if (on === 'used') expect(await stage.use(id, await recovery())).toBe('done');
    if (on === 'expired') clock.advance(7 * day);
    if (on === 'denied')
      expect(
        await denyOverride(stage.context, stage.approver.session, { id, reason: 'a test' }),
      ).toBeUndefined();
    return id;
  };

  describe.each(['application', 'owner', 'superuser'] as const)('as the %s', (role: DatabaseRole) => {
    test.each(Object.entries(attacks))('does not verify with %s', async (_what, { on, sql, flaw, undo }) => {
      const account = await stage.account();
      const recovery = () => stage.recovery(account);
      const other = await stage.approved(await stage.account());
      const id = await made(on, account, recovery);
      const before = await stage.staff.sql.superuser.query('select id, public_key from staff_passkeys');
      const { rowCount } = await stage.staff.sql[role].query(sql, [id, other, former]);
      expect(rowCount).toBe(1);
      const seen = await stage.stateOf(id);
      const refused = await stage.use(id, await recovery());
      if (undo)
        for (const { id: passkey, public_key } of before.rows)
          await stage.staff.sql.superuser.query('update staff_passkeys set public_key = $1 where id = $2', [
            public_key,
            passkey,
          ]);
      expect([seen, refused]).toEqual([{ state: 'invalid', flaw }, 'The override is invalid.']);
      const { rows } = await stage.staff.sql.superuser.query(
        `select actor, detail->>'flaw' as flaw from audit_events where event = 'override_invalid' and detail->>'override' = $1`,
        [id],
      );
      expect(rows).toEqual([{ actor: 'system', flaw }]);
      const proven = await stage.staff.sql.superuser.query(
        `select 1 from recoveries where account_id = $1 and state <> 'proving' and id not in (
           select recovery_id from audit_events where event = 'override_used' and recovery_id is not null)`,
        [account],
      );
      expect(proven.rows).toEqual([]);
    });
  });

  test('stands for no other recovery, whatever the rows of both say', async () => {
    const account = await stage.account();
    const id = await stage.usable(account);
    const [own, other] = [await stage.recovery(account), await stage.recovery(account)];
    expect(await stage.use(id, own)).toBe('done');
    const generation = await stage.generationOf(account);
    const stands = (recovery: string) =>
      standsFor(stage.context, { override: id, recovery, generation }, clock.now());
    expect([await stands(own), await stands(other)]).toEqual([true, false]);
    await stage.staff.sql.superuser.query('update override_requests set recovery_id = $1 where id = $2', [
      other,
      id,
    ]);
    expect([await stands(own), await stands(other)]).toEqual([false, false]);
  });

  test('that was used by SQL alone stands for nothing, also with a row of the audit', async () => {
    const account = await stage.account();
    const id = await stage.usable(account);
    const recovery = await stage.recovery(account);
    await stage.staff.sql.superuser.query(
      `update override_requests set used_at = $1, used_by = $2, recovery_id = $3, use_seal = '\\x00' where id = $4`,
      [new Date(clock.now()), stage.asker.session.memberId, recovery, id],
    );
    const generation = await stage.generationOf(account);
    const stands = () => standsFor(stage.context, { override: id, recovery, generation }, clock.now());
    expect(await stands()).toBe(false);
    await stage.staff.sql.application.query(
      `insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
       values (gen_random_uuid(), $1, 'override_used', 'system', $2, $3, jsonb_build_object('override', $4::text))`,
      [new Date(clock.now()), account, recovery, id],
    );
    expect(await stands()).toBe(false);
    // The seal of another use.
    const used = await stage.usable(await stage.account());
    const { rows } = await stage.staff.sql.superuser.query(
      'select account_id from override_requests where id = $1',
      [used],
    );
    expect(await stage.use(used, await stage.recovery(rows[0].account_id))).toBe('done');
    await stage.staff.sql.owner.query(
      `update override_requests r set use_seal = o.use_seal from override_requests o where r.id = $1 and o.id = $2`,
      [id, used],
    );
    expect(await stands()).toBe(false);
  });

  test('is verified by hand, without our code', async () => {
    const account = await stage.account();
    const id = await stage.usable(account);
    expect(await stage.use(id, await stage.recovery(account))).toBe('done');
    const { rows } = await stage.staff.sql.owner.query(
      `select row_to_json(t) as row from (
         select r.*, a.public_key as request_key, b.public_key as approval_key from override_requests r
         join staff_passkeys a on a.id = r.request_passkey left join staff_passkeys b on b.id = r.approval_passkey where r.id = $1) t`,
      [id],
    );
    const script = join(process.cwd(), 'docs/operate/verify-override.mjs');
    const verify = (row: object) =>
      spawnSync(process.execPath, [script, consoleUrl], { input: JSON.stringify(row), encoding: 'utf8' })
        .stdout;
    const [{ row }] = rows;
    const [asker, approver] = [stage.asker.session.memberId, stage.approver.session.memberId];
    expect(verify(row)).toBe(`good: requested by ${asker}, approved by ${approver}\n`);
    expect(verify({ ...row, request: row.request.replace('lost everything', 'asked nicely') })).toMatch(
      /wrong: request: the challenge is not its digest\n.*wrong: approval: another request/s,
    );
    expect(verify({ ...row, approval_key: row.request_key })).toContain(
      'wrong: approval: the signature is wrong',
    );
    expect(verify({ ...row, account_id: 'eve' })).toContain('wrong: request: another account');
    expect(verify({ ...row, used_at: row.created_at })).toContain('wrong: used before its time');
  });

  test('is not for an account that is made again with the same id', async () => {
    const account = await stage.account();
    const id = await stage.usable(account);
    worked(await deleteAccount(stage.context, 'client:spec', account));
    await stage.account(account);
    expect(await stage.use(id, await stage.recovery(account))).toBe('The override is denied.');
    // By SQL, nothing follows from the deletion.
    const other = await stage.account();
    const theirs = await stage.usable(other);
    await stage.staff.sql.superuser.query('delete from accounts where id = $1', [other]);
    await stage.account(other);
    const gone = 'The account is another one now, or disabled.';
    expect(await stage.use(theirs, await stage.recovery(other))).toBe(gone);
  });

  test('of an approver who was disabled is not used, and shown as what it is', async () => {
    const leaving = await stage.staff.person('security');
    const account = await stage.account();
    const id = await stage.requested(account);
    await stage.approve(id, leaving);
    clock.advance(day);
    const change = { id: leaving.session.memberId, disabled: true, reason: 'left' };
    worked(await changeMember(stage.context, 'system', change));
    expect(await stage.stateOf(id)).toEqual({ state: 'invalid', flaw: 'signer' });
    expect(await stage.use(id, await stage.recovery(account))).toBe('The override is invalid.');
  });
});
