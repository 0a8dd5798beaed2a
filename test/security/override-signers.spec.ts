import { createHash } from 'node:crypto';
import {
  changeMember,
  inviteAgain,
  offerRegistration,
  overrideTimes,
  register,
  type StaffRole,
  verifiedOverride,
} from '@rekey/staff';
import { secretIn } from '../flows/staff-browser.js';
import { SoftPasskey } from '../servers/soft-passkey.js';
import { OverrideStage } from './override-stage.js';
import { consoleUrl, type Person, worked } from './staff-people.js';

const hour = 3_600_000;

/** Who has signed may sign until it is used: also where somebody with SQL puts their rows back as they were. */
describe('the signers of an override', () => {
  const stage = new OverrideStage();
  beforeAll(() => stage.open());
  afterAll(() => stage.close());
  beforeEach(() => stage.clock.advance(1_000));

  const sql = (text: string, values: unknown[]) => stage.staff.sql.application.query(text, values);
  const change = (of: Person, what: { role?: StaffRole; disabled?: boolean }) =>
    changeMember(stage.context, 'system', { id: of.session.memberId, ...what, reason: 'a test' });
  const rowOf = async (of: Person) =>
    (await sql('select role, disabled_at, seal from staff_members where id = $1', [of.session.memberId]))
      .rows[0];
  const putBack = (of: Person, { role, disabled_at, seal }: Record<string, unknown>) =>
    sql('update staff_members set role = $2, disabled_at = $3, seal = $4 where id = $1', [
      of.session.memberId,
      role,
      disabled_at,
      seal,
    ]);
  /** An approved one, and who has signed it: people of its own. */
  const approved = async () => {
    stage.asker = await stage.staff.person('support');
    const approver = await stage.staff.person('security');
    const id = await stage.requested(await stage.account());
    await stage.approve(id, approver);
    return { id, asker: stage.asker, approver };
  };
  const isUsable = async (id: string): Promise<boolean> =>
    (await verifiedOverride(stage.context, id, stage.clock.now() + overrideTimes.waitHours * hour)) !==
    undefined;

  test.each([
    ['the approver', 'support'],
    ['the approver', 'auditor'],
    ['the asker', 'admin'],
  ] as const)('%s who is %s now counts no more; a role with the right does', async (which, role) => {
    const { id, asker, approver } = await approved();
    worked(await change(asker, { role: 'security' }));
    expect(await isUsable(id)).toBe(true);
    worked(await change(which === 'the asker' ? asker : approver, { role }));
    expect(await isUsable(id)).toBe(false);
    expect(await stage.stateOf(id)).toEqual({ state: 'invalid', flaw: 'signer' });
  });

  test.each([
    ['is disabled, and enabled in the table', { disabled: true }, false],
    ['is disabled, and has their row as it was before', { disabled: true }, true],
    ['loses the right, and has their row as it was before', { role: 'support' as const }, true],
  ])('an approver who %s counts no more', async (_what, changed, withSeal) => {
    const { id, approver } = await approved();
    const before = await rowOf(approver);
    worked(await change(approver, changed));
    const { seal } = await rowOf(approver);
    await putBack(approver, { ...before, seal: withSeal ? before.seal : seal });
    expect(await isUsable(id)).toBe(false);
  });

  test('a passkey that was replaced, and is revived in the table, counts no more', async () => {
    const { id, approver } = await approved();
    const { memberId } = approver.session;
    const { url } = worked(await inviteAgain(stage.context, 'system', { id: memberId, reason: 'lost' }));
    const secret = secretIn(url);
    const { options, challenge } = worked(await offerRegistration(stage.context, secret));
    const response = new SoftPasskey(consoleUrl).create(options as never) as never;
    worked(await register(stage.context, { secret, kept: challenge, response }));
    expect(await isUsable(id)).toBe(false);
    await sql('update staff_passkeys set ended_at = null where member_id = $1', [memberId]);
    expect(await isUsable(id)).toBe(false);
  });

  test('the approval of a member without the right counts for nothing, put into the table by SQL', async () => {
    stage.asker = await stage.staff.person('support');
    const other = await stage.staff.person('support');
    const id = await stage.requested(await stage.account());
    const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
    const { rows } = await sql('select request from override_requests where id = $1', [id]);
    const at = new Date(stage.clock.now());
    const request = digest(rows[0].request);
    const approval = { approved_at: at.toISOString(), approved_by: other.session.memberId, id, request };
    const text = JSON.stringify({ ...approval, type: 'override_approval' });
    const { id: passkey, response } = other.passkey.get({ challenge: digest(text) });
    const signed = response as Record<string, string>;
    const bytes = (name: string) => Buffer.from(signed[name] ?? '', 'base64url');
    await sql(
      `update override_requests set approval = $2, approver_id = $3, approval_passkey = $4, approval_client_data = $5,
         approval_authenticator_data = $6, approval_signature = $7, approved_at = $8 where id = $1`,
      [
        id,
        text,
        other.session.memberId,
        Buffer.from(passkey, 'base64url'),
        bytes('clientDataJSON'),
        bytes('authenticatorData'),
        bytes('signature'),
        at,
      ],
    );
    expect(await isUsable(id)).toBe(false);
    // Nothing but the right stands in the way.
    worked(await change(other, { role: 'security' }));
    expect(await isUsable(id)).toBe(true);
  });
});
