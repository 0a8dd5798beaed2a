import {
  changeMember,
  inviteStaff,
  type StaffContext,
  type StaffRole,
  staffLifetimes,
  staffRoles,
} from '@rekey/staff';
import { people } from '../flows/people.js';
import { type Answer, newHousehold, type Rekey, startRekey } from '../flows/rekey.js';
import { memberOf, StaffBrowser, secretIn, staffContext } from '../flows/staff-browser.js';
import { flags, type Otherwise } from '../servers/soft-passkey.js';
import { AnnouncedRoutes } from './enumeration/announced-routes.js';
import { rightsOfRole, wanted } from './staff-routes.js';

describe('staff', () => {
  const announced = new AnnouncedRoutes();
  let rekey: Rekey;
  let context: StaffContext;
  const members = {} as Record<StaffRole, StaffBrowser>;
  beforeAll(async () => {
    rekey = await startRekey();
    context = await staffContext(rekey);
    for (const role of staffRoles) members[role] = await memberOf(rekey, context, role);
  });
  afterAll(async () => {
    announced.stop();
    await rekey?.close();
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(60_000);
  });

  const failures = async (): Promise<string[]> =>
    (
      await rekey.sql(
        `select detail->>'reason' as reason from audit_events where event = 'staff_sign_in_failed' order by recorded_at, id`,
      )
    ).map(({ reason }) => reason);
  const invite = async (role: StaffRole = 'support') => {
    const invited = await inviteStaff(context, 'system', { name: 'Anew', role, reason: 'a test' });
    return 'url' in invited ? invited : { url: '', id: '' };
  };

  describe('every route for every role', () => {
    const routes = () =>
      announced
        .list({ console: rekey.settings.ports.console })
        .map((line) => line.replace(/^console /, ''))
        .filter((line) => line.includes(' /staff/') && !line.startsWith('HEAD'));
    const ask = (route: string, by: StaffBrowser, headers: Record<string, string> = {}): Promise<Answer> => {
      const [method = '', path = ''] = route.split(' ');
      // Nothing of it may change what the next question meets.
      if (route === 'DELETE /staff/session' && by.cookies.size > 0) return by.session();
      const id = '0197f0a0-0000-7000-8000-000000000001';
      return by.call(method, path.replace('/staff/', '').replace(/:\w+/g, id), {}, headers);
    };

    test('the table knows every route of the console under /staff', () => {
      expect(routes().sort()).toEqual(Object.keys(wanted).sort());
    });

    test.each(staffRoles)('%s gets what the role has a right to, and nothing else', async (role) => {
      await members[role].signIn();
      for (const [route, right] of Object.entries(wanted)) {
        if (right === 'public') continue;
        const { status } = await ask(route, members[role]);
        const isLetIn = rightsOfRole[role].includes(right);
        expect([route, status === 403]).toEqual([route, !isLetIn]);
        expect([route, status === 401, status >= 500]).toEqual([route, false, false]);
      }
    });

    test('nobody else gets in: without a session, with an expired one, disabled, with a token of the management API', async () => {
      const disabled = await memberOf(rekey, context, 'admin');
      await changeMember(context, 'system', { id: disabled.id, disabled: true, reason: 'a test' });
      const bearer = `Bearer ${await people(rekey).management()}`;
      const expired = await memberOf(rekey, context, 'admin');
      rekey.clock.advance(staffLifetimes.session);
      const forged = new StaffBrowser(rekey);
      forged.cookies.set('rekey-staff', 'x'.repeat(43));
      const nobody: [string, StaffBrowser, Record<string, string>][] = [
        ['no session', new StaffBrowser(rekey), {}],
        ['expired', expired, {}],
        ['disabled', disabled, {}],
        ['forged', forged, {}],
        ['management', new StaffBrowser(rekey), { authorization: bearer }],
      ];
      for (const [who, browser, headers] of nobody)
        for (const [route, right] of Object.entries(wanted)) {
          const { status, body } = await ask(route, browser, headers);
          if (right === 'public')
            expect([who, route, [401, 403].includes(status)]).toEqual([who, route, false]);
          else expect([who, route, status, body.code]).toEqual([who, route, 401, 'unauthorized']);
        }
    });

    test.each([
      ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
      ['another port of this machine', { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }],
      [
        'a name that leads here (DNS rebinding)',
        { origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
      ],
      ['a sandboxed frame', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
      ['no page', { origin: '', 'sec-fetch-site': '' }],
    ])('what acts is refused from %s, with a good session', async (_what, headers) => {
      await members.admin.signIn();
      for (const route of Object.keys(wanted).filter((one) => !one.startsWith('GET'))) {
        const [method = '', path = ''] = route.split(' ');
        const { status } = await members.admin.call(method, path.replace('/staff/', ''), {}, headers);
        expect([route, status]).toEqual([route, 403]);
      }
      expect((await members.admin.session()).status).toBe(200);
    });

    test('a form cannot be sent, no frame shows anything, nothing is stored', async () => {
      const origin = rekey.settings.urls.console;
      const headers = { 'content-type': 'text/plain', origin, 'sec-fetch-site': 'same-origin' };
      const form = { method: 'POST', headers, body: '{"role":"admin"}' };
      expect((await fetch(`${origin}/staff/sessions/demo`, form)).status).toBe(415);
      const answer = await members.admin.call('GET', 'sign-in');
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });
  });

  describe('a passkey', () => {
    const unverified = flags.present;
    const cases: [string, Otherwise | (() => Otherwise), string][] = [
      ['of a page of another origin', { origin: 'https://evil.example' }, 'passkey'],
      ['of another port of this machine', { origin: 'http://localhost:1' }, 'passkey'],
      ['for another relying party', { rpId: 'evil.example' }, 'passkey'],
      ['without user verification', { flags: unverified }, 'passkey'],
      ['without presence', { flags: flags.verified }, 'passkey'],
      ['over another challenge', { challenge: 'A'.repeat(43) }, 'passkey'],
      ['in a frame of another site', { crossOrigin: true }, 'passkey'],
      ['made for a registration', { type: 'webauthn.create' }, 'passkey'],
      ['named as that of another member', () => ({ id: members.auditor.passkey.id }), 'unknown_passkey'],
      ['that nobody has registered', { id: 'AAAAAAAAAAAAAAAAAAAAAA' }, 'unknown_passkey'],
      ['without a user handle', { userHandle: '' }, 'unknown_passkey'],
    ];

    test.each(cases)('%s signs nobody in, and the audit says why', async (_what, otherwise, reason) => {
      const before = await failures();
      const given = typeof otherwise === 'function' ? otherwise() : otherwise;
      const { status, body } = await members.support.signIn(given);
      expect([status, body.code]).toEqual([401, 'unauthorized']);
      expect((await failures()).slice(before.length)).toEqual([reason]);
      expect((await members.support.signIn()).status).toBe(201);
    });

    test.each([
      ['another origin', { origin: 'https://evil.example' }],
      ['another relying party', { rpId: 'evil.example' }],
      ['no user verification', { flags: flags.present | flags.attested }],
      ['another challenge', { challenge: 'A'.repeat(43) }],
      ['the type of a sign-in', { type: 'webauthn.get' }],
    ])('with %s is not registered, and the invitation still serves', async (_what, otherwise) => {
      const { url } = await invite();
      const browser = new StaffBrowser(rekey);
      expect((await browser.register(url, otherwise)).status).toBe(401);
      expect((await browser.register(url)).status).toBe(201);
    });

    test('with the user handle of another member signs in neither', async () => {
      const of = Buffer.from(members.admin.id.replaceAll('-', ''), 'hex').toString('base64url');
      expect((await members.support.signIn({ userHandle: of })).status).toBe(401);
    });

    test('whose counter goes back or stays is refused as cloned', async () => {
      await members.support.signIn({ counter: 500 });
      for (const counter of [500, 499, 0]) {
        expect((await members.support.signIn({ counter })).status).toBe(401);
        expect((await failures()).at(-1)).toBe('cloned');
      }
      // Nobody has it reported as cloned without its key.
      const forger = new StaffBrowser(rekey);
      const { body } = await forger.call('POST', 'sessions/options');
      const forged = members.support.passkey.get(body.options, { counter: 1 });
      forged.response = { ...forged.response, signature: 'AAAA' };
      expect((await forger.call('POST', 'sessions', { response: forged })).status).toBe(401);
      expect((await failures()).at(-1)).toBe('passkey');
      expect((await members.support.signIn({ counter: 501 })).status).toBe(201);
    });

    test('that never counts signs in again and again', async () => {
      const { url } = await invite();
      const browser = new StaffBrowser(rekey);
      expect((await browser.register(url, { counter: 0 })).status).toBe(201);
      for (let round = 0; round < 3; round++) expect((await browser.signIn({ counter: 0 })).status).toBe(201);
    });

    test('is registered for one member only', async () => {
      const { url } = await invite();
      const owner = await memberOf(rekey, context, 'auditor');
      const answer = await new StaffBrowser(rekey, owner.passkey).register(url);
      expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
      expect((await new StaffBrowser(rekey).register(url)).status).toBe(201);
    });

    test('answers each challenge once, in time, and for what it was made', async () => {
      const { security } = members;
      const replayed = async (
        path: string,
        options: string,
        otherwise: (cookies: Map<string, string>) => void,
      ) => {
        const { body } = await security.call('POST', options);
        const cookies = new Map(security.cookies);
        const response = security.passkey.get(body.options);
        otherwise(cookies);
        for (const [name, value] of cookies) security.cookies.set(name, value);
        return { cookies, send: () => security.call('POST', path, { response }) };
      };
      const again = await replayed('sessions', 'sessions/options', () => undefined);
      expect((await again.send()).status).toBe(201);
      for (const [name, value] of again.cookies) security.cookies.set(name, value);
      expect((await again.send()).status).toBe(401);
      expect((await failures()).at(-1)).toBe('challenge');

      const late = await replayed('sessions', 'sessions/options', () =>
        rekey.clock.advance(staffLifetimes.challenge),
      );
      expect((await late.send()).status).toBe(401);

      await security.signIn();
      const swapped = await replayed('sessions/fresh', 'sessions/options', (cookies) =>
        cookies.set('rekey-staff-confirmation', cookies.get('rekey-staff-sign-in') ?? ''),
      );
      expect((await swapped.send()).status).toBe(401);
      expect((await failures()).at(-1)).toBe('challenge');
      expect((await security.confirm()).status).toBe(200);
    });

    test('of another member does not confirm an act', async () => {
      await members.admin.signIn();
      const { body } = await members.admin.call('POST', 'sessions/fresh/options');
      expect(body.options.allowCredentials.map(({ id }: { id: string }) => id)).toEqual([
        members.admin.passkey.id,
      ]);
      const response = members.support.passkey.get(body.options);
      expect((await members.admin.call('POST', 'sessions/fresh', { response })).status).toBe(401);
      expect((await failures()).at(-1)).toBe('other_member');
    });
  });

  test('an office behind one address signs in, and one member confirms 30 times in ten minutes', async () => {
    newHousehold();
    for (let at = 0; at < 16; at++)
      for (const role of ['support', 'security'] as const)
        expect((await members[role].signIn()).status).toBe(201);
    for (let at = 0; at < 30; at++) expect((await members.support.confirm()).status).toBe(200);
    expect((await members.support.confirm()).status).toBe(429);
    expect((await members.security.confirm()).status).toBe(200);
  });

  test('one source makes 30 attempts at invitations in ten minutes', async () => {
    newHousehold();
    const browser = new StaffBrowser(rekey);
    const invitation = secretIn(`http://x/#${'y'.repeat(43)}`);
    const statuses: number[] = [];
    for (let at = 0; at < 31; at++)
      statuses.push((await browser.call('POST', 'registrations/options', { invitation })).status);
    expect(statuses).toEqual([...Array(30).fill(404), 429]);
  });
});
