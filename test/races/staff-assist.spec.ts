import { AssistStage, otherThan } from '../flows/assist-stage.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { memberOf } from '../flows/staff-browser.js';

/** Many browsers, many numbers, and an account that changes, at the same time on a real PostgreSQL. */
describe('an assist, at once', () => {
  const rekey = useRekey();
  const stage = new AssistStage(rekey);
  beforeAll(() => stage.open());
  beforeEach(() => stage.later());

  const rounds = Array.from({ length: 4 }, (_, round) => round);
  const countOf = async (account: string, event: string): Promise<number> =>
    (await rekey.sql('select 1 from audit_events where account_id = $1 and event = $2', [account, event]))
      .length;
  const recoveriesOf = async (account: string): Promise<number> =>
    (await rekey.sql('select 1 from recoveries where account_id = $1', [account])).length;

  test.each(rounds)('eight browsers enter one code: one joins, round %i', async (round) => {
    const account = `code-${round}`;
    await stage.who.put(account);
    const { code } = await stage.started(account);
    const entered = await Promise.all(
      Array.from({ length: 8 }, () => {
        newHousehold();
        return stage.enter(code);
      }),
    );
    expect(entered.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(404)]);
    expect(await countOf(account, 'assist_opened')).toBe(1);
  });

  test.each(rounds)('one request that is sent eight times joins once, round %i', async (round) => {
    const account = `same-${round}`;
    await stage.who.put(account);
    const { code } = await stage.started(account);
    const key = { 'idempotency-key': 'a-key-of-twenty-two-characters' };
    const entered = await Promise.all(Array.from({ length: 8 }, () => stage.enter(code, {}, key)));
    expect(entered.map(({ status }) => status)).toEqual(Array(8).fill(201));
    expect(new Set(entered.map(({ text }) => text)).size).toBe(1);
    expect(await countOf(account, 'assist_opened')).toBe(1);
  });

  test.each(rounds)('the right number, six times: one recovery, round %i', async (round) => {
    const account = `right-${round}`;
    await stage.who.put(account);
    const { id, code } = await stage.started(account);
    const { number } = (await stage.enter(code)).body;
    const matched = await Promise.all(Array.from({ length: 6 }, () => stage.match(id, number)));
    expect(matched.map(({ status, body }) => [status, body.state])).toEqual(Array(6).fill([200, 'matched']));
    expect(new Set(matched.map(({ body }) => body.recovery_id)).size).toBe(1);
    expect([await recoveriesOf(account), await countOf(account, 'recovery_started')]).toEqual([1, 1]);
    const messages = await rekey.sql(`select kind from messages where recovery_id = $1 order by kind`, [
      matched[0]?.body.recovery_id,
    ]);
    expect(messages.map(({ kind }) => kind)).toEqual([
      'recovery_assisted',
      'recovery_assisted',
      'recovery_code',
    ]);
  });

  test.each(rounds)(
    'many numbers, an end, and the account that is disabled: one outcome, round %i',
    async (round) => {
      const account = `mixed-${round}`;
      await stage.who.put(account);
      const { id, code } = await stage.started(account);
      const { number } = (await stage.enter(code)).body;
      const colleague = await memberOf(rekey, stage.context, 'security');
      const acts = [
        () => stage.match(id, number),
        () => stage.match(id, otherThan(number)),
        () => stage.match(id, otherThan(otherThan(number))),
        () => colleague.call('POST', `assists/${id}/end`, { reason: 'a race' }),
        // In some rounds only: the account is locked first.
        ...(round % 2 ? [async () => stage.who.put(account, { status: 'disabled' })] : []),
      ];
      const turned = [...acts.slice(round), ...acts.slice(0, round)];
      await Promise.all(turned.map((act) => act()));
      const [row] = await rekey.sql('select state, recovery_id, ended_by from assists where id = $1', [id]);
      const ends = (await countOf(account, 'assist_refused')) + (await countOf(account, 'assist_ended'));
      const started = await recoveriesOf(account);
      expect([row.state, ends, started]).toEqual(
        row.state === 'matched' ? ['matched', 0, 1] : ['ended', 1, 0],
      );
      expect(await countOf(account, 'assist_matched')).toBe(started);
    },
  );
});
