import { holdingRow } from '../flows/held-row.js';
import { type Answer, newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

/** An act waits for another request that changes the recovery, and tells of the recovery as it is then. */
describe('an act that waited', () => {
  const rekey = useRekey();
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
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
    await holdingRow(rekey, story.id, async (row) => {
      const answer = acts[act]?.(story);
      await row.waiting(1);
      const text = `update recoveries set ${changes[change]} where id = $1`;
      const inAMinute = new Date(rekey.clock.now() + 60_000);
      await row.query(text, text.includes('$2') ? [story.id, inAMinute] : [story.id]);
      await row.query('commit');
      expect(await answer).toMatchObject({ status, body });
    });
  });
});
