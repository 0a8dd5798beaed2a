import {
  currentStaffSession,
  inviteStaff,
  pruneStaff,
  type StaffContext,
  staffLifetimes,
  staffRoles,
} from '@rekey/staff';
import { newHousehold, useRekey } from './rekey.js';
import { memberOf, StaffBrowser, secretIn, staffContext } from './staff-browser.js';

/** Staff of the console: how they come, sign in, act on each other, and go. */
describe('staff', () => {
  const rekey = useRekey();
  let context: StaffContext;
  let admin: StaffBrowser;
  beforeAll(async () => {
    context = await staffContext(rekey);
    admin = await memberOf(rekey, context, 'admin');
  });
  beforeEach(() => void newHousehold());

  const since = (ms: number) => new Date(rekey.clock.now() + ms).toISOString();
  const events = async (id: string): Promise<[string, string, string | undefined][]> =>
    (
      await rekey.sql(
        `select event, actor, detail->>'reason' as reason from audit_events
         where actor = $1 or detail->>'staff' = $2 order by recorded_at, id`,
        [`staff:${id}`, id],
      )
    ).map(({ event, actor, reason }) => [event, actor.replace(/^staff:/, ''), reason ?? undefined]);
  const change = (id: string, json: object, by = admin) =>
    by.call('PATCH', `members/${id}`, { reason: 'a test', ...json });

  test('an invitation becomes a passkey and a session, once; all of it is audited', async () => {
    const invited = await admin.call('POST', 'members/invitations', {
      name: 'Ines Ivanova',
      role: 'security',
      reason: 'joins on Monday',
    });
    expect([invited.status, invited.body.expires_at]).toEqual([201, since(staffLifetimes.invitation)]);
    expect(invited.body.url).toMatch(`${rekey.settings.urls.console}/invitation#`);
    const ines = new StaffBrowser(rekey);
    const offer = await ines.call('POST', 'registrations/options', {
      invitation: secretIn(invited.body.url),
    });
    expect(offer.body).toMatchObject({
      name: 'Ines Ivanova',
      role: 'security',
      options: {
        rp: { id: 'localhost' },
        attestation: 'none',
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      },
    });
    const { status, body, headers } = await ines.register(invited.body.url);
    expect([status, body]).toEqual([
      201,
      {
        id: invited.body.id,
        name: 'Ines Ivanova',
        role: 'security',
        demo: false,
        rights: ['look', 'assist', 'decide', 'revoke', 'export'],
        signed_in_at: since(0),
        expires_at: since(staffLifetimes.session),
        idle_expires_at: since(staffLifetimes.idle),
        fresh_until: since(staffLifetimes.fresh),
      },
    ]);
    expect(headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^rekey-staff=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/),
    );
    // Neither secret is in the database.
    const secrets = [secretIn(invited.body.url), ines.cookies.get('rekey-staff')];
    const [{ all }] = await rekey.sql(
      `select (select json_agg(s) from staff_sessions s)::text || (select json_agg(i) from staff_invitations i)::text
         || (select json_agg(a) from audit_events a)::text as all`,
    );
    for (const secret of secrets) expect(all).not.toContain(secret);

    expect((await new StaffBrowser(rekey).register(invited.body.url)).status).toBe(404);
    expect((await ines.session()).body).toEqual(body);
    expect((await ines.call('DELETE', 'session')).status).toBe(204);
    expect((await ines.session()).status).toBe(401);
    expect((await ines.signIn()).status).toBe(201);
    expect(await events(ines.id)).toEqual([
      ['staff_invited', admin.id, 'joins on Monday'],
      ['staff_registered', ines.id, undefined],
      ['staff_signed_out', ines.id, undefined],
      ['staff_signed_in', ines.id, undefined],
    ]);
    const { body: listed } = await admin.call('GET', 'members');
    expect(listed.members).toContainEqual({
      id: ines.id,
      name: 'Ines Ivanova',
      role: 'security',
      state: 'active',
      demo: false,
      created_at: since(0),
      last_seen_at: since(0),
      invitation_expires_at: null,
    });
  });

  test('a session ends after 15 idle minutes, and after 8 hours; freshness after 5 minutes', async () => {
    const support = await memberOf(rekey, context, 'support');
    const started = rekey.clock.now();
    for (let used = 0; used < 32; used++) {
      rekey.clock.advance(staffLifetimes.idle - 1_000);
      expect([used, (await support.session()).status]).toEqual([used, 200]);
    }
    const { idle_expires_at, expires_at } = (await support.session()).body;
    expect([idle_expires_at, expires_at]).toEqual(
      Array(2).fill(new Date(started + staffLifetimes.session).toISOString()),
    );
    rekey.clock.advance(started + staffLifetimes.session - rekey.clock.now());
    expect((await support.session()).status).toBe(401);
    expect((await support.signIn()).status).toBe(201);
    rekey.clock.advance(staffLifetimes.idle);
    expect((await support.session()).status).toBe(401);

    expect((await admin.signIn()).status).toBe(201);
    rekey.clock.advance(staffLifetimes.fresh);
    const invitation = { name: 'Late', role: 'auditor', reason: 'a test' };
    const stale = await admin.call('POST', 'members/invitations', invitation);
    expect([stale.status, stale.body.code]).toEqual([401, 'step_up_required']);
    const confirmed = await admin.confirm();
    expect([confirmed.status, confirmed.body.fresh_until]).toEqual([200, since(staffLifetimes.fresh)]);
    expect((await admin.call('POST', 'members/invitations', invitation)).status).toBe(201);
  });

  test('a new role and being disabled count from the next request on', async () => {
    await admin.signIn();
    const member = await memberOf(rekey, context, 'support');
    expect((await member.call('GET', 'members')).status).toBe(403);
    expect((await change(member.id, { role: 'admin' })).body.role).toBe('admin');
    expect((await member.call('GET', 'members')).status).toBe(200);
    expect((await member.session()).body.rights).toEqual(['look', 'staff']);
    expect((await change(member.id, { disabled: true })).body.state).toBe('disabled');
    expect((await member.session()).status).toBe(401);
    expect((await member.signIn()).status).toBe(401);
    expect((await change(member.id, { role: 'auditor' })).body.state).toBe('disabled');
    expect((await change(member.id, { disabled: false })).body.state).toBe('active');
    // The session before does not come back.
    expect((await member.session()).status).toBe(401);
    expect((await member.signIn()).body.role).toBe('auditor');
    expect((await events(member.id)).map(([event]) => event)).toEqual([
      'staff_invited',
      'staff_registered',
      'staff_access_denied',
      'staff_role_changed',
      'staff_disabled',
      'staff_role_changed',
      'staff_enabled',
      'staff_signed_in',
    ]);
  });

  test('who lost a passkey is invited again: the old one works until the new one is registered', async () => {
    await admin.signIn();
    const member = await memberOf(rekey, context, 'auditor');
    const first = await admin.call('POST', `members/${member.id}/invitation`, { reason: 'lost the phone' });
    const second = await admin.call('POST', `members/${member.id}/invitation`, { reason: 'lost the mail' });
    expect((await member.signIn()).status).toBe(201);
    const anew = new StaffBrowser(rekey);
    expect((await anew.register(first.body.url)).status).toBe(404);
    expect((await anew.register(second.body.url)).status).toBe(201);
    expect(anew.id).toBe(member.id);
    expect((await member.session()).status).toBe(401);
    expect((await member.signIn()).status).toBe(401);
    expect((await anew.signIn()).status).toBe(201);
  });

  test('nobody changes themselves, and somebody who can manage staff always stays', async () => {
    await admin.signIn();
    expect((await change(admin.id, { role: 'support' })).body.code).toBe('invalid_state');
    const again = await admin.call('POST', `members/${admin.id}/invitation`, { reason: 'a test' });
    expect(again.body.code).toBe('invalid_state');
    const other = await memberOf(rekey, context, 'admin');
    // Invited alone does not count: they cannot sign in.
    await inviteStaff(context, 'system', { name: 'Not yet', role: 'admin', reason: 'a test' });
    expect((await change(admin.id, { disabled: true }, other)).status).toBe(200);
    expect((await change(admin.id, { disabled: false }, other)).status).toBe(200);
    expect((await admin.signIn()).status).toBe(201);
    expect((await change(other.id, { role: 'support' })).status).toBe(200);
    for (const id of ['0197f0a0-0000-7000-8000-000000000001', 'no-uuid'])
      expect((await change(id, { role: 'support' })).status).toBe(404);
  });

  test('an invitation expires after 24 hours, and what has ended is pruned', async () => {
    await admin.signIn();
    const { body } = await admin.call('POST', 'members/invitations', {
      name: 'Slow',
      role: 'support',
      reason: 'a test',
    });
    rekey.clock.advance(staffLifetimes.invitation);
    expect((await new StaffBrowser(rekey).register(body.url)).status).toBe(404);
    rekey.clock.advance(staffLifetimes.retained);
    await pruneStaff(context.database, rekey.clock.now());
    const [left] = await rekey.sql(
      `select (select count(*)::int from staff_invitations) as invitations, (select count(*)::int from staff_sessions) as sessions,
         (select count(*)::int from staff_challenges) as challenges`,
    );
    expect(left).toEqual({ invitations: 0, sessions: 0, challenges: 0 });
    expect((await admin.signIn()).status).toBe(201);
  });

  test('in development everybody may enter as a demo person of each role', async () => {
    const browser = new StaffBrowser(rekey);
    expect((await browser.call('GET', 'sign-in')).body).toEqual({ demo: true });
    for (const role of staffRoles) {
      const { status, body } = await browser.call('POST', 'sessions/demo', { role });
      expect([status, body.role, body.demo]).toEqual([201, role, true]);
    }
    // Always fresh, since there is no passkey to ask for; and no member to be changed.
    rekey.clock.advance(staffLifetimes.fresh);
    const invitation = { name: 'By demo', role: 'support', reason: 'a test' };
    expect((await browser.call('POST', 'members/invitations', invitation)).status).toBe(201);
    await admin.signIn();
    expect((await change(browser.id, { role: 'support' })).body.code).toBe('invalid_state');
    const production = { ...context, place: { ...context.place, offersDemo: false } };
    const secret = browser.cookies.get('rekey-staff') ?? '';
    expect(await currentStaffSession(context, secret)).toMatchObject({ demo: true });
    expect(await currentStaffSession(production, secret)).toBeUndefined();
  });
});
