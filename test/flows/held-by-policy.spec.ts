import { people } from './people.js';
import { policyFile } from './policy-file.js';
import { newHousehold, stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

const hour = 3_600_000;
const day = 24 * hour;

/** A recovery is put on hold by rules of the policy, and what ends the hold. */
describe('a recovery that a rule holds', () => {
  const holds = [
    { name: 'stranger', hours: 24, when: { newBrowser: true, newNetwork: true, roles: ['known'] } },
    { name: 'new-address', hours: 100, when: { addressChangedDays: 7, roles: ['known', 'address'] } },
    { name: 'guessed', hours: 2, when: { attempts: 2, roles: ['guess'] } },
    { name: 'any', hours: 12, when: { startedByStaff: false, roles: ['any'] } },
    { name: 'app', hours: 6, when: { authenticatorChangedDays: 3, roles: ['app'] } },
    { name: 'one', hours: 8, when: { singleAddress: true, roles: ['one'] } },
    { name: 'stops', hours: 9, when: { stoppedBeforeDays: 5, roles: ['stops'] } },
  ];
  const rekey = useRekey({
    environment: { RECOVERY_POLICY_FILE: policyFile({ holds, holdAfterStopHours: 0 }) },
  });
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(hour);
  });
  const mailOf = (id: string) => `${id}@example.com`;
  const put = (id: string, roles: string[], more: object = {}) => who.put(id, { roles, ...more });
  const told = (to: string, about: RegExp) =>
    until(`${about} to ${to}`, async () => (await rekey.messages(to)).find(({ text }) => about.test(text)));
  /** Hours that it is held; 0 when it is proven. */
  const hoursOf = ({ body }: { body: { state: string; held_until?: string } }) => {
    if (body.state === 'proven') return 0;
    expect(body.state).toBe('held');
    return (Date.parse(body.held_until ?? '') - rekey.clock.now()) / hour;
  };
  const proved = async (id: string, more: object = {}) => {
    const story = new Story(rekey);
    const answer = await story.proveBy(mailOf(id), mailOf(id), more);
    return { story, answer, hours: hoursOf(answer) };
  };
  const decide = async (
    id: string,
    decision: string,
    json: unknown = { reason: 'the caller is known here' },
  ) =>
    rekey.call('POST', `${rekey.settings.urls.console}/v1/recoveries/${id}/${decision}`, {
      bearer: await who.management(),
      json,
    });
  const detailOf = async (story: Story, event: string) => {
    const [row] = await rekey.sql(
      `select actor, detail from audit_events where recovery_id = $1 and event = $2`,
      [story.id, event],
    );
    return row;
  };

  test('by browser and network: not where the owner has signed in, and not where the owner was recovered', async () => {
    await put('kim', ['known']);
    newHousehold();
    expect((await proved('kim')).hours).toBe(24);
    // At home, by signing in.
    const session = await who.signIn('kim');
    expect(session.status).toBe(201);
    rekey.clock.advance(hour);
    const atHome = await proved('kim');
    expect(atHome.hours).toBe(0);
    // Elsewhere, in the same browser.
    newHousehold();
    const { device_token } = session.body;
    const elsewhere = await proved('kim', { device_token });
    expect(elsewhere.hours).toBe(0);
    // The recovery from elsewhere makes strangers of all others.
    expect((await elsewhere.story.complete({ password: 'a sentence that kim has chosen' })).status).toBe(201);
    rekey.clock.advance(hour);
    expect((await proved('kim')).hours).toBe(0);
    const story = new Story(rekey);
    newHousehold();
    expect(hoursOf(await story.proveBy(mailOf('kim')))).toBe(24);
  });

  test('by a changed address: added, confirmed, or removed; not those of a new account', async () => {
    const addresses = (extra: object[]) => ({
      addresses: [{ kind: 'email', value: mailOf('adr'), verified: true }, ...extra],
    });
    const other = (verified: boolean) => ({ kind: 'email', value: 'adr-2@example.com', verified });
    await put('adr', ['address'], addresses([]));
    expect((await proved('adr')).hours).toBe(0);
    for (const extra of [[other(false)], [other(true)], []]) {
      rekey.clock.advance(day);
      await put('adr', ['address'], addresses(extra));
      rekey.clock.advance(6 * day);
      expect([extra, (await proved('adr')).hours]).toEqual([extra, 100]);
      rekey.clock.advance(day);
      expect([extra, (await proved('adr')).hours]).toEqual([extra, 0]);
    }
  });

  test('by wrong proofs of this and of another recovery', async () => {
    await put('gus', ['guess']);
    const first = new Story(rekey);
    await first.begin(mailOf('gus'));
    expect((await first.prove('00000000')).status).toBe(422);
    rekey.clock.advance(61_000);
    const second = new Story(rekey);
    const { code } = await second.begin(mailOf('gus'));
    expect((await second.prove('00000000')).status).toBe(422);
    expect(hoursOf(await second.prove(code))).toBe(2);
    // A day later they are forgotten.
    rekey.clock.advance(25 * hour);
    expect((await proved('gus')).hours).toBe(0);
  });

  test('by a new app, by the only address, by a stop', async () => {
    await put('apa', ['app']);
    const begun = await who.issuer('POST', 'authenticators/backup_codes', {
      bearer: (await who.signIn('apa')).body.access_token,
    });
    expect(begun.status).toBe(201);
    expect((await proved('apa')).hours).toBe(6);
    rekey.clock.advance(3 * day);
    expect((await proved('apa')).hours).toBe(0);

    await put('one', ['one'], { addresses: [{ kind: 'email', value: mailOf('one'), verified: true }] });
    expect((await proved('one')).hours).toBe(8);
    await put('one', ['one']);
    rekey.clock.advance(hour);
    expect((await proved('one')).hours).toBe(0);

    await put('stan', ['stops']);
    const thief = (await proved('stan')).story;
    expect((await thief.complete()).status).toBe(201);
    expect((await thief.stop(stopTokenIn(await told(mailOf('stan'), /was recovered/)))).status).toBe(204);
    rekey.clock.advance(hour);
    expect((await proved('stan')).hours).toBe(9);
  });

  test('is told with a stop link that is good as long as the hold, keeps the person out until then, and then completes', async () => {
    await put('long', ['address'], {});
    rekey.clock.advance(hour);
    await put('long', ['address'], {
      addresses: [
        { kind: 'email', value: mailOf('long'), verified: true },
        { kind: 'phone', value: who.phoneOf('long'), verified: true },
        { kind: 'email', value: 'long-2@example.com', verified: true },
      ],
    });
    rekey.clock.advance(hour);
    const { story, hours } = await proved('long');
    expect(hours).toBe(100);
    for (const to of [mailOf('long'), who.phoneOf('long'), 'long-2@example.com'])
      expect((await told(to, /on hold until/)).text).toContain('/stop?token=');
    rekey.clock.advance(99 * hour);
    expect((await story.complete()).body.code).toBe('not_proven');
    // Whatever changes the state alone, the time is looked at where it completes.
    await rekey.sql(`update recoveries set state = 'proven', proven_at = now() where id = $1`, [story.id]);
    expect((await story.complete()).body.code).toBe('not_proven');
    expect((await story.show()).body.state).toBe('held');
    const other = await proved('long');
    expect(
      (await other.story.stop(stopTokenIn(await told('long-2@example.com', /on hold until/)))).status,
    ).toBe(204);
    rekey.clock.advance(hour);
    const late = await story.complete();
    expect([late.status, late.body.code]).toEqual([410, 'recovery_closed']);
    expect(await detailOf(story, 'recovery_held')).toMatchObject({
      detail: {
        hold: {
          hours: 100,
          rules: ['new-address'],
          after_stop: false,
          facts: { address_changed_hours: 1, attempts: 0, single_address: false, roles: ['address'] },
        },
      },
    });
  });

  test('the time is looked at by the statement that completes it, too', async () => {
    await put('late', ['none']);
    const { story, hours } = await proved('late');
    expect(hours).toBe(0);
    // Between the judgement and the completion, when the issuer issues.
    await rekey.sql(`create function hold_late() returns trigger language plpgsql as $$ begin
      update recoveries set held_until = '${new Date(rekey.clock.now() + hour).toISOString()}', held_by = '{x}' where id = new.recovery_id;
      return new; end $$`);
    await rekey.sql(
      'create trigger hold_late after insert on sessions for each row execute function hold_late()',
    );
    const early = await story.complete();
    expect([early.status, early.body.code, early.headers.get('retry-after')]).toEqual([
      409,
      'not_proven',
      '3600',
    ]);
    expect((await story.show()).body.state).toBe('held');
    await rekey.sql('drop trigger hold_late on sessions');
    const alive = await rekey.sql(`select 1 from sessions where recovery_id = $1 and ended_at is null`, [
      story.id,
    ]);
    expect(alive).toEqual([]);
    rekey.clock.advance(hour);
    expect((await story.complete()).status).toBe(201);
  });

  test('is released by the operator: the person completes it, everyone is told with a stop link', async () => {
    await put('rel', ['any']);
    const { story, hours } = await proved('rel');
    expect(hours).toBe(12);
    expect((await decide(story.id, 'release')).status).toBe(204);
    expect((await story.show()).body).toMatchObject({ state: 'proven' });
    for (const to of [mailOf('rel'), who.phoneOf('rel')])
      expect((await told(to, /[Ss]upport has ended the wait/)).text).toContain('/stop?token=');
    expect((await decide(story.id, 'release')).body.code).toBe('invalid_state');
    expect((await decide(story.id, 'deny')).body.code).toBe('invalid_state');
    expect((await story.complete()).status).toBe(201);
    expect(await detailOf(story, 'recovery_released')).toEqual({
      actor: `client:${rekey.settings.management.clientId}`,
      detail: { reason: 'the caller is known here' },
    });
  });

  test('proves nothing by a release: what was proved is judged when it is used', async () => {
    await put('lost', ['any']);
    const { story } = await proved('lost');
    expect((await decide(story.id, 'release')).status).toBe(204);
    await put('lost', ['any'], {
      addresses: [{ kind: 'phone', value: who.phoneOf('lost'), verified: true }],
    });
    expect((await story.complete()).status).toBe(410);
  });

  test('is denied by the operator: it is over, the person is told, and the next one waits', async () => {
    await put('den', ['any', 'stops']);
    const { story } = await proved('den');
    expect((await decide(story.id, 'deny')).status).toBe(204);
    expect((await story.show()).body).toMatchObject({ state: 'stopped' });
    await told(mailOf('den'), /Support ended a recovery/);
    expect((await story.complete()).status).toBe(410);
    expect((await decide(story.id, 'release')).body.code).toBe('invalid_state');
    expect(await detailOf(story, 'recovery_denied')).toMatchObject({
      detail: { reason: 'the caller is known here' },
    });
    const [row] = await rekey.sql(`select source_key, identifier_sealed from recoveries where id = $1`, [
      story.id,
    ]);
    expect(row).toEqual({ source_key: null, identifier_sealed: null });
    rekey.clock.advance(hour);
    const next = await proved('den');
    expect((await detailOf(next.story, 'recovery_held')).detail.hold.rules).toEqual(['any', 'stops']);
  });

  test('a decision needs its scope, a held recovery, and a reason of 1 to 500 characters', async () => {
    await put('scp', ['any']);
    const { story } = await proved('scp');
    for (const decision of ['release', 'deny']) {
      const url = `${rekey.settings.urls.console}/v1/recoveries/${story.id}/${decision}`;
      const bearer = await who.management('accounts:write accounts:read clients:write tokens:read');
      expect((await rekey.call('POST', url, { bearer, json: { reason: 'r' } })).status).toBe(403);
      expect((await rekey.call('POST', url, { json: { reason: 'r' } })).status).toBe(401);
      for (const json of [
        {},
        { reason: ' ' },
        { reason: 'r'.repeat(501) },
        { reason: 'a\nb' },
        { reason: 'r', more: 1 },
      ])
        expect([json, (await decide(story.id, decision, json)).status]).toEqual([json, 400]);
      expect((await decide('00000000-0000-7000-8000-000000000000', decision)).status).toBe(404);
      expect((await decide('nothing', decision)).status).toBe(404);
    }
    expect((await story.show()).body.state).toBe('held');
    rekey.clock.advance(30 * day);
    expect((await decide(story.id, 'release')).body.code).toBe('invalid_state');
  });
});
