import { people } from '../flows/people.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { memberOf, type StaffBrowser, staffContext } from '../flows/staff-browser.js';
import { Story } from '../flows/story.js';

/** Acts of staff and the person at the same time, on a real PostgreSQL. */
describe('acts of staff', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let security: StaffBrowser;
  beforeAll(async () => {
    security = await memberOf(rekey, await staffContext(rekey), 'security');
  });
  beforeEach(async () => {
    newHousehold();
    rekey.clock.advance(600_000);
    await security.signIn();
  });
  const act = async (path: string) => (await security.call('POST', path, { reason: 'a race' })).status;
  const addressOf = async (id: string) =>
    (await rekey.sql(`select id from addresses where account_id = $1 and kind = 'email'`, [id]))[0].id;
  const alive = (story: Story) =>
    rekey.sql('select 1 from sessions where recovery_id = $1 and ended_at is null', [story.id]);

  test.each(Array.from({ length: 6 }, (_, round) => round))(
    'an address that is marked while it proves and completes leads to no session, round %i',
    async (round) => {
      const id = `marked-${round}`;
      await who.put(id);
      const [open, proving] = [new Story(rekey), new Story(rekey)];
      await open.proveBy(`${id}@example.com`);
      rekey.clock.advance(61_000);
      const { code } = await proving.begin(`${id}@example.com`);
      const path = `accounts/${id}/addresses/${await addressOf(id)}/compromised`;
      const acts: (() => Promise<number>)[] = [
        () => act(path),
        async () => (await open.complete()).status,
        () => act(path),
        async () => (await proving.prove(code)).status,
        async () => (await open.complete()).status,
        async () => (await proving.complete()).status,
      ];
      const turned = [...acts.slice(round), ...acts.slice(0, round)];
      const statuses = await Promise.all(turned.map((one) => one()));
      expect([statuses, statuses.filter((status) => status >= 500)]).toEqual([statuses, []]);
      // Whatever it had time for.
      await proving.complete();
      expect([await alive(open), await alive(proving)]).toEqual([[], []]);
      const marks = await rekey.sql(
        `select coalesce(detail->>'already', 'no') as already from audit_events where account_id = $1 and event = 'address_compromised' order by 1`,
        [id],
      );
      expect(marks.map(({ already }) => already)).toEqual(['no', 'true']);
      const told = await rekey.sql(
        `select 1 from messages where account_id = $1 and change like 'address_compromised%'`,
        [id],
      );
      expect(told).toHaveLength(1);
    },
  );

  test('two members who mark and restore at once leave one of both, and end at neither', async () => {
    await who.put('both');
    const path = `accounts/both/addresses/${await addressOf('both')}`;
    const acts = Array.from({ length: 8 }, (_, at) => act(`${path}/${at % 2 ? 'restore' : 'compromised'}`));
    expect(await Promise.all(acts)).toEqual(Array(8).fill(204));
    const [{ marks, restores }] = await rekey.sql(
      `select count(*) filter (where event = 'address_compromised')::int as marks, count(*) filter (where event = 'address_restored')::int as restores
       from audit_events where account_id = 'both' and detail->>'already' is null`,
    );
    expect(marks).toBeGreaterThan(0);
    const [{ marked }] = await rekey.sql(
      `select compromised_at is not null as marked from addresses where account_id = 'both' and kind = 'email'`,
    );
    // Each changes what the one before has left.
    expect(marks - restores).toBe(marked ? 1 : 0);
  });

  test('the person and two members who have a code sent at once: one is sent', async () => {
    await who.put('resent');
    const story = new Story(rekey);
    await story.begin('resent@example.com');
    rekey.clock.advance(60_000);
    const statuses = await Promise.all([
      act(`recoveries/${story.id}/resend`),
      story.resend().then(({ status }) => status),
      act(`recoveries/${story.id}/resend`),
    ]);
    expect(statuses.toSorted()).toEqual([202, 429, 429]);
    expect(await rekey.sql('select 1 from messages where recovery_id = $1', [story.id])).toHaveLength(2);
  });
});
