import { createHash, randomUUID } from 'node:crypto';
import { isRefused } from '@rekey/kernel';
import {
  approveOverride,
  changeMember,
  denyOverride,
  draftApproval,
  draftOverride,
  overrideTimes,
  requestOverride,
  type StaffContext,
  type StaffRole,
  verifiedOverride,
} from '@rekey/staff';
import { type Otherwise, SoftPasskey } from '../servers/soft-passkey.js';
import { codeOf, consoleUrl, type Person, StaffPeople, worked } from './staff-people.js';

const hour = 3_600_000;

/** Two persons for what overrides proof: what one person, or somebody with SQL alone, cannot do. */
describe('an override', () => {
  const staff = new StaffPeople();
  const { clock, keyring, sql: clients } = staff;
  let context: StaffContext;
  let asker: Person;
  let approver: Person;
  const person = (role: StaffRole) => staff.person(role);
  beforeAll(async () => {
    await staff.open();
    context = staff.context;
    asker = await person('support');
    approver = await person('security');
  });
  afterAll(() => staff.close());
  beforeEach(() => clock.advance(1_000));

  const draft = (by = asker) =>
    draftOverride(context, by.session, {
      account: 'ada',
      generation: randomUUID(),
      evidence: 'passport, seen by video on Friday',
      reason: 'phone and mailbox lost in one theft',
    });
  const sign = async (by: Person, otherwise: Otherwise = {}, text?: string) => {
    const drafted = await draft(by);
    const response = by.passkey.get(drafted.options, otherwise) as never;
    return requestOverride(context, by.session, { text: text ?? drafted.text, response });
  };
  const requested = async (): Promise<string> => worked(await sign(asker)).id;
  const approve = async (id: string, by: Person, otherwise: Otherwise = {}) => {
    const drafted = await draftApproval(context, by.session, id);
    if (isRefused(drafted)) return drafted;
    return approveOverride(context, by.session, {
      text: drafted.text,
      response: by.passkey.get(drafted.options, otherwise) as never,
    });
  };
  const approved = async (): Promise<string> => {
    const id = await requested();
    worked(await approve(id, approver));
    return id;
  };
  const afterWait = () => clock.now() + overrideTimes.waitHours * hour;
  const verified = (id: string, now = afterWait()) => verifiedOverride(context, id, now);

  test('of two persons can be used after the waiting period, for seven days; both acts are audited', async () => {
    const id = await requested();
    expect(await verified(id)).toBeUndefined();
    worked(await approve(id, approver));
    const from = afterWait();
    expect(await verified(id, from - 1)).toBeUndefined();
    expect(await verified(id, from)).toMatchObject({
      request: { id, account: 'ada', requested_by: asker.session.memberId },
      approvedBy: approver.session.memberId,
      usableFrom: from,
    });
    expect(await verified(id, from + 7 * 24 * hour)).toBeUndefined();
    const { rows } = await clients.owner.query(
      `select event, actor, account_id from audit_events where detail->>'override' = $1 order by at, recorded_at`,
      [id],
    );
    expect(rows).toEqual([
      { event: 'override_requested', actor: `staff:${asker.session.memberId}`, account_id: 'ada' },
      { event: 'override_approved', actor: `staff:${approver.session.memberId}`, account_id: 'ada' },
    ]);
  });

  test('is not approved by its requester, by a role without the right, twice, late, or after a denial [ASVS 2.3.5]', async () => {
    const own = worked(await sign(approver)).id;
    expect(codeOf(await approve(own, approver))).toBe('invalid_state');
    const id = await requested();
    expect(codeOf(await approve(id, await person('auditor')))).toBe('forbidden');
    expect(codeOf(await approve(id, await person('admin')))).toBe('forbidden');
    expect(codeOf(await approve(id, approver, { origin: 'https://evil.example' }))).toBe('unauthorized');
    expect(codeOf(await approve(id, approver, { challenge: 'A'.repeat(43) }))).toBe('unauthorized');
    expect(codeOf(await approve(id, approver, { flags: 1 }))).toBe('unauthorized');
    expect(codeOf(await denyOverride(context, asker.session, { id, reason: 'a mistake' }))).toBe('done');
    expect(codeOf(await approve(id, approver))).toBe('invalid_state');
    const late = await requested();
    clock.advance(overrideTimes.openMs);
    expect(codeOf(await approve(late, approver))).toBe('invalid_state');
    const twice = await approved();
    expect(codeOf(await approve(twice, await person('security')))).toBe('invalid_state');
  });

  test('is signed as it was read: by whom it names, with its waiting period, once, within five minutes', async () => {
    const { text, options } = await draft();
    const response = asker.passkey.get(options) as never;
    const other = JSON.stringify({ ...JSON.parse(text), account: 'eve' });
    expect(codeOf(await requestOverride(context, asker.session, { text: other, response }))).toBe(
      'unauthorized',
    );
    const shorter = text.replace('"wait_hours":24', '"wait_hours":1');
    expect(codeOf(await requestOverride(context, asker.session, { text: shorter, response }))).toBe(
      'invalid_request',
    );
    const respelled = text.replace('{', '{ ');
    expect(codeOf(await requestOverride(context, asker.session, { text: respelled, response }))).toBe(
      'invalid_request',
    );
    expect(codeOf(await requestOverride(context, approver.session, { text, response }))).toBe(
      'invalid_request',
    );
    expect(codeOf(await requestOverride(context, asker.session, { text, response }))).toBe('done');
    const again = asker.passkey.get(options) as never;
    expect(codeOf(await requestOverride(context, asker.session, { text, response: again }))).toBe('conflict');
    const drafted = await draft();
    clock.advance(5 * 60_000);
    const late = { text: drafted.text, response: asker.passkey.get(drafted.options) as never };
    expect(codeOf(await requestOverride(context, asker.session, late))).toBe('invalid_request');
  });

  const odd: [string, (request: Record<string, unknown>) => object][] = [
    ['a text with a zero byte', (request) => ({ ...request, evidence: 'a\0b' })],
    ['half a character', (request) => ({ ...request, reason: 'a\ud800b' })],
    ['a second line', (request) => ({ ...request, evidence: 'passport\napproved by the bank' })],
    ['text that turns around', (request) => ({ ...request, reason: 'a\u202eb' })],
    ['more of a reason than a page takes', (request) => ({ ...request, reason: 'x'.repeat(501) })],
    ['an id in capitals', (request) => ({ ...request, id: String(request.id).toUpperCase() })],
    ['an id that stands behind all others', (request) => ({ ...request, id: randomUUID() })],
  ];
  test.each(odd)('is not signed with %s, as no page of the console drafts it', async (_what, change) => {
    const changed = Object.entries(change(JSON.parse((await draft()).text)));
    const text = JSON.stringify(Object.fromEntries(changed.sort(([one], [other]) => (one < other ? -1 : 1))));
    const challenge = createHash('sha256').update(text).digest('base64url');
    const response = asker.passkey.get({ challenge }) as never;
    expect(codeOf(await requestOverride(context, asker.session, { text, response }))).toBe('invalid_request');
  });

  test('of a person who is disabled, or has another passkey now, cannot be used', async () => {
    const leaving = await person('security');
    const id = await requested();
    worked(await approve(id, leaving));
    const at = afterWait();
    expect(await verified(id, at)).toBeDefined();
    worked(
      await changeMember(context, 'system', { id: leaving.session.memberId, disabled: true, reason: 'left' }),
    );
    expect(await verified(id, at)).toBeUndefined();
  });

  describe.each(['application', 'owner', 'superuser'] as const)('with SQL alone, as the %s', (role) => {
    const run = async (text: string, values: unknown[] = []): Promise<string> => {
      try {
        await clients[role].query(text, values);
        return 'done';
      } catch (fault) {
        return String(Object(fault).constraint ?? Object(fault).code);
      }
    };
    const copied = `approval = o.approval, approver_id = o.approver_id, approval_passkey = o.approval_passkey,
      approval_client_data = o.approval_client_data, approval_authenticator_data = o.approval_authenticator_data,
      approval_signature = o.approval_signature, approved_at = o.approved_at`;

    test('nobody approves a request of their own', async () => {
      const id = await requested();
      const self = `update override_requests set approval = request, approver_id = requester_id, approval_passkey = request_passkey,
        approval_client_data = request_client_data, approval_authenticator_data = request_authenticator_data,
        approval_signature = request_signature, approved_at = now() where id = $1`;
      expect(await run(self, [id])).toBe('override_requests_two_persons');
      expect(await run('update override_requests set approved_at = now() where id = $1', [id])).toBe(
        'override_requests_approved',
      );
      expect(await verified(id)).toBeUndefined();
    });

    const attacks: [string, string][] = [
      [
        'the approval of another request',
        `update override_requests r set ${copied} from override_requests o where r.id = $1 and o.id = $2`,
      ],
      [
        'another account in an approved request',
        `update override_requests set account_id = 'eve', request = replace(request, '"ada"', '"eve"') where id = $2 and $1::uuid is not null`,
      ],
      [
        'a shorter waiting period',
        `update override_requests set request = replace(request, '"wait_hours":24', '"wait_hours":1') where id = $2 and $1::uuid is not null`,
      ],
      [
        'another approver',
        `update override_requests set approver_id = (select id from staff_members where id not in (approver_id, requester_id) limit 1)
         where id = $2 and $1::uuid is not null`,
      ],
    ];
    test.each(attacks)('a row does not verify with %s', async (_what, attack) => {
      const [id, good] = [await requested(), await approved()];
      expect(await verified(good)).toBeDefined();
      expect(await run(attack, [id, good])).toBe('done');
      expect([
        await verified(id),
        attack.includes('where id = $2') ? await verified(good) : undefined,
      ]).toEqual([undefined, undefined]);
    });

    test('a passkey of their own, as another member, signs nothing', async () => {
      // Everything but the keyring: a key pair, a row for it, and a response that is right.
      const forged = new SoftPasskey(consoleUrl);
      const memberId = approver.session.memberId;
      const handle = Buffer.from(memberId.replaceAll('-', ''), 'hex').toString('base64url');
      const { response } = forged.create({ challenge: 'x', rp: {}, user: { id: handle } });
      const key = Buffer.from(String(Object(response).attestationObject), 'base64url').subarray(-77);
      const insert = `insert into staff_passkeys (id, member_id, public_key, seal, counter, transports, synced, created_at)
        select $1, $2, $3, seal, 0, '{}', false, now() from staff_passkeys where member_id = $2 limit 1`;
      expect(await run(insert, [Buffer.from(forged.id, 'base64url'), memberId, key])).toBe('done');
      expect(codeOf(await staff.signIn(forged))).toBe('unauthorized');
      const id = await requested();
      const before = approver.passkey;
      approver.passkey = forged;
      expect(codeOf(await approve(id, approver))).toBe('unauthorized');
      approver.passkey = before;
      // With the keyring it would have been a passkey: nothing but the seal stands in the way.
      const seal = keyring.digest(
        'staff-row/passkey',
        JSON.stringify([forged.id, memberId, key.toString('base64url')]),
      );
      const ours = Buffer.from(forged.id, 'base64url');
      expect(await run('update staff_passkeys set seal = $1 where id = $2', [seal, ours])).toBe('done');
      expect(codeOf(await staff.signIn(forged))).toBe('done');
      expect(await run('update staff_passkeys set ended_at = now() where id = $1', [ours])).toBe('done');
      // Nor does the passkey of one member become that of another.
      const moved = 'update staff_passkeys set member_id = $1 where member_id = $2';
      const good = await approved();
      expect(await run(moved, [(await person('security')).session.memberId, asker.session.memberId])).toBe(
        'done',
      );
      expect(await verified(good)).toBeUndefined();
      asker = await person('support');
    });
  });

  test('is never deleted by the application', async () => {
    await expect(clients.application.query('delete from override_requests')).rejects.toMatchObject({
      code: '42501',
    });
    await expect(clients.application.query('delete from staff_passkeys')).rejects.toMatchObject({
      code: '42501',
    });
  });
});
