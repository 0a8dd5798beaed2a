import { BackOffice } from './management-client.js';
import { newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

describe('PATCH /v1/accounts/{id}', () => {
  const rekey = useRekey();
  const office = new BackOffice(rekey);
  const call = (method: string, id: string, json?: unknown, headers?: Record<string, string>) =>
    office.call(method, `/v1/accounts/${id}`, json, headers);
  const ida = {
    username: 'ida',
    addresses: [{ kind: 'email', value: 'ida@example.com', verified: true, primary: true }],
    roles: ['staff'],
    status: 'active',
    locale: 'zh-Hans',
  };

  test.each([
    [{}, {}],
    [{ status: 'disabled' }, { status: 'disabled' }],
    [{ roles: [] }, { roles: [] }],
    [
      { roles: ['a', 'b'], locale: 'en' },
      { roles: ['a', 'b'], locale: 'en' },
    ],
    [{ username: 'Other', id: 'ida' }, { username: 'other' }],
    [{ username: null }, { username: undefined }],
    [{ locale: null }, { locale: undefined }],
    [{ locale: 'fr' }, { locale: 'fr' }],
  ])('%j changes nothing else', async (patch, changed) => {
    await call('PUT', 'ida', ida);
    const { status, body } = await call('PATCH', 'ida', patch, {
      'content-type': 'application/merge-patch+json',
    });
    expect([status, body]).toEqual([200, JSON.parse(JSON.stringify({ id: 'ida', ...ida, ...changed }))]);
    expect((await call('GET', 'ida')).body).toEqual(body);
  });

  test.each([
    ['ida', { password: 'a sentence of mine' }, 400, '/'],
    ['ida', { addresses: [] }, 400, '/'],
    ['ida', { status: null }, 400, '/status'],
    ['ida', { roles: null }, 400, '/roles'],
    ['ida', { username: 'a@b.example' }, 400, '/username'],
    ['ida', { username: '12345' }, 400, '/username'],
    ['ida', { locale: '!' }, 400, '/locale'],
    ['ida', { id: 'eve' }, 400, '/id'],
    ['nobody', { status: 'disabled' }, 404, undefined],
    ['a%20b', { status: 'disabled' }, 404, undefined],
    ['ida', { username: 'taken' }, 409, undefined],
  ])('%s %j: %d %s', async (id, patch, status, pointer) => {
    await call('PUT', 'ida', ida);
    await call('PUT', 'other', { username: 'taken' });
    const answer = await call('PATCH', id, patch);
    expect([answer.status, answer.body.errors?.[0].pointer]).toEqual([status, pointer]);
    expect((await call('GET', 'ida')).body).toEqual({ id: 'ida', ...ida });
  });

  test('disabling ends sessions and what was proved, as a replacement does, and the audit names the member', async () => {
    await call('PUT', 'ida', ida);
    const done = new Story(rekey);
    await done.proveBy('ida@example.com');
    const { refresh_token } = (await done.complete()).body;
    newHousehold();
    rekey.clock.advance(61_000);
    const open = new Story(rekey);
    await open.proveBy('ida@example.com');
    expect((await call('PATCH', 'ida', { status: 'disabled' })).status).toBe(200);
    expect((await rekey.token({ grant_type: 'refresh_token', refresh_token })).body.error).toBe(
      'invalid_grant',
    );
    expect((await open.show()).body.state).toBe('stopped');
    const [event] = await rekey.sql(
      `select detail from audit_events where event = 'user_updated' and account_id = 'ida' order by at desc, id desc limit 1`,
    );
    expect(event.detail).toEqual({ status: 'disabled', members: ['status'] });
    await rekey.idle();
    expect((await rekey.messages('ida@example.com')).length).toBeGreaterThan(2);
  });

  test('changes of different members at the same time are all kept, also beside replacements', async () => {
    const put = (n: number) => call('PUT', 'race', { username: `put${n}`, locale: 'en' });
    await put(0);
    for (let n = 1; n <= 8; n++) {
      const locale = n % 2 ? 'fr' : 'de';
      const answers = await Promise.all([
        call('PATCH', 'race', { roles: [`role${n}`] }),
        call('PATCH', 'race', { locale }),
        call('PATCH', 'race', { username: `name${n}` }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await call('GET', 'race')).body).toMatchObject({
        roles: [`role${n}`],
        locale,
        username: `name${n}`,
      });
      const [, replaced] = await Promise.all([call('PATCH', 'race', { roles: ['late'] }), put(n)]);
      expect(replaced.status).toBe(200);
      const { body } = await call('GET', 'race');
      // The one or the other was last; the name is that of the replacement in both cases.
      expect([body.username, body.locale]).toEqual([`put${n}`, 'en']);
      expect([[], ['late']]).toContainEqual(body.roles);
    }
  });
});
