import { holdingRow } from './held-row.js';
import { lostAnswers, newKey } from './lost-answers.js';
import { newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

/** The response to a proof, a start or a request for a code is lost. */
describe('a proof whose response was lost', () => {
  const rekey = useRekey();
  const who = lostAnswers(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const triesOf = async (story: Story) =>
    (await rekey.sql('select tries from recoveries where id = $1', [story.id]))[0].tries;

  test.each(['hal@example.com', 'nobody@example.com'])(
    'a wrong value of %s costs one try, however often it is repeated with its key',
    async (identifier) => {
      await who.put('hal');
      const story = new Story(rekey);
      await story.start({ identifier });
      const headers = newKey();
      const first = await story.prove('11111111', 'code', headers);
      expect(first).toMatchObject({ status: 422, body: { code: 'wrong_proof', tries_left: 4 } });
      for (const _ of [1, 2, 3]) {
        const again = await story.prove('11111111', 'code', headers);
        expect([again.status, again.body]).toEqual([422, first.body]);
      }
      expect(await triesOf(story)).toBe(1);
      const other = await story.prove('22222222', 'code', headers);
      expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
      expect(await triesOf(story)).toBe(1);
      expect((await story.prove('11111111', 'code', newKey())).body.tries_left).toBe(3);
      expect((await story.prove('11111111')).body.tries_left).toBe(2);
      expect((await story.prove('11111111')).body.tries_left).toBe(1);
    },
  );

  test('a right value gets the same response, and its repeat does not judge a recovery that went on', async () => {
    await who.put('ida');
    const story = new Story(rekey);
    const { code } = await story.begin('ida@example.com');
    const headers = newKey();
    const first = await story.prove(code, 'code', headers);
    expect(first).toMatchObject({ status: 200, body: { state: 'proven' } });
    rekey.clock.advance(5_000);
    const again = await story.prove(code, 'code', headers);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await triesOf(story)).toBe(1);
    expect((await story.complete()).status).toBe(201);
    expect((await story.prove(code, 'code', headers)).body).toEqual(first.body);
    expect((await story.prove(code, 'code', newKey())).status).toBe(410);
    // Nothing of it tells the code.
    const rows = await rekey.sql('select * from idempotent_responses where recovery_id = $1', [story.id]);
    expect(JSON.stringify(rows)).not.toContain(code);
    expect(JSON.stringify(rows)).not.toContain('example.com');
  });

  test('an attempt that outlives its reservation keeps its response, whatever a repeat of it was told meanwhile', async () => {
    const { codes } = await who.enrol('kay');
    newHousehold();
    const story = new Story(rekey);
    await story.begin('kay@example.com');
    const headers = newKey();
    const attempt = () => story.prove(codes[0] ?? '', 'backup_code', headers);
    await holdingRow(rekey, story.id, async (row) => {
      const first = attempt();
      await row.waiting(1);
      rekey.clock.advance(31_000);
      const second = attempt();
      await row.waiting(2);
      await row.query('rollback');
      expect([(await first).status, (await second).status]).toEqual([200, 200]);
    });
    expect(await attempt()).toMatchObject({ status: 200, body: { state: 'proving' } });
  });

  test('the response to a first proof of two is repeated with its addresses, which are not stored', async () => {
    const { codes } = await who.enrol('joy');
    newHousehold();
    const story = new Story(rekey);
    await story.begin('joy@example.com');
    const headers = newKey();
    const first = await story.prove(codes[0] ?? '', 'backup_code', headers);
    expect(first).toMatchObject({ status: 200, body: { state: 'proving', addresses: [{}, {}] } });
    expect((await story.prove(codes[0] ?? '', 'backup_code', headers)).body).toEqual(first.body);
    const [row] = await rekey.sql('select response from idempotent_responses where recovery_id = $1', [
      story.id,
    ]);
    expect(Object.keys(row.response.view).sort()).toEqual([
      'expires_at',
      'id',
      'methods',
      'resend_at',
      'state',
    ]);
    await story.cancel();
    const after = await story.prove(codes[0] ?? '', 'backup_code', headers);
    expect(after.status).toBe(200);
    expect(after.body.addresses).toBeUndefined();
  });

  test('ten at once with one key cost one try: the others get its response, or 409 while it is processed', async () => {
    await who.put('kai');
    const story = new Story(rekey);
    const { code } = await story.begin('kai@example.com');
    for (const [value, status] of [
      ['11111111', 422],
      [code, 200],
    ] as const) {
      const headers = newKey();
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => story.prove(value, 'code', headers)),
      );
      expect(answers.every((one) => one.status === status || one.status === 409)).toBe(true);
      expect(answers.some((one) => one.status === status)).toBe(true);
      expect((await story.prove(value, 'code', headers)).status).toBe(status);
    }
    expect(await triesOf(story)).toBe(2);
  });

  test('a process that died with a key in hand blocks it for 30 seconds', async () => {
    const story = new Story(rekey);
    await story.start({ identifier: 'nobody@example.com' });
    const headers = newKey();
    await story.prove('11111111', 'code', headers);
    await rekey.sql(
      `update idempotent_responses set response = 'null', expires_at = $2 where recovery_id = $1`,
      [story.id, new Date(rekey.clock.now() + 30_000)],
    );
    const busy = await story.prove('11111111', 'code', headers);
    expect(busy).toMatchObject({ status: 409, body: { code: 'invalid_state', retry_after: 1 } });
    rekey.clock.advance(30_000);
    expect((await story.prove('11111111', 'code', headers)).body).toMatchObject({ tries_left: 3 });
  });

  test('attempts that cost no try store nothing, so that nobody fills the table with keys', async () => {
    const story = new Story(rekey);
    await story.start({ identifier: 'nobody@example.com' });
    for (let tries = 0; tries < 5; tries++)
      expect((await story.prove('11111111', 'code', newKey())).status).toBe(422);
    const stored = async () =>
      (await rekey.sql('select 1 from idempotent_responses where recovery_id = $1', [story.id])).length;
    expect(await stored()).toBe(5);
    expect((await story.prove('11111111', 'code', newKey())).body.code).toBe('no_tries_left');
    await story.cancel();
    expect((await story.prove('11111111', 'code', newKey())).body.code).toBe('recovery_closed');
    expect(await stored()).toBe(5);
  });

  test('responses go with the account, and after their time', async () => {
    await who.put('lea');
    const story = new Story(rekey);
    const { code } = await story.begin('lea@example.com');
    const headers = newKey();
    expect((await story.prove(code, 'code', headers)).status).toBe(200);
    const stored = () => rekey.sql('select 1 from idempotent_responses where recovery_id = $1', [story.id]);
    expect(await stored()).toHaveLength(1);
    const url = `${rekey.settings.urls.console}/v1/accounts/lea`;
    expect((await rekey.call('DELETE', url, { bearer: await who.management() })).status).toBe(204);
    expect(await stored()).toHaveLength(0);
    expect((await story.prove(code, 'code', headers)).body).toMatchObject({ code: 'recovery_closed' });
  });

  test('a start and a further code are repeated by their key; the stored start has no number', async () => {
    const story = new Story(rekey);
    const headers = newKey();
    const first = await story.start({ identifier: 'nobody@example.com' }, headers);
    const again = await story.start({ identifier: 'nobody@example.com' }, headers);
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(first.body.match_number).toMatch(/^\d+$/);
    const [row] = await rekey.sql('select response from idempotent_responses where recovery_id = $1', [
      story.id,
    ]);
    expect(row.response.match_number).toBeUndefined();
    rekey.clock.advance(60_000);
    const key = newKey();
    const sent = await story.resend({}, key);
    rekey.clock.advance(60_000);
    expect((await story.resend({}, key)).body).toEqual(sent.body);
    expect((await story.resend({ channel: 'sms' }, key)).body.code).toBe('idempotency_key_reused');
  });

  test('a key whose response has expired, and was not swept yet, serves a new request', async () => {
    const headers = newKey();
    const first = await new Story(rekey).start({ identifier: 'nobody@example.com' }, headers);
    await rekey.sql('update idempotent_responses set expires_at = $2 where recovery_id = $1', [
      first.body.id,
      new Date(rekey.clock.now()),
    ]);
    const second = await new Story(rekey).start({ identifier: 'nobody@example.com' }, headers);
    expect(second.status).toBe(202);
    expect(second.body.id).not.toBe(first.body.id);
  });
});
