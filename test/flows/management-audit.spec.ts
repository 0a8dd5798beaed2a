import { eraseAccounts, logProof, readLogKeys, wrongWith } from '@rekey/audit';
import { parse } from 'csv-parse/sync';
import { BackOffice, query } from './management-client.js';
import { codeIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

describe('what the management API exports', () => {
  const rekey = useRekey();
  const office = new BackOffice(rekey);
  const { get, events } = office;
  const person = office.person.bind(office);

  describe('the audit', () => {
    let story: Story;
    beforeAll(async () => {
      await office.authenticate();
      const address = await person('audited');
      story = new Story(rekey);
      const { code } = await story.begin(address);
      await rekey.idle();
      rekey.clock.advance(10);
      await story.prove(code);
      rekey.clock.advance(10);
      await story.complete();
      await rekey.idle();
      rekey.clock.advance(10);
    });

    const search = async (members: Record<string, string>) => {
      const { status, body } = await get(`/v1/audit?${query(members)}`);
      expect(status).toBe(200);
      return body;
    };

    test('is searched by account, recovery, event and time, and a search is an event itself', async () => {
      const of = { account_id: 'audited' };
      const { events: all } = await search(of);
      expect(all.map(({ event }: { event: string }) => event)).toEqual(
        expect.arrayContaining([
          'user_created',
          'recovery_proven',
          'recovery_completed',
          'authn_token_created',
        ]),
      );
      expect([...all].sort((one, other) => other.at.localeCompare(one.at))).toEqual(all);
      const ofRecovery = await search({ recovery_id: story.id.toUpperCase() });
      const names = ofRecovery.events.map(({ event }: { event: string }) => event);
      expect(names.slice(-2).sort()).toEqual(['recovery_message_sent', 'recovery_started']);
      expect((await search({ ...of, event: 'user_created' })).events).toHaveLength(1);
      const [proven] = (await search({ recovery_id: story.id, event: 'recovery_proven' })).events;
      expect((await search({ ...of, recovery_id: story.id, to: proven.at })).events).not.toContainEqual(
        proven,
      );
      expect((await search({ ...of, from: proven.at })).events).toContainEqual(proven);
      expect((await get(`/v1/audit/${proven.id}`)).body).toEqual(proven);
      expect((await search({ event: 'audit_searched', limit: '1' })).events).toMatchObject([
        { account_id: 'audited', recovery_id: story.id, detail: { id: proven.id } },
      ]);
    });

    test('an event is proven, to somebody who has the keys of the log alone', async () => {
      const [proven] = (await search({ recovery_id: story.id, event: 'recovery_proven' })).events;
      const proof = await until('the proof of a sealed event', async () => {
        const { status, body } = await get(`/v1/audit/${proven.id}/proof`);
        return status === 200 ? body : undefined;
      });
      const database = await rekey.openDatabase();
      const { verifiers } = await readLogKeys(database, rekey.settings.keyring);
      expect(proof.events).toMatchObject([
        { content: { id: proven.id, request_id: proven.request_id }, opens: { account_id: 'audited' } },
      ]);
      expect(wrongWith(logProof.parse(proof), verifiers)).toEqual([]);
      proof.events[0].content.at = proof.events[0].content.recorded_at;
      expect(wrongWith(logProof.parse(proof), verifiers)).toHaveLength(1);
      expect((await get(`/v1/audit/${story.id}/proof`)).status).toBe(404);
    });

    test.each([
      ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', true],
      ['2020-02-29T00:00:00+14:00', '2120-01-01T00:00:00-12:00', true],
      ['9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z', false],
    ])('from %s to %s', async (from, to, hasAny) => {
      const { events: found } = await search({ account_id: 'audited', from, to });
      expect(found.length > 0).toBe(hasAny);
    });

    test('pages hold each event once', async () => {
      const { events: whole } = await search({ recovery_id: story.id, limit: '200' });
      const walked: unknown[] = [];
      let next: string | undefined;
      do {
        const page = await search({ recovery_id: story.id, limit: '2', ...(next ? { cursor: next } : {}) });
        walked.push(...page.events);
        next = page.next;
      } while (next);
      const isSearch = ({ event }: { event: string }) => event === 'audit_searched';
      const read = (list: unknown[]) => list.filter((event) => !isSearch(event as { event: string }));
      expect(read(walked)).toEqual(read(whole));
    });

    test('is exported as NDJSON and as CSV without formulas', async () => {
      const of = query({ account_id: 'audited', to: new Date(rekey.clock.now()).toISOString() });
      const lines = await get(`/v1/audit/export?format=ndjson&${of}`);
      expect(lines.headers.get('content-type')).toBe('application/x-ndjson');
      const exported = lines.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(exported.length).toBeGreaterThan(4);
      const table = await get(`/v1/audit/export?format=csv&${of}`);
      expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
      const rows = parse(table.text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[];
      const plain = exported.map(({ detail, ...event }) => ({
        account_id: '',
        recovery_id: '',
        request_id: '',
        source: '',
        ...event,
        detail: JSON.stringify(detail),
      }));
      expect(rows.slice(-plain.length)).toEqual(plain);
      expect(await events('audit_exported')).toEqual(
        ['ndjson', 'csv'].map((format) =>
          expect.objectContaining({ account_id: 'audited', detail: { format, to: expect.any(String) } }),
        ),
      );
    });
  });

  test("a person's data is one document without secrets", async () => {
    const password = 'correct horse battery';
    const address = await person('exported', { username: 'exported.one', password });
    const story = new Story(rekey);
    const { message } = await story.begin(address);
    await story.prove(codeIn(message));
    const { access_token, refresh_token } = (await story.complete()).body;
    await rekey.idle();
    const { status, headers, body, text } = await get('/v1/accounts/exported/export');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toMatchObject({
      account: (await get('/v1/accounts/exported')).body,
      authenticators: [],
      sessions: [{ state: 'active', recovery_id: story.id }],
      recoveries: [{ id: story.id, state: 'completed' }],
      messages: [{ kind: 'recovery_code' }, { kind: 'recovery_completed', recovery_id: story.id }],
    });
    expect(body.events.at(-1).event).toBe('user_created');
    for (const secret of [password, codeIn(message), access_token, refresh_token, story.token])
      expect(text).not.toContain(secret);
    expect(await events('account_exported')).toMatchObject([{ account_id: 'exported' }]);
  });

  test('a deleted account is taken out of the audit, and only a deleted one', async () => {
    await person('erased');
    expect(await office.call('DELETE', '/v1/accounts/erased/audit')).toMatchObject({
      status: 409,
      body: { code: 'invalid_state' },
    });
    expect((await office.call('DELETE', '/v1/accounts/erased')).status).toBe(204);
    expect((await office.call('DELETE', '/v1/accounts/erased/audit')).status).toBe(202);
    const database = await rekey.openDatabase();
    const count = async (condition: string) =>
      (await rekey.sql(`select count(*)::int as n from audit_events where ${condition}`))[0].n;
    const before = await count(`event = 'user_deleted'`);
    await until('the erasure of sealed events', async () => {
      await eraseAccounts(database);
      return (await count(`account_id = 'erased'`)) === 0 || undefined;
    });
    expect(await count(`event = 'user_deleted'`)).toBe(before);
    expect(await rekey.sql(`select from audit_salts where account_id = 'erased'`)).toEqual([]);
    expect(await events('user_erased')).toMatchObject([{ account_id: null }]);
  });

  test('an id is not used again before the events of the person who had it are anonymous', async () => {
    await person('reused');
    expect((await office.call('DELETE', '/v1/accounts/reused')).status).toBe(204);
    // As it is within the minute after it was asked for: without the event of that, nothing is erased.
    await rekey.sql(`insert into audit_erasures values ('reused', now())`);
    const again = () =>
      office.call('PUT', '/v1/accounts/reused', {
        addresses: [{ kind: 'email', value: 'new@example.com', verified: true }],
      });
    expect(await again()).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining('taken out of the audit') },
    });
    expect((await get('/v1/accounts/reused')).status).toBe(404);
    expect((await events('user_created')).filter(({ account_id }) => account_id === 'reused')).toHaveLength(
      1,
    );
    await rekey.sql(`delete from audit_erasures where account_id = 'reused'`);
    expect((await again()).status).toBe(201);
  });
});
