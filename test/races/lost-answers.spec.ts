import { lostAnswers } from '../flows/lost-answers.js';
import { type Answer, stopTokenIn, until, useRekey } from '../flows/rekey.js';

/** The repeat of a completion, many times at once or against what ends or uses its session: never two living sets of tokens. */
describe('a repeated completion under races', () => {
  const rekey = useRekey({ environment: { LOG_LEVEL: 'fatal' } });
  const who = lostAnswers(rekey);

  /** Which of these responses have tokens that live; introspection comes last, because it uses the session. */
  const living = async (answers: Answer[]): Promise<Answer[]> => {
    const alive = await Promise.all(
      answers.map(async ({ body }) => [
        await who.isActive(body.refresh_token),
        await who.isActive(body.access_token),
      ]),
    );
    // Both of a response, or none.
    expect(alive.every(([refresh, access]) => refresh === access)).toBe(true);
    return answers.filter((_, at) => alive[at]?.[0]);
  };
  const got = (answers: Answer[]) => answers.filter(({ status }) => status === 201);

  test('20 repeats at once: each gets tokens or 409, and one set lives', async () => {
    const { story, headers, answer } = await who.completed('abe');
    const answers = await Promise.all(Array.from({ length: 20 }, () => story.complete({}, headers)));
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(got(answers).length).toBeGreaterThan(0);
    expect(await who.alive('abe')).toMatchObject([{ recovery_id: story.id, tokens: 1 }]);
    expect(await living([answer, ...got(answers)])).toHaveLength(1);
  });

  test('first completions with one key at once: one session, whose tokens one of them has', async () => {
    const story = await who.proven('bob');
    const headers = { 'idempotency-key': 'of-a-client-that-is-impatient' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => story.complete({}, headers)));
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(await who.alive('bob')).toMatchObject([{ recovery_id: story.id, tokens: 1 }]);
    expect(await living(got(answers))).toHaveLength(1);
  });

  test('a repeat against a use of the first tokens: either wins, the other is refused, and one set lives', async () => {
    const uses: [string, (first: Answer) => Promise<Answer | boolean>][] = [
      ['refresh', ({ body }) => who.refresh(body.refresh_token)],
      ['introspection', ({ body }) => who.isActive(body.access_token)],
      ['sessions', ({ body }) => who.issuer('GET', 'sessions', { bearer: body.access_token })],
    ];
    for (let round = 0; round < 9; round++) {
      const { story, headers, answer } = await who.completed('cyd');
      const [name, use] = uses[round % uses.length] as (typeof uses)[number];
      const delayed = round % 2 === 0 ? new Promise((resolve) => setTimeout(resolve, round)) : undefined;
      const [again, used] = await Promise.all([
        story.complete({}, headers),
        (async () => {
          await delayed;
          return use(answer);
        })(),
      ]);
      const wasUsed = typeof used === 'boolean' ? used : used.status === 200;
      // A use that came just before the repeat locked the session has refused the repeat.
      expect([name, again.status, wasUsed]).toEqual([name, wasUsed ? 410 : 201, wasUsed]);
      expect(await who.alive('cyd')).toMatchObject([{ recovery_id: story.id, tokens: 1 }]);
      const refreshed = name === 'refresh' && wasUsed ? [used as Answer] : [answer];
      const lives = await living(again.status === 201 ? [answer, again] : refreshed);
      expect(lives).toEqual(again.status === 201 ? [again] : refreshed);
    }
  });

  test('a repeat against a stop: nothing lives afterwards', async () => {
    for (let round = 0; round < 4; round++) {
      await rekey.sql('update accounts set stopped_at = null');
      const { story, headers, answer } = await who.completed(`dan${round}`);
      const told = await until('the notification', async () =>
        (await rekey.messages(`dan${round}@example.com`)).find(({ text }) => /\/stop\?token=/.test(text)),
      );
      const [again, stopped] = await Promise.all([
        story.complete({}, headers),
        story.stop(stopTokenIn(told)),
      ]);
      expect(stopped.status).toBe(204);
      expect([201, 410]).toContain(again.status);
      expect(await who.alive(`dan${round}`)).toEqual([]);
      expect(await living([answer, ...got([again])])).toEqual([]);
      expect((await story.complete({}, headers)).status).toBe(410);
    }
  });
});
