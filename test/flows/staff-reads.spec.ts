import { logProof, readLogKeys, wrongWith } from '@rekey/audit';
import { recordReceipt } from '@rekey/outbox';
import { BackOffice } from './management-client.js';
import { people } from './people.js';
import { policyFile } from './policy-file.js';
import { type Answer, newHousehold, until, useRekey } from './rekey.js';
import { memberOf, type StaffBrowser, staffContext } from './staff-browser.js';
import { Story } from './story.js';

interface Fact {
  what: string;
  at?: string;
  value?: string;
  audit_id?: string;
}
interface Event {
  id: string;
  event: string;
  actor: string;
  detail: Record<string, unknown>;
}

/** One person's story, explained from what staff read, and from nothing else. */
describe('a person calls: why did this token fail, why does this recovery wait, who did this?', () => {
  const holds = [{ name: 'vip', hours: 12, when: { startedByStaff: false, roles: ['vip'] } }];
  const rekey = useRekey({ environment: { RECOVERY_POLICY_FILE: policyFile({ holds }) } });
  const office = new BackOffice(rekey);
  const who = people(rekey);
  const id = 'vera';
  let support: StaffBrowser;
  let auditor: StaffBrowser;
  let story: Story;
  let old: { access_token: string; refresh_token: string };
  let ended: { access_token: string };
  let reused: Answer;
  /** Of every fact that was read below. */
  const auditIds = new Set<string>();

  const read = async (path: string, by: StaffBrowser = support) => {
    rekey.clock.advance(10);
    const { status, body } = await by.call('GET', path);
    rekey.clock.advance(10);
    expect([path, status]).toEqual([path, 200]);
    return body;
  };
  const diagnose = async (token: string) => {
    const { status, body } = await support.call('POST', 'diagnoses', { token });
    expect(status).toBe(200);
    for (const { audit_id } of body.evidence as Fact[]) if (audit_id) auditIds.add(audit_id);
    return body;
  };
  const factOf = (body: { evidence: Fact[] }, what: string) => body.evidence.find((one) => one.what === what);
  const eventOf = async (auditId = ''): Promise<Event> => {
    auditIds.add(auditId);
    return read(`audit/${auditId}`);
  };

  beforeAll(async () => {
    newHousehold();
    const context = await staffContext(rekey);
    support = await memberOf(rekey, context, 'support');
    auditor = await memberOf(rekey, context, 'auditor');
    await who.put(id, { roles: ['vip'] });
    // Her token is stolen and used again.
    old = (await who.signIn(id)).body;
    const grant = { grant_type: 'refresh_token', client_id: 'default', refresh_token: old.refresh_token };
    rekey.clock.advance(60_000);
    expect((await rekey.token(grant)).status).toBe(200);
    rekey.clock.advance(11_000);
    reused = await rekey.token(grant);
    expect(reused.status).toBe(400);
    // Another session is ended by the back office.
    ended = (await who.signIn(id)).body;
    const { sessions } = await read(`accounts/${id}`);
    await office.authenticate();
    const path = `/v1/accounts/${id}/tokens/${sessions[0].id}`;
    expect((await office.call('DELETE', path)).status).toBe(204);
    // Her recovery: the SMS does not arrive, the mail does, and then it is held.
    rekey.clock.advance(60_000);
    story = new Story(rekey);
    await story.begin(`${id}@example.com`, who.phoneOf(id), { channel: 'sms' });
    await rekey.idle();
    const [sms] = await rekey.sql(`select provider_id from messages where recovery_id = $1`, [story.id]);
    const database = await rekey.openDatabase();
    await recordReceipt({ database, clock: rekey.clock }, { providerId: sms.provider_id, reason: '30003' });
    rekey.clock.advance(61_000);
    const before = (await rekey.codes(`${id}@example.com`)).length;
    expect((await story.resend({ channel: 'email' })).status).toBe(202);
    const mail = await until('the code by mail', async () => {
      const codes = await rekey.codes(`${id}@example.com`);
      return codes.length > before ? codes[0] : undefined;
    });
    const code = /^ {4}(\d{4}(?: \d{1,4})+)$/m.exec(mail.text)?.[1] ?? '';
    // After the code, also in a list by time.
    rekey.clock.advance(1_000);
    expect((await story.prove(code)).body.state).toBe('held');
    await rekey.idle();
  });

  test('why a token failed: it was used again, by which client, in which event', async () => {
    const body = await diagnose(old.access_token);
    expect(body).toMatchObject({ cause: 'replayed', remedy: 'sign_in', claims: { sub: id } });
    const what = factOf(body, 'ended');
    expect(what).toMatchObject({ value: 'client:default', at: expect.any(String) });
    const event = await eventOf(what?.audit_id);
    expect(event).toMatchObject({ event: 'authn_token_reuse', account_id: id });
    expect(event.detail.session).toBe(factOf(body, 'session')?.value);
    // It began with a sign-in.
    const started = await eventOf(factOf(body, 'session_started')?.audit_id);
    expect(started).toMatchObject({
      event: 'authn_token_created',
      detail: { session: factOf(body, 'session')?.value },
    });
    // The same by the request that the person's app has logged.
    const request = reused.headers.get('x-request-id') ?? '';
    const { events } = await read(`requests/${request}`);
    expect(events.map((one: Event) => one.id)).toEqual([event.id]);
    expect(await read(`requests/${request.replaceAll('-', '').toUpperCase()}`)).toEqual({ events });
  });

  test('who ended the other session', async () => {
    const body = await diagnose(ended.access_token);
    expect(body).toMatchObject({ cause: 'revoked_by_management', remedy: 'contact_staff' });
    const actor = `client:${rekey.settings.management.clientId}`;
    expect(await eventOf(factOf(body, 'ended')?.audit_id)).toMatchObject({
      event: 'authn_token_revoked',
      actor,
      detail: { reason: 'management' },
    });
    const { sessions } = await read(`accounts/${id}`);
    expect(sessions.map(({ cause }: { cause: string }) => cause)).toEqual([
      'revoked_by_management',
      'replayed',
    ]);
    expect(sessions[0]).toMatchObject({ ended_by: actor, audit_id: factOf(body, 'ended')?.audit_id });
  });

  test('why the recovery waits, and which message did not arrive', async () => {
    const { accounts } = await read(`accounts?identifier=${encodeURIComponent(`${id}@example.com`)}`);
    expect(accounts).toEqual([{ id }]);
    const account = await read(`accounts/${id}`);
    expect(account.addresses).toMatchObject([
      { kind: 'email', masked: 'v***@example.com', verified: true, primary: true },
      { kind: 'phone', masked: `***${who.phoneOf(id).slice(-3)}` },
    ]);
    expect(account.recoveries).toMatchObject([{ id: story.id, state: 'held' }]);
    const recovery = await read(`recoveries/${story.id}`);
    expect(recovery).toMatchObject({ state: 'held', missing: { reason: 'hold' } });
    const named = (name: string): Event => recovery.events.find((one: Event) => one.event === name);
    expect(await eventOf(named('recovery_held').id)).toMatchObject({ detail: { hold: { rules: ['vip'] } } });
    expect(await eventOf(named('recovery_message_failed').id)).toMatchObject({
      detail: { channel: 'sms', reason: '30003' },
    });
    expect(recovery.messages).toMatchObject([
      { channel: 'sms', state: 'failed', reason: '30003' },
      { channel: 'email', state: 'sent' },
      { kind: 'recovery_held' },
      { kind: 'recovery_held' },
    ]);
    expect((await read(`recoveries?account_id=${id}&state=held`)).recoveries).toEqual(account.recoveries);
    for (const text of [JSON.stringify(account), JSON.stringify(recovery)])
      for (const hidden of [`${id}@example.com`, who.phoneOf(id)]) expect(text).not.toContain(hidden);
  });

  test('each of these facts is an event whose proof verifies with the keys of the log alone', async () => {
    const { verifiers } = await readLogKeys(await rekey.openDatabase(), rekey.settings.keyring);
    expect(auditIds.size).toBeGreaterThanOrEqual(6);
    for (const auditId of auditIds) {
      const proof = await until(`the proof of ${auditId}`, async () => {
        const { status, body } = await support.call('GET', `audit/${auditId}/proof`);
        return status === 200 ? body : undefined;
      });
      expect(proof.events[0].content.id).toBe(auditId);
      expect(wrongWith(logProof.parse(proof), verifiers)).toEqual([]);
    }
  });

  test('who looked: each reading is an event of the member who read, page by page', async () => {
    const seen: Event[] = [];
    let cursor = '';
    do {
      const page = await read(`accounts/${id}/events?limit=5${cursor && `&cursor=${cursor}`}`);
      expect(page.events.length).toBeLessThanOrEqual(5);
      seen.push(...page.events);
      cursor = page.next ?? '';
    } while (cursor);
    expect(new Set(seen.map((event) => event.id)).size).toBe(seen.length);
    const byStaff = seen.filter(({ actor }) => actor === `staff:${support.id}`).map(({ event }) => event);
    expect(new Set(byStaff)).toEqual(
      new Set([
        'account_looked_up',
        'account_viewed',
        'recovery_looked_up',
        'token_diagnosed',
        'audit_searched',
      ]),
    );
    const lookups = await office.events('request_looked_up');
    expect(lookups[0]).toMatchObject({
      actor: `staff:${support.id}`,
      detail: { request: reused.headers.get('x-request-id'), found: 1 },
    });
    const { events } = await read(`audit?account_id=${id}&event=authn_token_reuse`, auditor);
    expect(events).toHaveLength(1);
  });

  test.each([
    'accounts/nobody',
    'accounts/a%20b',
    'accounts/a%20b/events',
    'recoveries/1',
    'recoveries/019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a',
    'requests/1',
    'requests/019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a',
    'audit/019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a',
    'audit/019ac3b2-6f31-7c5e-9d0a-4b8f3e2d1c7a/proof',
  ])('GET %s is not found', async (path) => {
    const { status, body } = await support.call('GET', path);
    expect([status, body.code]).toEqual([404, 'not_found']);
  });

  test.each([
    ['accounts', '/identifier'],
    ['accounts/vera/events?cursor=AAAA', '/cursor'],
    ['recoveries?state=open', '/state'],
    ['clients?limit=0', '/limit'],
    ['overview?days=2', '/days'],
    ['overview?hours=2', '/hours'],
  ])('GET %s is refused at %s', async (path, pointer) => {
    const { status, body } = await support.call('GET', path);
    expect([status, body.errors?.map((error: { pointer: string }) => error.pointer)]).toEqual([
      400,
      [pointer],
    ]);
  });

  test('clients and settings are shown without a secret', async () => {
    await office.call('PUT', '/v1/clients/shop', { name: 'Shop', type: 'confidential' });
    const { clients } = await read('clients?limit=1');
    expect(clients).toEqual([expect.not.objectContaining({ client_secret: expect.anything() })]);
    expect(clients).toMatchObject([{ client_id: 'shop' }]);
    const shown = await read('settings');
    const { databaseUrl, management } = rekey.settings;
    for (const secret of [databaseUrl, management.clientSecret])
      expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown.settings).toContainEqual(
      expect.objectContaining({ name: 'CONSOLE_PORT', value: String(rekey.settings.ports.console) }),
    );
    expect(shown.settings).toContainEqual(
      expect.objectContaining({ name: 'DATABASE_URL', from: 'environment', secret: true }),
    );
  });
});
