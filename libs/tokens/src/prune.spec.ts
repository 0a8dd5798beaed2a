import { sql, statement } from '@rekey/database';
import { useDatabase } from '../../../test/flows/use-database.js';
import { pruneUsedTokens } from './index.js';

const aDayMs = 86_400_000;
const now = Date.UTC(2026, 0, 31);

const family = statement(
  'spec_session',
  sql`with session as (
     insert into sessions (id, account_id, client_id, scope, acr, amr, auth_time, idle_ms, access_ms, created_at, expires_at,
       ended_at)
     select gen_random_uuid(), :account, 'default', 'account', 'a', '{}', :at, 1, 1, :at, :expiresAt, :endedAt::timestamptz
     returning id
   )
   insert into refresh_tokens (digest, session_id, created_at)
   select sha256(convert_to(:account || number, 'utf8')), id, :at from session, generate_series(1, 3) number`,
);
const left = statement(
  'spec_left',
  sql`select (select array_agg(account_id order by account_id) from sessions) as families,
     (select array_agg(distinct s.account_id) from refresh_tokens t join sessions s on s.id = t.session_id) as with_tokens,
     (select count(*)::integer from refresh_tokens) as tokens`,
);

describe('sessions', () => {
  const database = useDatabase();

  test('are pruned a month after their end, each with all of its tokens', async () => {
    const add = (account: string, expiresInDays: number, endedDaysAgo?: number) =>
      database.query(family, {
        account,
        at: new Date(now - 300 * aDayMs),
        expiresAt: new Date(now + expiresInDays * aDayMs),
        endedAt: endedDaysAgo === undefined ? null : new Date(now - endedDaysAgo * aDayMs),
      });
    await add('alive', 10);
    await add('ended', 10, 29);
    await add('ended long ago', 10, 31);
    await add('expired', -29);
    await add('expired long ago', -31);
    await pruneUsedTokens(database, now);
    expect(await database.query(left)).toEqual([
      {
        families: ['alive', 'ended', 'expired'],
        with_tokens: ['alive', 'ended', 'expired'],
        tokens: 9,
      },
    ]);
  });
});
