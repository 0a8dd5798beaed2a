import { randomBytes } from 'node:crypto';
import { isRefused, Keyring, type KeyringKey } from '@rekey/kernel';
import {
  changeMember,
  countStaffByKey,
  currentStaffSession,
  inviteStaff,
  offerRegistration,
} from '@rekey/staff';
import { secretIn } from '../flows/staff-browser.js';
import { codeOf, type Person, StaffPeople, worked } from './staff-people.js';

/** A member of staff who can also write to the tables, and wants to be somebody else. */
describe('an insider with SQL', () => {
  const staff = new StaffPeople();
  let approver: Person;
  beforeAll(async () => {
    await staff.open();
    approver = await staff.person('security');
  });
  afterAll(() => staff.close());
  beforeEach(() => staff.clock.advance(1_000));

  const sql = (text: string, values: unknown[]) => staff.sql.application.query(text, values);

  test.each([
    ['gives themselves another role', `role = 'security'`],
    ['is a demo person', 'demo = true'],
    ['was disabled, and enables themselves', 'disabled_at = null'],
  ])('%s: neither the session nor the passkey works any more', async (what, change) => {
    const insider = await staff.person('auditor');
    const { secret } = worked(await staff.signIn(insider.passkey));
    expect(await currentStaffSession(staff.context, secret)).toBeDefined();
    const { memberId: id } = insider.session;
    if (what.startsWith('was disabled'))
      worked(await changeMember(staff.context, 'system', { id, disabled: true, reason: 'left' }));
    await sql(`update staff_members set ${change} where id = $1`, [id]);
    await sql('update staff_sessions set ended_at = null where member_id = $1', [id]);
    expect(await currentStaffSession(staff.context, secret)).toBeUndefined();
    expect(codeOf(await staff.signIn(insider.passkey))).not.toBe('done');
  });

  test.each([
    ['was disabled', { disabled: true }],
    ['had another role before', { role: 'auditor' as const }],
  ])('%s, and puts their row back with the seal that it had: nobody signs in', async (_what, change) => {
    const insider = await staff.person('security');
    const { memberId: id } = insider.session;
    const { rows } = await sql('select role, disabled_at, seal from staff_members where id = $1', [id]);
    worked(await changeMember(staff.context, 'system', { id, ...change, reason: 'a test' }));
    const [{ role, disabled_at, seal }] = rows;
    const back = 'update staff_members set role = $2, disabled_at = $3, seal = $4 where id = $1';
    await sql(back, [id, role, disabled_at, seal]);
    expect(codeOf(await staff.signIn(insider.passkey))).toBe('unauthorized');
    // By the console it is another matter.
    const aside = { id, role: 'support' as const, disabled: true, reason: 'a test' };
    worked(await changeMember(staff.context, 'system', aside));
    worked(await changeMember(staff.context, 'system', { id, disabled: false, reason: 'a test' }));
    expect(worked(await staff.signIn(insider.passkey)).session.role).toBe('support');
  });

  test('makes their session that of another member: it works no more', async () => {
    const insider = await staff.person('support');
    const { secret, session } = worked(await staff.signIn(insider.passkey));
    await sql('update staff_sessions set member_id = $1 where id = $2', [
      approver.session.memberId,
      session.id,
    ]);
    expect(await currentStaffSession(staff.context, secret)).toBeUndefined();
  });

  test('revives an old invitation, as that of another member: it works no more', async () => {
    const invited = worked(
      await inviteStaff(staff.context, 'system', { name: 'x', role: 'support', reason: 'a test' }),
    );
    const secret = secretIn(invited.url);
    expect(isRefused(await offerRegistration(staff.context, secret))).toBe(false);
    await sql('update staff_invitations set member_id = $1 where member_id = $2', [
      approver.session.memberId,
      invited.id,
    ]);
    expect(codeOf(await offerRegistration(staff.context, secret))).toBe('not_found');
    await sql(
      `update staff_invitations set member_id = $2, expires_at = expires_at + interval '1 year' where member_id = $1`,
      [approver.session.memberId, invited.id],
    );
    expect(codeOf(await offerRegistration(staff.context, secret))).toBe('not_found');
  });

  test('a sign-in moves the seals to the newest key, and the older key can go', async () => {
    const [older, newer] = ['a', 'b'].map((id) => ({ id, key: randomBytes(32) })) as [KeyringKey, KeyringKey];
    const under = (...keys: KeyringKey[]) => ({ ...staff.context, keyring: new Keyring(keys) });
    const [waiting, moving] = [
      await staff.person('auditor', under(older)),
      await staff.person('auditor', under(older)),
    ];
    expect(codeOf(await staff.signIn(moving.passkey, under(newer, older)))).toBe('done');
    expect(codeOf(await staff.signIn(moving.passkey, under(newer)))).toBe('done');
    expect(codeOf(await staff.signIn(waiting.passkey, under(newer)))).toBe('unauthorized');
    const { members, passkeys } = await countStaffByKey(staff.context.database);
    for (const counts of [members, passkeys]) expect(counts).toContainEqual({ key_id: 'b', rows: 1 });
  });
});
