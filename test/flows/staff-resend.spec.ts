import { useRekey } from './rekey.js';
import { reason, useActs } from './staff-acts.js';
import { Story } from './story.js';

describe('staff have a code sent again', () => {
  const rekey = useRekey();
  const { who, act, by, mailOf } = useActs(rekey);

  const resend = (story: Story, json: object = {}) =>
    act(`recoveries/${story.id}/resend`, { reason, ...json });
  const rowOf = async ({ id }: Story) =>
    (
      await rekey.sql('select tries, expires_at, idle_expires_at, channel from recoveries where id = $1', [
        id,
      ])
    )[0];
  const addressOf = async (id: string, kind: string) =>
    (await rekey.sql('select id from addresses where account_id = $1 and kind = $2', [id, kind]))[0].id;
  const begun = async (id: string, more: object = {}) => {
    await who.put(id, more);
    const story = new Story(rekey);
    await story.begin(mailOf(id));
    rekey.clock.advance(60_000);
    return story;
  };

  test('goes where it did not go before, and proves the recovery, which lives no longer by that', async () => {
    const story = await begun('other-channel');
    expect((await story.prove('00000000')).status).toBe(422);
    const before = await rowOf(story);
    const sent = await resend(story);
    const phone = who.phoneOf('other-channel');
    expect([sent.status, sent.body]).toEqual([202, { channel: 'sms', address: `***${phone.slice(-3)}` }]);
    expect(await rowOf(story)).toEqual(before);
    const { text } = await rekey.message(phone);
    const code = /#(\d+)$/.exec(text)?.[1] ?? '';
    expect((await story.prove(code)).body.state).toBe('proven');
    expect((await resend(story)).body.code).toBe('invalid_state');
  });

  test('goes to a named address; not to one of somebody else, nor to one that gets none', async () => {
    const story = await begun('named');
    await who.put('named-other');
    const to = async (authenticator: string) => resend(story, { authenticator });
    const foreign = await to(await addressOf('named-other', 'phone'));
    expect([foreign.status, foreign.body.errors]).toEqual([
      400,
      [{ pointer: '/authenticator', detail: expect.any(String) }],
    ]);
    expect((await to('no-id')).body.code).toBe('invalid_request');
    const phone = await addressOf('named', 'phone');
    await act(`accounts/named/addresses/${phone}/compromised`);
    expect((await to(phone)).body.code).toBe('invalid_request');
    expect((await resend(story)).body.code).toBe('invalid_state');
    const mail = await addressOf('named', 'email');
    expect((await to(mail)).body).toEqual({ channel: 'email', address: 'n***@example.com' });
  });

  test('waits as the person waits, and uses up what the person may use', async () => {
    const story = await begun('pauses');
    const authenticator = await addressOf('pauses', 'email');
    expect((await resend(story, { authenticator })).status).toBe(202);
    const early = await resend(story, { authenticator });
    expect([early.status, early.body.code, early.body.retry_after]).toEqual([429, 'resend_too_soon', 60]);
    expect((await story.resend()).body.code).toBe('resend_too_soon');
    await rekey.idle();
    // Five in ten minutes to an address.
    for (let sent = 3; sent <= 5; sent++) {
      rekey.clock.advance(60_000);
      expect((await resend(story, { authenticator })).status).toBe(202);
      await rekey.idle();
    }
    rekey.clock.advance(60_000);
    await by().confirm();
    const over = await resend(story, { authenticator });
    expect([over.status, over.body.code]).toEqual([429, 'rate_limited']);
    expect(over.body.retry_after).toBeLessThanOrEqual(600);
    const dropped = `select reason from messages where recovery_id = $1 and state = 'dropped'`;
    expect(await rekey.sql(dropped, [story.id])).toEqual([]);
  });

  test.each([
    ['without an account', 'nobody-here', undefined, 409],
    ['of a disabled account', 'disabled-meanwhile', () => act('accounts/disabled-meanwhile/disable'), 409],
    ['that the person gave up', 'given-up', (story: Story) => story.cancel(), 410],
    ['that has expired', 'expired', async () => rekey.clock.advance(3_600_000), 410],
  ] as [string, string, undefined | ((story: Story) => Promise<unknown>), number][])(
    'is not sent in a recovery %s',
    async (_what, id, meanwhile, status) => {
      let story = new Story(rekey);
      if (meanwhile) story = await begun(id);
      else {
        await story.start({ identifier: mailOf(id) });
        rekey.clock.advance(60_000);
      }
      await meanwhile?.(story);
      await by().signIn();
      expect((await resend(story)).status).toBe(status);
    },
  );
});
