import { newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** How many messages anybody can cause. */
describe('sends', () => {
  const rekey = useRekey({ environment: { SENDS_PER_CLIENT: '64', SENDS_IN_ALL: '4000' } });
  beforeAll(async () => {
    const { clientId, clientSecret } = rekey.settings.management;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const bearer = (await rekey.token(form)).body.access_token;
    const put = (path: string, json: object) =>
      rekey.call('PUT', `${rekey.settings.urls.console}/v1/${path}`, { bearer, json });
    const addresses = [{ kind: 'email', value: 'many@example.com', verified: true }];
    await put('accounts/many', { username: 'many', addresses });
    await put('clients/noisy', { name: 'Noisy', type: 'public' });
    for (let n = 0; n < 90; n++) {
      const value = `person${n}@example.com`;
      await put(`accounts/person${n}`, { addresses: [{ kind: 'email', value, verified: true }] });
    }
  });
  beforeEach(() => {
    rekey.clock.advance(3_600_000);
  });

  test('an address gets five in ten minutes and twelve a day, by whichever of its identifiers and from wherever; the answers do not change [ASVS 2.4.1, FP rate-limit]', async () => {
    const bodies = new Set<string>();
    const flood = async (n: number) => {
      for (let at = 0; at < n; at++) {
        newHousehold();
        const answer = await new Story(rekey).start({ identifier: at % 2 ? 'many' : 'many@example.com' });
        bodies.add(
          [answer.status, Object.keys(answer.body).join(), [...answer.headers.keys()].join()].join(' '),
        );
      }
      await rekey.idle();
      return (await rekey.codes('many@example.com')).length;
    };
    expect(await flood(10)).toBe(5);
    rekey.clock.advance(601_000);
    expect(await flood(10)).toBe(10);
    rekey.clock.advance(601_000);
    expect(await flood(10)).toBe(12);
    expect(bodies.size).toBe(1);
    const reasons = await rekey.sql(
      `select reason, count(*)::int as n from messages where state <> 'sent' group by reason order by reason`,
    );
    expect(reasons).toEqual([{ reason: 'limited', n: 18 }]);
  });

  test('a client that causes too many is cut off, alone [ASVS 2.4.1]', async () => {
    for (let n = 0; n < 90; n++) {
      newHousehold();
      const started = await new Story(rekey).start({
        identifier: `person${n}@example.com`,
        client_id: 'noisy',
      });
      expect(started.status).toBe(202);
    }
    await rekey.idle();
    const [row] = await rekey.sql(
      `select count(*) filter (where m.state = 'sent')::int as sent, count(*) filter (where m.reason = 'limited')::int as limited
       from messages m join recoveries r on r.id = m.recovery_id where r.client_id = 'noisy'`,
    );
    expect(row).toEqual({ sent: 64, limited: 26 });
    newHousehold();
    expect((await new Story(rekey).proveBy('ada@example.com')).status).toBe(200);
  });

  test('a retry of the same message is not charged again', async () => {
    newHousehold();
    const story = new Story(rekey);
    await story.start({ identifier: 'mei@example.com' });
    await rekey.idle();
    const spent = () =>
      rekey.sql(
        `select key, spent from limit_counters where resets_at > now() - interval '1 day' order by key`,
      );
    const before = await spent();
    await rekey.sql(`update messages set state = 'queued', due_at = $2 where recovery_id = $1`, [
      story.id,
      new Date(rekey.clock.now()),
    ]);
    await rekey.idle();
    expect(await rekey.codes('mei@example.com')).toHaveLength(2);
    expect(await spent()).toEqual(before);
  });
});
