import { useOverrides } from './overrides.js';
import { stopTokenIn } from './rekey.js';
import { memberOf, type StaffBrowser, staffContext } from './staff-browser.js';
import { Story } from './story.js';

const hour = 3_600_000;
const reason = 'a test';
const silenced = 'You have marked an address of this account as compromised: somebody else has to do this.';

/** What one member of staff could bring about alone, with an override that two have signed, or by who is not told of it. */
describe('an override', () => {
  const { rekey, who, staff, mailOf, put, assisted, told, ...calls } = useOverrides();
  const { request, approve, requested, approved, usable, use, show } = calls;
  let another: StaffBrowser;
  beforeAll(async () => {
    another = await memberOf(rekey, await staffContext(rekey), 'security');
  });

  test('is not used by the member who has started the recovery: their own page could show the number', async () => {
    await put('ida');
    const id = await usable('ida');
    const story = await assisted('ida');
    await rekey.sql(
      `insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)
       values (gen_random_uuid(), now(), 'assist_matched', $1, 'ida', $2, '{}')`,
      [`staff:${staff.support.id}`, story.id],
    );
    const own = await use(id, story.id);
    expect([own.status, own.body.detail]).toEqual([
      409,
      expect.stringContaining('Somebody else has to use it'),
    ]);
    expect((await story.show()).body.state).toBe('proving');
    await staff.security.signIn();
    expect((await use(id, story.id, staff.security)).status).toBe(204);
    expect((await story.show()).body.state).toBe('proven');
  });

  test('has no part of a member who has seen to it that an address is not told: neither does a release', async () => {
    await put('joe', ['vault', 'slow']);
    const [{ id: address }] = await rekey.sql(
      `select id from addresses where account_id = 'joe' and kind = 'email'`,
    );
    await staff.security.signIn();
    const mark = `accounts/joe/addresses/${address}/compromised`;
    expect((await staff.security.call('POST', mark, { reason })).status).toBe(204);
    expect((await request('joe', staff.security)).body.detail).toBe(silenced);
    const id = await requested('joe');
    expect((await approve(id)).body.detail).toBe(silenced);
    expect(await show(id)).toMatchObject({ state: 'requested' });
    expect((await approve(id, another)).status).toBe(200);
    rekey.clock.advance(24 * hour);
    const story = await assisted('joe', who.phoneOf('joe'));
    await staff.security.signIn();
    expect((await use(id, story.id, staff.security)).body.detail).toBe(silenced);
    await staff.support.signIn();
    expect((await use(id, story.id)).status).toBe(204);
    expect((await story.show()).body.state).toBe('held');
    const release = `recoveries/${story.id}/release`;
    expect((await staff.security.call('POST', release, { reason })).body.detail).toBe(silenced);
    // A month later, what was marked then counts no more.
    rekey.clock.advance(31 * 24 * hour);
    await staff.security.signIn();
    expect((await request('joe', staff.security)).status).toBe(201);
  });

  test('is stopped with every other of the account that was not used, and the next recovery is held', async () => {
    await put('kim');
    const first = await approved('kim');
    const token = stopTokenIn(await told(mailOf('kim'), /Support approved/));
    const second = await approved('kim');
    expect((await new Story(rekey).stop(token)).status).toBe(204);
    expect([(await show(first)).state, (await show(second)).state]).toEqual(['denied', 'denied']);
    const stopped = await rekey.sql(
      `select detail->>'override' as id from audit_events where event = 'override_stopped' and account_id = 'kim'`,
    );
    expect(stopped.map(({ id }) => id).sort()).toEqual([first, second].sort());
    const [account] = await rekey.sql(`select stopped_at from accounts where id = 'kim'`);
    expect(account.stopped_at).not.toBeNull();
  });
});
