import { Agent, fetch, type Headers } from 'undici';
import { type AppProcess, RunningClock, startApp } from '../deployed/app-process.js';
import { password, people } from '../flows/people.js';
import { newHousehold, until, useRekey } from '../flows/rekey.js';
import { byLength } from '../runner/length.js';

type App = 'recovery' | 'issuer' | 'console' | 'courier';
/** The number of extra processes of each app. Without any, the processes of the test's own Rekey serve. */
const beside = byLength<Record<App, number>>(
  { recovery: 2, issuer: 1, console: 0, courier: 0 },
  { recovery: 2, issuer: 2, console: 2, courier: 2 },
);
const rounds = byLength(1, 20);
const callers = 24;
const persons = byLength(8, 24);
/**
 * Each request has its own connection: a server may close a kept one for idleness at the moment of its next use, which is no
 * fault.
 */
const dispatcher = new Agent({ pipelining: 0 });

/** One request, its status in the normal case, and the media type of its refusals. */
interface Ask {
  app: App;
  method: string;
  path: string;
  bearer?: string;
  json?: object;
  form?: Record<string, string>;
  normal: number;
  refusedAs?: string;
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** PostgreSQL ends every connection, again and again, under load: a restart or a failover as processes see it. */
describe('database connections that are ended under load', () => {
  const rekey = useRekey({ clock: new RunningClock(), environment: { LOG_LEVEL: 'fatal' } });
  const who = people(rekey);
  const processes: [App, AppProcess][] = [];
  let bearer = '';
  let recovery: { id: string; token: string };

  beforeAll(async () => {
    const names = (Object.keys(beside) as App[]).flatMap((app) => Array<App>(beside[app]).fill(app));
    const environment = { SMTP_URL: rekey.settings.smtpUrls.join(',') };
    const started = names.map(async (app) => [app, await startApp(app, rekey, { environment })] as const);
    for (const [app, process] of await Promise.all(started)) processes.push([app, process]);
    await Promise.all(Array.from({ length: persons }, (_, at) => who.put(personAt(at))));
    bearer = await who.management();
    recovery = JSON.parse((await ask(start('first'), 0)).text);
  });

  const personAt = (at: number) => `person-${at % persons}`;
  const form = (fields: Record<string, string>) => {
    const { clientId: client_id, clientSecret: client_secret } = rekey.settings.management;
    return { ...fields, client_id, client_secret };
  };
  const start = (name: string): Ask => {
    const json = { identifier: `${name}@example.com` };
    return { app: 'recovery', method: 'POST', path: '/v1/recoveries', json, normal: 202 };
  };
  const ready = (app: App): Ask => ({
    app,
    method: 'GET',
    path: '/health/ready',
    normal: 200,
    refusedAs: 'application/json; charset=utf-8',
  });
  /** The requests that callers send in turn. */
  const asks: ((at: number) => Ask)[] = [
    (at) => start(`nobody-${at}`),
    () => ({
      app: 'recovery',
      method: 'GET',
      path: `/v1/recoveries/${recovery.id}`,
      bearer: recovery.token,
      normal: 200,
    }),
    (at) => ({
      app: 'issuer',
      method: 'POST',
      path: '/oauth2/token',
      form: form({ grant_type: 'client_credentials', scope: at % 2 ? 'accounts:read' : 'accounts:write' }),
      normal: 200,
    }),
    () => ({
      app: 'recovery',
      method: 'GET',
      path: '/recover?response_type=code&client_id=nobody',
      normal: 400,
      refusedAs: 'text/html; charset=utf-8',
    }),
    (at) => ({
      app: 'console',
      method: 'PUT',
      path: `/v1/accounts/${personAt(at)}`,
      bearer,
      json: { addresses: [{ kind: 'email', value: `${personAt(at)}@example.com`, verified: true }] },
      normal: 200,
    }),
    () => ({
      app: 'issuer',
      method: 'POST',
      path: '/oauth2/introspect',
      form: form({ token: bearer }),
      normal: 200,
    }),
    (at) => ({
      app: 'console',
      method: 'GET',
      path: `/v1/accounts/${personAt(at)}`,
      bearer,
      normal: 200,
    }),
    () => ready('recovery'),
    () => ready('issuer'),
  ];
  const signIn = (at: number): Ask => ({
    app: 'issuer',
    method: 'POST',
    path: '/v1/sessions',
    json: { identifier: `${personAt(at)}@example.com`, password },
    normal: 201,
  });

  const urlsOf = (app: App): string[] => {
    const urls = processes.filter(([name]) => name === app).map(([, process]) => process.url);
    return urls.length > 0 ? urls : [rekey.settings.urls[app as 'console']];
  };
  const ask = async ({ app, method, path, bearer, json, form }: Ask, at: number): Promise<Answer> => {
    const urls = urlsOf(app);
    const answer = await fetch(`${urls[at % urls.length]}${path}`, {
      dispatcher,
      method,
      headers: {
        'x-forwarded-for': newHousehold(),
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      },
      ...(json ? { body: JSON.stringify(json) } : {}),
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  /** @returns the fault of a response; undefined when it is the normal one, or a 503 with Retry-After */
  const wrongWith = ({ method, path, normal, refusedAs }: Ask, answer: Answer): string | undefined => {
    const after = answer.headers.get('retry-after');
    const type = answer.headers.get('content-type');
    if (answer.status === normal) return undefined;
    const isRefusal =
      answer.status === 503 && after === '5' && type === (refusedAs ?? 'application/problem+json');
    return isRefusal
      ? undefined
      : `${method} ${path}: ${answer.status} ${type} ${after} ${answer.text.slice(0, 200)}`;
  };

  test('cause 503 with Retry-After and nothing else, end no process, and the service recovers', async () => {
    const wrong: string[] = [];
    const tally: Record<number, number> = {};
    let asked = 0;
    let over = false;
    const caller = async () => {
      while (!over) {
        const at = asked++;
        // A person may sign in thirty times, and each sign-in takes a core for a while.
        const isSignIn = at % 20 === 0 && at / 20 < 25 * persons;
        const one = isSignIn ? signIn(at / 20) : (asks[at % asks.length] ?? start)(at as never);
        const answer = await ask(one, at).catch((fault: Error) => {
          const { code } = Object(fault.cause);
          // A request that is not accepted within ten seconds: the machine is overloaded. An ended process would refuse at
          // once.
          if (code !== 'UND_ERR_CONNECT_TIMEOUT')
            wrong.push(`${one.method} ${one.path}: no answer, ${fault.cause ?? fault}`);
        });
        if (!answer) continue;
        tally[answer.status] = (tally[answer.status] ?? 0) + 1;
        wrong.push(...[wrongWith(one, answer) ?? []].flat());
      }
    };
    const all = Array.from({ length: callers }, caller);
    let ended = 0;
    for (let round = 0; round < rounds; round++) {
      for (let time = 0; time < 3; time++) {
        const before = asked;
        await until('the callers', async () => asked > before + callers || undefined);
        // Connections of the test itself have no name.
        const [row] = await rekey.sql(
          `select count(pg_terminate_backend(pid))::int as n from pg_stat_activity where datname = current_database() and application_name <> ''`,
        );
        ended += row.n;
      }
    }
    over = true;
    await Promise.all(all);
    process.stdout.write(
      `${ended} connections ended in ${rounds} rounds; answers ${JSON.stringify(tally)}\n`,
    );
    expect(wrong).toEqual([]);
    expect(ended).toBeGreaterThan(10 * rounds);
    expect(tally[503]).toBeGreaterThan(0);
    for (const [app, process] of processes) {
      const end = await Promise.race([process.exited, 'alive']);
      expect([app, end, process.output()]).toEqual([app, 'alive', '']);
    }
    // Each request succeeds again.
    for (let at = 0; at < 2; at++)
      for (const one of [...asks.map((make) => make(asked + at)), signIn(asked), ready('console')])
        expect([one.path, (await ask(one, at)).status]).toEqual([one.path, one.normal]);
    for (const url of beside.courier > 0 ? urlsOf('courier') : [])
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    // Codes are sent again too.
    await ask(start('ada'), 0);
    await rekey.message('ada@example.com');
  });
});
