import pg from 'pg';
import { type Answer, newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** An act waits for another request that changes the recovery, and tells of the recovery as it is then. */
describe('an act that waited', () => {
  const rekey = useRekey();
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const waits = () =>
    until('the act to wait', async () => {
      const [row] = await rekey.sql(
        `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      return row.n === 1 || undefined;
    });

  const changes = {
    'is cancelled': `state = 'cancelled', ended_at = now(), identifier_sealed = null, identifier_digests = '{}', guess_key = ''`,
    'has its last try spent': 'tries = 5',
    'gets another code': 'resend_at = $2',
  };
  const acts: Record<string, (story: Story) => Promise<Answer>> = {
    'a proof': (story) => story.prove('00000000'),
    'a request for another code': (story) => story.resend(),
    'a cancellation': (story) => story.cancel(),
  };

  test.each<[act: string, change: keyof typeof changes, status: number, body: object]>([
    ['a proof', 'is cancelled', 410, { state: 'cancelled' }],
    ['a proof', 'has its last try spent', 429, { code: 'no_tries_left' }],
    ['a request for another code', 'is cancelled', 410, { state: 'cancelled' }],
    ['a request for another code', 'gets another code', 429, { retry_after: 60 }],
    ['a cancellation', 'is cancelled', 410, { state: 'cancelled' }],
  ])('%s, while the recovery %s', async (act, change, status, body) => {
    const story = new Story(rekey);
    await story.begin('ada@example.com');
    rekey.clock.advance(61_000);
    const blocker = new pg.Client({ connectionString: rekey.settings.databaseUrl });
    await blocker.connect();
    try {
      await blocker.query('begin');
      await blocker.query('select 1 from recoveries where id = $1 for update', [story.id]);
      const answer = acts[act]?.(story);
      await waits();
      const text = `update recoveries set ${changes[change]} where id = $1`;
      const inAMinute = new Date(rekey.clock.now() + 60_000);
      await blocker.query(text, text.includes('$2') ? [story.id, inAMinute] : [story.id]);
      await blocker.query('commit');
      expect(await answer).toMatchObject({ status, body });
    } finally {
      await blocker.end();
    }
  });
});
