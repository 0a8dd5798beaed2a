import { password, people } from '../flows/people.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const rekey = useRekey();

/**
 * How many updates of a row may need new entries in its indexes. A recovery is bound to its account once and ends once. A refresh token is
 * replaced, and counters count, without one. Messages are not listed: their index by the time that they are due has to follow them.
 */
const indexUpdates = { recoveries: 2, refresh_tokens: 0, limit_counters: 0, guess_odds: 0 };

test('updates on the way of a recovery stay within their page, but for what an index must know', async () => {
  const { put } = people(rekey);
  for (const n of [0, 1, 2, 3]) await put(`p${n}`);
  for (let n = 0; n < 40; n++) {
    newHousehold();
    rekey.clock.advance(10 * 60_000);
    const story = new Story(rekey);
    const { code } = await story.begin(`p${n % 4}@example.com`);
    expect((await story.prove('00000000')).status).toBe(422);
    expect((await story.prove(code)).status).toBe(200);
    const { refresh_token } = (await story.complete({ password: `${password} ${n}` })).body;
    expect((await rekey.token({ grant_type: 'refresh_token', refresh_token })).status).toBe(200);
  }
  await rekey.idle();
  for (const [table, allowed] of Object.entries(indexUpdates)) {
    const [row] = await rekey.sql(
      `select (select count(*)::integer from ${table}) as rows, n_tup_upd::integer as updates,
         (n_tup_upd - n_tup_hot_upd - n_tup_newpage_upd)::integer as of_indexes
       from pg_stat_user_tables where relname = $1`,
      [table],
    );
    expect({ table, updates: row.updates > 0 }).toEqual({ table, updates: true });
    // A row that moves because its page is full says nothing of indexes: a busy machine prunes later.
    expect({ table, few: row.of_indexes <= allowed * row.rows }).toEqual({ table, few: true });
  }
});
