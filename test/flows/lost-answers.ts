import { randomUUID } from 'node:crypto';
import { claimsOf, people } from './people.js';
import { type Answer, newHousehold, type Rekey } from './rekey.js';
import { Story } from './story.js';

/** A header with a key that nobody guesses. */
export const newKey = () => ({ 'idempotency-key': randomUUID() });

export interface Completed {
  story: Story;
  headers: ReturnType<typeof newKey>;
  answer: Answer;
}

/** Recoveries whose response was lost, and what is left of their tokens. */
export function lostAnswers(rekey: Rekey) {
  const who = people(rekey);
  const proven = async (id: string): Promise<Story> => {
    newHousehold();
    rekey.clock.advance(3_600_000);
    await who.put(id);
    const story = new Story(rekey);
    expect((await story.proveBy(`${id}@example.com`)).body).toMatchObject({ state: 'proven' });
    return story;
  };
  const completed = async (id: string, body: object = {}): Promise<Completed> => {
    const story = await proven(id);
    const headers = newKey();
    const answer = await story.complete(body, headers);
    expect(answer.status).toBe(201);
    return { story, headers, answer };
  };
  const refresh = (token: string) => rekey.token({ grant_type: 'refresh_token', refresh_token: token });
  const isActive = async (token: string): Promise<boolean> => {
    const { clientId: client_id, clientSecret: client_secret } = rekey.settings.management;
    const body = new URLSearchParams({ token, client_id, client_secret });
    const answer = await fetch(`${rekey.settings.urls.issuer}/oauth2/introspect`, { method: 'POST', body });
    return (await answer.json()).active;
  };
  /** The live sessions of an account, each with the number of its refresh tokens that can be used. */
  const alive = (account: string) =>
    rekey.sql(
      `select s.id, s.recovery_id, count(t.digest) filter (where t.replaced_at is null)::int as tokens
       from sessions s join refresh_tokens t on t.session_id = s.id
       where s.account_id = $1 and s.ended_at is null group by s.id`,
      [account],
    );
  return { ...who, proven, completed, refresh, isActive, alive };
}

/** Everything that a session of a recovery says about the person. */
export function aboutSession({ body }: Answer): Record<string, unknown> {
  const { sid, acr, amr, auth_time, recovery_id, sub, scope } = claimsOf(body.access_token);
  return { sid, acr, amr, auth_time, recovery_id, sub, scope };
}
