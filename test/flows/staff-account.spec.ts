import { binding } from './binding.js';
import { BackOffice } from './management-client.js';
import { people } from './people.js';
import { codeIn, newHousehold, useRekey } from './rekey.js';
import { memberOf, type StaffBrowser, staffContext } from './staff-browser.js';
import { Story } from './story.js';

const reason = 'the caller asks which address we have';

describe('an account, as staff see it', () => {
  const rekey = useRekey();
  const office = new BackOffice(rekey);
  const who = people(rekey);
  const { bearerOf, bindApp } = binding(rekey, who);
  let support: StaffBrowser;
  let security: StaffBrowser;

  beforeAll(async () => {
    const context = await staffContext(rekey);
    support = await memberOf(rekey, context, 'support');
    security = await memberOf(rekey, context, 'security');
  });
  beforeEach(() => newHousehold());
  /** Signed in again after the clock was moved. */
  const view = async (id: string) => {
    await support.signIn();
    const { status, body } = await support.call('GET', `accounts/${id}`);
    expect(status).toBe(200);
    return body;
  };

  describe('an address', () => {
    const reveal = (account: string, address: string, by = support) =>
      by.call('POST', `accounts/${account}/addresses/${address}/reveal`, { reason });
    let address: string;
    beforeAll(async () => {
      await who.put('rita');
      await who.put('other');
      address = (await view('rita')).addresses[0].id;
    });

    test('is shown in full for a reason, and the audit says who was shown which one, not what it is', async () => {
      const { status, body } = await reveal('rita', address);
      expect([status, body]).toEqual([200, { value: 'rita@example.com' }]);
      const rows = await office.events('address_revealed');
      expect(rows).toEqual([
        { actor: `staff:${support.id}`, account_id: 'rita', recovery_id: null, detail: { address, reason } },
      ]);
      expect(JSON.stringify(rows)).not.toContain('rita@example.com');
    });

    test.each([
      ['of another account', () => reveal('other', address)],
      ['of nobody', () => reveal('nobody', address)],
      ['with an id that is none', () => reveal('rita', '1')],
    ])('%s is not found', async (_what, ask) => {
      expect((await ask()).status).toBe(404);
    });

    test('without a reason, or to an auditor, it is not shown', async () => {
      const path = `accounts/rita/addresses/${address}/reveal`;
      expect((await support.call('POST', path, {})).status).toBe(400);
      expect((await support.call('POST', path, { reason: ' ' })).status).toBe(400);
      const auditor = await memberOf(rekey, await staffContext(rekey), 'auditor');
      expect((await reveal('rita', address, auditor)).status).toBe(403);
    });

    /** As the member `security`, also for a fault, which no file promises. */
    const raw = async (method: string, path: string, json?: object) => {
      const origin = rekey.settings.urls.console;
      const cookie = [...security.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { cookie, origin, ...(json ? { 'content-type': 'application/json' } : {}) };
      const body = json ? { body: JSON.stringify(json) } : {};
      const response = await fetch(`${origin}/staff/${path}`, { method, headers, ...body });
      return { status: response.status, text: await response.text() };
    };

    test('is not shown when the audit cannot be written, nor is anything else', async () => {
      const names = [
        'address_revealed',
        'account_viewed',
        'account_exported',
        'token_diagnosed',
        'recovery_looked_up',
      ];
      await rekey.sql(
        `alter table audit_events add constraint spec_no_reading check (event not in (${names.map((name) => `'${name}'`)})) not valid`,
      );
      try {
        await security.signIn();
        const story = new Story(rekey);
        await story.begin('rita@example.com');
        const refused = [
          await raw('POST', `accounts/rita/addresses/${address}/reveal`, { reason }),
          await raw('GET', 'accounts/rita'),
          await raw('GET', `recoveries/${story.id}`),
          await raw('POST', 'accounts/rita/export', { reason }),
          await raw('POST', 'diagnoses', { token: 'x' }),
        ];
        for (const { status, text } of refused) {
          expect(status).toBeGreaterThanOrEqual(500);
          expect(text).not.toMatch(/rita|proving|malformed/);
        }
      } finally {
        await rekey.sql('alter table audit_events drop constraint spec_no_reading');
      }
    });
  });

  test('an authenticator has its provenance and its event; one that a recovery has suspended says by which', async () => {
    await who.put('bound');
    const app = await bindApp(await bearerOf('bound'));
    const bound = await view('bound');
    const [one] = bound.authenticators;
    expect(one).toMatchObject({
      id: app.id,
      kind: 'totp',
      provenance: 'sign_in',
      client_id: 'default',
      session_id: bound.sessions[0].id,
      counts_from: expect.any(String),
      last_used_at: expect.any(String),
    });
    const { body: event } = await support.call('GET', `audit/${one.audit_id}`);
    expect(event).toMatchObject({ event: 'authenticator_bound', account_id: 'bound' });
    rekey.clock.advance(600_000);
    const story = new Story(rekey);
    expect((await story.proveBy('bound@example.com')).body.state).toBe('proven');
    const completed = await story.complete({ password: 'what the owner has chosen since' });
    expect(completed.status).toBe(201);
    const after = await view('bound');
    expect(after.authenticators).toMatchObject([
      { id: app.id, suspended_at: expect.any(String), suspended_by: story.id },
    ]);
    expect(after.sessions).toMatchObject([
      { recovery_id: story.id },
      { cause: 'revoked_by_recovery', audit_id: expect.any(String) },
    ]);
    const { body: behind } = await support.call('GET', `audit/${after.sessions[1].audit_id}`);
    expect(behind).toMatchObject({ event: 'recovery_completed', recovery_id: story.id });
    // What this session binds comes from a recovery.
    await bindApp(completed.body.access_token);
    expect((await view('bound')).authenticators[0]).toMatchObject({
      provenance: 'recovery',
      recovery_id: story.id,
    });
    expect(after.sessions[0].cause).toBeUndefined();
    rekey.clock.advance(31 * 86_400_000);
    expect((await view('bound')).sessions[0].cause).toBe('session_expired');
  });

  test('who disabled, and who deleted, is a fact of the diagnosis', async () => {
    await who.put('gone');
    const token = await bearerOf('gone');
    await office.authenticate();
    // Written again later: the first one counts.
    for (let round = 0; round < 2; round++)
      expect((await office.call('PATCH', '/v1/accounts/gone', { status: 'disabled' })).status).toBe(200);
    await support.signIn();
    const factOf = async (what: string) => {
      const { body } = await support.call('POST', 'diagnoses', { token });
      return body.evidence.find((one: { what: string }) => one.what === what);
    };
    const actor = `client:${rekey.settings.management.clientId}`;
    const disabled = await factOf('account_disabled');
    const [first] = await rekey.sql(
      `select id from audit_events where account_id = 'gone' and detail->>'status' = 'disabled' order by at limit 1`,
    );
    expect(disabled).toMatchObject({ value: actor, audit_id: first.id });
    expect((await office.call('DELETE', '/v1/accounts/gone')).status).toBe(204);
    const deleted = await factOf('account_deleted');
    expect(deleted).toMatchObject({ value: actor, audit_id: expect.any(String) });
    const { body } = await support.call('GET', `audit/${deleted.audit_id}`);
    expect(body).toMatchObject({ event: 'user_deleted', actor });
  });

  test('the export of a person takes the role security and a passkey used just now, and keeps the reason', async () => {
    await who.put('export');
    await support.signIn();
    await security.signIn();
    const ask = (by: StaffBrowser) => by.call('POST', 'accounts/export/export', { reason });
    expect((await ask(support)).status).toBe(403);
    rekey.clock.advance(6 * 60_000);
    expect((await ask(security)).body.code).toBe('step_up_required');
    await security.confirm();
    const { status, body } = await ask(security);
    expect(status).toBe(200);
    expect(body).toMatchObject({ account: { id: 'export' }, authenticators: [], sessions: [] });
    expect(body.events.at(-1).event).toBe('user_created');
    expect(await office.events('account_exported')).toMatchObject([
      { actor: `staff:${security.id}`, account_id: 'export', detail: { reason } },
    ]);
  });

  test('the overview counts what was started, sent and issued, by steps', async () => {
    await support.signIn();
    const overview = async (days: number) => {
      const { status, body } = await support.call('GET', `overview?days=${days}`);
      expect(status).toBe(200);
      return body;
    };
    const sum = (numbers: number[]) => numbers.reduce((one, other) => one + other, 0);
    const before = await overview(1);
    await who.put('counted');
    const story = new Story(rekey);
    const { message } = await story.begin('counted@example.com');
    await story.prove('00000000');
    await story.prove(codeIn(message));
    expect((await story.complete()).status).toBe(201);
    const unknown = new Story(rekey);
    await unknown.start({ identifier: 'nobody-here@example.com' });
    await rekey.idle();
    rekey.clock.advance(6_000);
    for (const [days, steps, length] of [
      [1, 24, 3_600],
      [7, 28, 21_600],
      [30, 30, 86_400],
    ] as const) {
      const body = await overview(days);
      expect([body.at.length, body.step_s]).toEqual([steps, length]);
      expect(body.at[0]).toBe(body.from);
      expect(Date.parse(body.at.at(-1)) + length * 1000).toBeGreaterThan(Date.parse(body.to));
      for (const series of [body.recoveries.started, body.tokens.issued, body.delivery[0].p50_ms])
        expect(series).toHaveLength(steps);
      expect(sum(body.recoveries.started)).toBe(body.funnel.started);
      expect(sum(body.recoveries.completed)).toBe(body.funnel.completed);
    }
    const after = await overview(1);
    const grown = (name: string) => after.funnel[name] - before.funnel[name];
    expect(['started', 'proven', 'completed', 'held'].map(grown)).toEqual([2, 1, 1, 0]);
    expect(sum(after.tokens.issued) - sum(before.tokens.issued)).toBe(1);
    const mail = after.delivery.find(({ channel }: { channel: string }) => channel === 'email');
    expect(mail.sent.at(-1)).toBeGreaterThan(0);
    expect(mail.p95_ms.at(-1)).toBeGreaterThanOrEqual(mail.p50_ms.at(-1));
    const failures = new Map(
      after.failures.map(({ cause, count }: { cause: string; count: number }) => [cause, count]),
    );
    const [counted] = await rekey.sql(
      `select count(*)::int as n from audit_events where event = 'recovery_proof_failed' and at >= $1`,
      [after.from],
    );
    expect(failures.get('recovery_proof_failed')).toBe(counted.n);
    expect(after.waiting).toEqual({ held: 0, overrides: 0 });
  });
});
