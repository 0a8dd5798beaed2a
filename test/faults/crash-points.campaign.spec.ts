import { type AppProcess, RunningClock, startApp } from '../deployed/app-process.js';
import { password as before, people } from '../flows/people.js';
import { newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { freePort } from '../runner/free-port.js';
import { byLength } from '../runner/length.js';

const lastStep = 'the answer is sent';
const after = 'a new sentence that nobody else says';

/**
 * kill -9 at every step of a completion, in the recovery service and in the issuer: before each statement, once it is sent,
 * once its result has arrived. After the kill nothing is half done; the next request completes it, once.
 */
describe('a completion that is killed at each of its steps', () => {
  const rekey = useRekey({ clock: new RunningClock(), environment: { LOG_LEVEL: 'fatal' } });
  const who = people(rekey);
  let issuerPort: number;
  beforeAll(async () => {
    issuerPort = await freePort();
  });

  /** Ends at a step by its number or its name; `0`: never, and lists the steps. */
  type At = number | string;
  const crash = (path: string, at: At) => ({
    preload: 'test/faults/preload/crash.mjs',
    environment: { CRASH_PATH: path, CRASH_AT: String(at) },
  });
  const stepsOf = (victim: AppProcess) =>
    [...victim.output().matchAll(/^step \d+: (.*)$/gm)].map(([, what]) => what ?? '');

  interface Walk {
    victim: AppProcess;
    /** The recovery service, through which the test completes. */
    through: AppProcess;
    end(): Promise<void>;
  }
  /** A process that ends at a step, and the other processes of a completion. */
  const walks: Record<'recovery' | 'issuer', (at: At) => Promise<Walk>> = {
    async recovery(at) {
      const victim = await startApp('recovery', rekey, crash('/credentials', at));
      return { victim, through: victim, end: () => victim.kill() };
    },
    async issuer(at) {
      const { preload, environment } = crash('/oauth2/token', at);
      const url = `http://localhost:${issuerPort}`;
      const [victim, through] = await Promise.all([
        startApp('issuer', rekey, {
          port: issuerPort,
          preload,
          environment: { ...environment, ISSUER_URL: url },
        }),
        startApp('recovery', rekey, { environment: { ISSUER_URL: url } }),
      ]);
      return {
        victim,
        through,
        async end() {
          await through.kill();
          await victim.kill();
        },
      };
    },
  };

  const completeThrough = async ({ through }: Walk, story: Story): Promise<number> => {
    const answer = await fetch(`${through.url}/v1/recoveries/${story.id}/credentials`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${story.token}` },
      body: JSON.stringify({ password: after }),
    }).catch(() => undefined);
    return answer?.status ?? 0;
  };

  /** A snapshot of everything that a completion changes. */
  const look = async (id: string, story: Story, older: string) => {
    const [row] = await rekey.sql(
      `select state, password_set, coalesce((select password_hash from accounts where id = $2), '') as hash,
         (select count(*)::int from messages where recovery_id = $1 and kind = 'recovery_completed') as notices,
         (select count(*)::int from audit_events where recovery_id = $1 and event = 'recovery_completed') as noted,
         (select count(*)::int from sessions where recovery_id = $1) as issued,
         (select count(*)::int from sessions where recovery_id = $1 and ended_at is null) as alive,
         (select count(*)::int from sessions where account_id = $2 and recovery_id is distinct from $1 and ended_at is null) as older
       from recoveries where id = $1`,
      [story.id, id],
    );
    const completed = row.state === 'completed';
    return { ...row, changed: row.hash !== older, completed };
  };

  const one = async (where: 'recovery' | 'issuer', at: At) => {
    const id = `${where}-${at}`.replaceAll(/\W/g, '-').toLowerCase();
    newHousehold();
    await who.put(id);
    const [{ hash }] = await rekey.sql('select password_hash as hash from accounts where id = $1', [id]);
    const session = (await who.signIn(id)).body;
    const [walk, story] = await Promise.all([
      walks[where](at),
      (async () => {
        const begun = new Story(rekey);
        expect((await begun.proveBy(`${id}@example.com`)).body.state).toBe('proven');
        return begun;
      })(),
    ]);
    try {
      const status = await completeThrough(walk, story);
      let hasEnded = false;
      void walk.victim.exited.then(() => {
        hasEnded = true;
      });
      // Without a fault the last step is named once its answer is sent, which may be read before.
      await until(
        `the end of the ${where} process at ${at}`,
        async () => (at === 0 ? walk.victim.output().includes(lastStep) : hasEnded) || undefined,
      );
      await settledDown();
      return { id, session, story, status, hash, steps: stepsOf(walk.victim) };
    } finally {
      await walk.end();
    }
  };

  /** PostgreSQL finishes the statements of a killed process before it notices the end. */
  const settledDown = () =>
    until('its statements', async () => {
      const [row] = await rekey.sql(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`,
      );
      return row.n === 0 || undefined;
    });

  /** @returns the step and its outcome */
  const consistent = async (where: 'recovery' | 'issuer', at: At): Promise<[string, string]> => {
    const { id, session, story, status, hash, steps } = await one(where, at);
    const what = `${where} at ${steps.length}, ${steps.at(-1)}`;
    const dead = await look(id, story, hash);
    // The completion is there as a whole, or not at all.
    expect({ what, ...end(dead) }).toEqual({ what, ...(dead.completed ? whole : nothing) });
    // The same for the issuer's part: the older sessions end with the first token of the new one, and never without.
    expect({ what, older: dead.older }).toEqual({ what, older: dead.issued > 0 ? 0 : 1 });
    expect(dead.alive).toBeLessThanOrEqual(1);
    if (dead.completed) expect({ what, alive: dead.alive }).toEqual({ what, alive: 1 });
    else expect([0, 503]).toContain(status);

    // The next request completes it, once the lease of the killed process has expired.
    rekey.clock.advance(31_000);
    const next = await story.complete({ password: after });
    expect({ what, status: next.status }).toEqual({ what, status: dead.completed ? 410 : 201 });
    const done = await look(id, story, hash);
    expect({ what, ...end(done), alive: done.alive, older: done.older }).toEqual({
      what,
      ...whole,
      alive: 1,
      older: 0,
    });

    // The earlier sessions have ended, at the issuer and by introspection.
    const refreshed = await rekey.token({
      grant_type: 'refresh_token',
      client_id: 'default',
      refresh_token: session.refresh_token,
    });
    expect({ what, error: refreshed.body.error }).toEqual({ what, error: 'invalid_grant' });
    expect({ what, active: await isActive(session.access_token) }).toEqual({ what, active: false });
    const signIn = async (password: string) => (await who.signIn(id, { password })).status;
    expect([what, await signIn(before), await signIn(after)]).toEqual([what, 401, 201]);
    const how = [
      status === 201 ? 'completed' : 'completed, its answer lost',
      dead.issued > 0 ? 'issued to nobody, then anew' : 'nothing yet',
    ];
    return [steps.at(-1) ?? '', how[dead.completed ? 0 : 1] ?? ''];
  };
  /** Lists every step, from a run without a fault. */
  const all = async (where: 'recovery' | 'issuer'): Promise<number[]> => {
    const { status, steps } = await one(where, 0);
    expect(status).toBe(201);
    return steps.map((_, at) => at + 1);
  };
  const end = ({ notices, noted, changed, password_set }: Awaited<ReturnType<typeof look>>) => ({
    notices,
    noted,
    changed,
    password_set: password_set === true,
  });
  const whole = { notices: 2, noted: 1, changed: true, password_set: true };
  const nothing = { notices: 0, noted: 0, changed: false, password_set: false };
  const isActive = async (token: string): Promise<boolean> => {
    const { clientId, clientSecret } = rekey.settings.management;
    const answer = await fetch(`${rekey.settings.urls.issuer}/oauth2/introspect`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
      },
      body: new URLSearchParams({ token }).toString(),
    });
    return ((await answer.json()) as { active: boolean }).active;
  };

  test.each([
    [
      'recovery',
      {
        'the issuer answers': /^issued to nobody, then anew$/,
        'recovery_claim is on the wire': /^nothing yet$/,
        [lastStep]: /^completed/,
      },
    ],
    ['issuer', { 'after tokens_exchange': /^issued to nobody, then anew$/ }],
  ] as const)(
    'takes effect as a whole or not at all, in the %s [ASVS 2.3.3, ASVS 16.5.2]',
    async (where, expected) => {
      const every: [step: string, how: RegExp][] = Object.entries(expected);
      const named = byLength(every.slice(0, 1), every);
      const turns = await byLength<() => Promise<readonly At[]>>(
        async () => named.map(([step]) => step),
        () => all(where),
      )();
      const told: [step: string, how: string][] = [];
      for (const at of turns) told.push(await consistent(where, at));
      process.stdout.write(`${told.map(([step, how]) => `${where}, ${step}: ${how}`).join('\n')}\n`);
      for (const [step, how] of named) expect(told).toContainEqual([step, expect.stringMatching(how)]);
    },
  );
});
