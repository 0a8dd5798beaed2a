import { reason, useOverrides } from './overrides.js';
import { claimsOf } from './people.js';
import { newHousehold } from './rekey.js';
import { Story } from './story.js';

const hour = 3_600_000;

/** Two members of staff sign for a person who has nothing left to prove with. */
describe('an override', () => {
  const { rekey, who, staff, mailOf, put, assisted, told, events, ...calls } = useOverrides();
  const { request, approve, requested, approved, usable, use, show } = calls;

  test('of two members leads the person to new credentials, after a day in which every address was told [ASVS 2.3.5]', async () => {
    await put('amy');
    const id = await requested('amy');
    for (const to of [mailOf('amy'), who.phoneOf('amy')])
      expect((await told(to, /asked support to let them in/)).text).toContain('/stop?token=');
    expect((await staff.support.call('POST', `overrides/${id}/approval/draft`)).body.code).toBe('forbidden');
    const story = await assisted('amy');
    expect((await use(id, story.id)).body).toMatchObject({
      code: 'invalid_state',
      detail: 'The override is requested.',
    });
    const { status, body } = await approve(id);
    const from = new Date(rekey.clock.now() + 24 * hour).toISOString();
    expect([status, body]).toEqual([
      200,
      {
        id,
        account_id: 'amy',
        state: 'approved',
        evidence: 'passport, by video',
        reason,
        requested_by: { id: staff.support.id, name: 'Some support' },
        requested_at: expect.any(String),
        approved_by: { id: staff.security.id, name: 'Some security' },
        approved_at: new Date(rekey.clock.now()).toISOString(),
        usable_from: from,
        expires_at: new Date(rekey.clock.now() + 8 * 24 * hour).toISOString(),
      },
    ]);
    for (const to of [mailOf('amy'), who.phoneOf('amy')])
      expect((await told(to, /Support approved/)).text).toContain('/stop?token=');
    rekey.clock.advance(24 * hour - 1);
    await staff.support.signIn();
    expect((await use(id, (await assisted('amy')).id)).body.detail).toBe('The override is approved.');
    rekey.clock.advance(60_001);
    const late = await assisted('amy');
    expect((await late.show()).body).toMatchObject({ state: 'proving', methods: ['code', 'backup_code'] });
    expect((await use(id, late.id)).status).toBe(204);
    expect((await late.show()).body).toMatchObject({ state: 'proven', methods: [] });
    const done = await late.complete({ password: 'a sentence that amy has chosen' });
    expect(done.status).toBe(201);
    expect(claimsOf(done.body.access_token)).toMatchObject({
      sub: 'amy',
      acr: 'urn:rekey:recovery:attested',
      amr: ['recovery-attested'],
      recovery_id: late.id,
    });
    expect((await use(id, late.id)).body.detail).toBe('The override is used.');
    expect(await show(id)).toMatchObject({
      state: 'used',
      recovery_id: late.id,
      used_by: { id: staff.support.id },
    });
    const [asker, approver] = [`staff:${staff.support.id}`, `staff:${staff.security.id}`];
    expect(await events(id)).toEqual([
      ['override_requested', asker, 'amy', null, { reason, evidence: 'passport, by video' }],
      ['override_approved', approver, 'amy', null, { requester: staff.support.id }],
      [
        'override_used',
        asker,
        'amy',
        late.id,
        { reason, requester: staff.support.id, approver: staff.security.id },
      ],
    ]);
    const moved = await rekey.sql(
      `select event, actor, detail->>'kind' as kind from audit_events where recovery_id = $1 and event = 'recovery_proven'`,
      [late.id],
    );
    expect(moved).toEqual([{ event: 'recovery_proven', actor: asker, kind: 'attested' }]);
    // What was lost can be removed, and something else be bound.
    const bearer = done.body.access_token;
    expect((await who.issuer('POST', 'authenticators/totp', { bearer })).status).toBe(201);
  });

  test('is for an account with no working proof left: refused at request, and at use', async () => {
    await who.put('bob');
    const refused = await request('bob');
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      409,
      'invalid_state',
      'The account can be recovered without an override, by code. Name what the person has lost.',
    ]);
    expect((await request('nobody')).status).toBe(404);
    await put('bob');
    const id = await usable('bob');
    await put('bob', []);
    const story = await assisted('bob');
    expect((await use(id, story.id)).body.detail).toMatch(/without an override, by code/);
    await put('bob');
    expect((await use(id, story.id)).status).toBe(204);
    // A level that a code is enough for changes nothing for what was signed before it was used.
    expect((await story.complete()).status).toBe(201);
  });

  test('is for a person whose app and backup codes are lost, once staff have attested that; both can be removed then', async () => {
    await who.enrol('lea');
    const refused = await request('lea');
    expect(refused.body.detail).toMatch(/without an override, by code or totp or backup_code/);
    await staff.support.signIn();
    const { authenticators } = (await staff.support.call('GET', 'accounts/lea')).body;
    const lost = authenticators.map(({ id }: { id: string }) => id);
    const kinds = authenticators.map(({ kind }: { kind: string }) => kind).sort();
    expect(kinds).toEqual(['backup_code', 'totp']);
    expect((await request('lea', staff.support, lost.slice(1))).body.code).toBe('invalid_state');
    const { status, body } = await request('lea', staff.support, lost);
    expect([status, body.lost.map(({ kind }: { kind: string }) => kind)]).toEqual([201, kinds]);
    expect((await approve(body.id)).status).toBe(200);
    rekey.clock.advance(24 * hour);
    await staff.support.signIn();
    const story = await assisted('lea');
    expect((await use(body.id, story.id)).status).toBe(204);
    const done = await story.complete({ password: 'a sentence that lea has chosen' });
    const bearer = done.body.access_token;
    for (const id of lost)
      expect((await who.issuer('DELETE', `authenticators/${id}`, { bearer })).status).toBe(204);
    expect((await events(body.id))[0]?.[4]).toMatchObject({
      lost: expect.arrayContaining([expect.stringMatching(/^totp /)]),
    });
  });

  test('is for one recovery, of its account, that staff have started; nothing else is proven by it', async () => {
    await put('cyd');
    await put('dan');
    const id = await usable('cyd');
    const [other, own] = [await assisted('dan'), await assisted('cyd')];
    expect((await use(id, other.id)).body.detail).toBe('The recovery is of another account.');
    const alone = new Story(rekey);
    newHousehold();
    await rekey.idle();
    rekey.clock.advance(61_000);
    await alone.begin(mailOf('cyd'));
    await rekey.sql(`update recoveries set account_id = 'cyd' where id = $1`, [alone.id]);
    expect((await use(id, alone.id)).body.detail).toBe('The recovery was not started by staff.');
    expect((await use(id, '00000000-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await use('00000000-0000-7000-8000-000000000000', own.id)).status).toBe(404);
    expect((await use(id, own.id)).status).toBe(204);
    expect((await own.show()).body.state).toBe('proven');
    expect((await other.show()).body.state).toBe('proving');
    await put('cyd', ['vault', 'more']);
    expect((await own.complete()).status).toBe(201);
  });

  test('waits out the hold of the policy, and is verified again at completion: not with an approver who was disabled', async () => {
    await put('hal', ['vault', 'slow']);
    const id = await usable('hal');
    const story = await assisted('hal');
    expect((await use(id, story.id)).status).toBe(204);
    expect((await story.show()).body).toMatchObject({ state: 'held' });
    rekey.clock.advance(48 * hour);
    const member = (disabled: boolean) =>
      rekey.sql(`update staff_members set disabled_at = ${disabled ? 'now()' : 'null'} where id = $1`, [
        staff.security.id,
      ]);
    await member(true);
    expect((await story.complete()).body.code).toBe('not_proven');
    expect((await story.show()).body).toMatchObject({ state: 'proving' });
    await member(false);
    expect((await story.complete()).body.code).toBe('not_proven');
  });

  test('is denied by staff with the right, also when it is approved; by nobody else, and not without a fresh passkey', async () => {
    await put('ian');
    const id = await approved('ian');
    expect((await staff.support.call('POST', `overrides/${id}/deny`, { reason })).status).toBe(403);
    rekey.clock.advance(6 * 60_000);
    expect((await staff.security.call('POST', `overrides/${id}/deny`, { reason })).body.code).toBe(
      'step_up_required',
    );
    await staff.security.confirm();
    expect((await staff.security.call('POST', `overrides/${id}/deny`, { reason })).status).toBe(204);
    expect((await staff.security.call('POST', `overrides/${id}/deny`, { reason })).body.code).toBe(
      'invalid_state',
    );
    expect(await show(id)).toMatchObject({ state: 'denied', denied_by: { id: staff.security.id } });
    // Nobody approves a request of their own, and a role that may do both is no exception.
    const own = await request('ian', staff.security);
    expect((await approve(own.body.id)).body.detail).toBe('Nobody approves a request of their own.');
  });

  test('is read by nobody unseen, and nor are lists of all accounts: those once an hour', async () => {
    await put('ray');
    const id = await requested('ray');
    const read = async () => {
      for (const path of [
        `overrides/${id}`,
        'overrides',
        'overrides?state=denied',
        'recoveries',
        'recoveries?state=held',
      ])
        expect((await staff.support.call('GET', path)).status).toBe(200);
    };
    const since = await rekey.sql('select now() as now');
    const seen = async () =>
      (
        await rekey.sql(
          `select event, coalesce(detail->>'part', detail->>'state') as what, account_id as account, count(*)::int as n from audit_events
           where actor = $1 and recorded_at > $2 and event in ('account_looked_up', 'overrides_listed', 'recoveries_listed')
           group by 1, 2, 3 order by 1, 2`,
          [`staff:${staff.support.id}`, since[0].now],
        )
      ).map(({ event, what, account, n }) => [event, what, account, n]);
    const expected = (looks: number, lists: number) => [
      ['account_looked_up', 'override', 'ray', looks],
      ['overrides_listed', 'any', null, lists],
      ['overrides_listed', 'denied', null, lists],
      ['recoveries_listed', 'any', null, lists],
      ['recoveries_listed', 'held', null, lists],
    ];
    await read();
    await read();
    expect(await seen()).toEqual(expected(2, 1));
    rekey.clock.advance(hour);
    await staff.support.signIn();
    await read();
    expect(await seen()).toEqual(expected(3, 2));
  });

  test('is listed by account and state, page by page, newest first', async () => {
    await put('joe');
    const ids: string[] = [];
    for (const make of [requested, approved, requested]) {
      ids.unshift(await make('joe'));
      rekey.clock.advance(1_000);
    }
    await staff.security.call('POST', `overrides/${ids[0]}/deny`, { reason });
    const list = async (query: string) =>
      (await staff.support.call('GET', `overrides?account_id=joe${query}`)).body;
    const first = await list('&limit=2');
    const second = await list(`&limit=2&cursor=${first.next}`);
    expect([...first.overrides, ...second.overrides].map(({ id }) => id)).toEqual(ids);
    const states = async (state: string) =>
      (await list(`&state=${state}`)).overrides.map(({ id }: { id: string }) => ids.indexOf(id));
    expect([await states('denied'), await states('approved'), await states('requested')]).toEqual([
      [0],
      [1],
      [2],
    ]);
    expect([await states('usable'), await states('used'), await states('invalid')]).toEqual([[], [], []]);
    rekey.clock.advance(24 * hour);
    await staff.support.signIn();
    expect([await states('approved'), await states('usable')]).toEqual([[], [1]]);
    rekey.clock.advance(7 * 24 * hour);
    await staff.support.signIn();
    expect([await states('usable'), await states('expired')]).toEqual([[], [1, 2]]);
  });
});
