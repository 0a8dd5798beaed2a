import { Agent, fetch } from 'undici';
import { type AppProcess, startApp } from '../deployed/app-process.js';
import { password, people } from '../flows/people.js';
import { newHousehold, type Rekey, until } from '../flows/rekey.js';
import { type Answer, type App, type Ask, faultsOf, readyOf, startOf } from './ask.js';

/** What callers have seen. */
export interface Seen {
  /** The number of each status. */
  tally: Record<number, number>;
  /** What no caller may see, in words. */
  wrong: string[];
  /** Whose start was accepted. */
  accepted: string[];
}

export interface LoadOptions {
  /** The number of extra processes of each app. Without any, the processes of the test's own Rekey serve. */
  beside: Record<App, number>;
  callers: number;
  persons: number;
  /** Of the extra processes. */
  environment?: Record<string, string>;
}

/** Processes of a Rekey under many callers, while what they need fails. */
export class Load {
  readonly processes: [App, AppProcess][] = [];
  private readonly who;
  private bearer = '';
  private recovery = { id: '', token: '' };
  private asked = 0;
  /** People whose codes have to arrive: each is started for once. */
  private waiting: string[] = [];
  private ending = false;
  private running: Promise<unknown> = Promise.resolve();
  private seen: Seen = { tally: {}, wrong: [], accepted: [] };
  private dispatcher = single;
  /** Requests from this one on are sent to processes that shut down. */
  private closingFrom = Number.POSITIVE_INFINITY;

  constructor(
    private readonly rekey: Rekey,
    private readonly options: LoadOptions,
  ) {
    this.who = people(rekey);
  }

  async prepare(): Promise<void> {
    const { beside, persons, environment } = this.options;
    const names = (Object.keys(beside) as App[]).flatMap((app) => Array<App>(beside[app]).fill(app));
    const more = { SMTP_URL: this.rekey.settings.smtpUrls.join(','), ...environment };
    const started = names.map(
      async (app) => [app, await startApp(app, this.rekey, { environment: more })] as const,
    );
    for (const [app, process] of await Promise.all(started)) this.processes.push([app, process]);
    await Promise.all(Array.from({ length: persons }, (_, at) => this.who.put(this.personAt(at))));
    this.bearer = await this.who.management();
    this.recovery = JSON.parse((await this.ask(startOf('first'), 0)).text);
  }

  /**
   * @param people for each of whom one start is sent among the other requests
   * @param connections kept ones, or one for each request: a server may close a kept one for idleness at the moment of its next use
   */
  async begin(people: string[], connections: 'single' | 'kept' = 'single'): Promise<void> {
    this.dispatcher = connections === 'kept' ? new Agent({ connections: this.options.callers }) : single;
    await Promise.all(people.map((name) => this.who.put(name)));
    this.seen = { tally: {}, wrong: [], accepted: [] };
    this.waiting = [...people];
    this.ending = false;
    this.running = Promise.all(Array.from({ length: this.options.callers }, () => this.call()));
  }

  /** Waits until each caller has sent about one more request. */
  async goesOn(): Promise<void> {
    const before = this.asked;
    await until('the callers', async () => this.asked > before + this.options.callers || undefined);
  }

  async end(): Promise<Seen> {
    this.ending = true;
    await this.running;
    if (this.dispatcher !== single) await this.dispatcher.destroy();
    this.dispatcher = single;
    return this.seen;
  }

  /** SIGTERM to each of the extra processes. @returns their exit codes */
  async close(): Promise<(number | null)[]> {
    this.closingFrom = this.asked;
    return Promise.all(this.processes.map(([, process]) => process.end()));
  }

  /** Waits until every request succeeds. @throws with those that did not, after a long time */
  async recovers(): Promise<void> {
    let failing: string[] = [];
    const look = async () => {
      failing = await this.failing();
      return failing.length === 0 || undefined;
    };
    await until('every request to succeed', look).catch((fault: Error) => {
      throw new Error(`${fault.message}: ${failing.join('; ')}`);
    });
  }

  /** @returns the requests that did not have their normal answer */
  private async failing(): Promise<string[]> {
    const failing: string[] = [];
    for (let at = 0; at < 2; at++)
      for (const one of [...this.asks.map((make) => make(this.asked + at)), this.signIn(this.asked)]) {
        const { status, text } = await this.ask(one, at);
        if (status !== one.normal) failing.push(`${one.path} ${status} ${text.slice(0, 100)}`);
      }
    for (const app of ['recovery', 'issuer', 'console', ...(this.options.beside.courier ? ['courier'] : [])])
      for (const url of this.urlsOf(app as App))
        if ((await fetch(`${url}/health/ready`)).status !== 200) failing.push(`${app} is not ready`);
    return failing;
  }

  /** @returns what has ended, or has written a line to its log */
  async dead(): Promise<unknown[]> {
    const states = this.processes.map(async ([app, process]) => {
      const end = await Promise.race([process.exited, 'alive']);
      return end === 'alive' && process.output() === '' ? [] : [[app, end, process.output()]];
    });
    return (await Promise.all(states)).flat();
  }

  private personAt = (at: number) => `person-${at % this.options.persons}`;

  private form(fields: Record<string, string>) {
    const { clientId: client_id, clientSecret: client_secret } = this.rekey.settings.management;
    return { ...fields, client_id, client_secret };
  }

  /** The requests that callers send in turn. */
  private readonly asks: ((at: number) => Ask)[] = [
    (at) => startOf(`nobody-${at}`),
    () => ({
      app: 'recovery',
      method: 'GET',
      path: `/v1/recoveries/${this.recovery.id}`,
      bearer: this.recovery.token,
      normal: 200,
    }),
    (at) => ({
      app: 'issuer',
      method: 'POST',
      path: '/oauth2/token',
      form: this.form({
        grant_type: 'client_credentials',
        scope: at % 2 ? 'accounts:read' : 'accounts:write',
      }),
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
      path: `/v1/accounts/${this.personAt(at)}`,
      bearer: this.bearer,
      json: { addresses: [{ kind: 'email', value: `${this.personAt(at)}@example.com`, verified: true }] },
      normal: 200,
    }),
    () => ({
      app: 'issuer',
      method: 'POST',
      path: '/oauth2/introspect',
      form: this.form({ token: this.bearer }),
      normal: 200,
    }),
    (at) => ({
      app: 'console',
      method: 'GET',
      path: `/v1/accounts/${this.personAt(at)}`,
      bearer: this.bearer,
      normal: 200,
    }),
    () => readyOf('recovery'),
    () => readyOf('issuer'),
  ];

  private signIn = (at: number): Ask => ({
    app: 'issuer',
    method: 'POST',
    path: '/v1/sessions',
    json: { identifier: `${this.personAt(at)}@example.com`, password },
    normal: 201,
  });

  private async call(): Promise<void> {
    while (!this.ending) {
      const at = this.asked++;
      const person = at % 3 === 0 ? this.waiting.shift() : undefined;
      const one = person ? startOf(person) : this.nextAt(at);
      const answer = await this.ask(one, at).catch((fault: Error) => {
        if (!this.mayFail(at, fault))
          this.seen.wrong.push(`${one.method} ${one.path}: ${fault.cause ?? fault}`);
      });
      if (!answer) continue;
      this.seen.tally[answer.status] = (this.seen.tally[answer.status] ?? 0) + 1;
      if (person && answer.status === one.normal) this.seen.accepted.push(person);
      this.seen.wrong.push(...faultsOf(one, answer));
    }
  }

  /**
   * A request that is not accepted within ten seconds: the machine is overloaded. An ended process would refuse at once, and so may one that
   * shuts down; or it closes a kept connection. A connection that waits for it as it closes is refused by a reset: seen by a caller slower
   * than that, it is a reset of `connect`, before anything was sent. An answer that has begun is whole in any case.
   */
  private mayFail(at: number, fault: Error): boolean {
    const { code, syscall } = Object(fault.cause);
    if (code === 'UND_ERR_CONNECT_TIMEOUT') return true;
    if (this.closingFrom === Number.POSITIVE_INFINITY || fault instanceof CutAnswer) return false;
    return (
      code === 'ECONNREFUSED' ||
      (code === 'ECONNRESET' && syscall === 'connect') ||
      (at >= this.closingFrom && ['ECONNRESET', 'UND_ERR_SOCKET'].includes(code))
    );
  }

  /** A person may sign in thirty times, and each sign-in takes a core for a while. */
  private nextAt(at: number): Ask {
    if (at % 20 === 0 && at / 20 < 25 * this.options.persons) return this.signIn(at / 20);
    return (this.asks[at % this.asks.length] as (at: number) => Ask)(at);
  }

  private urlsOf(app: App): string[] {
    const urls = this.processes.filter(([name]) => name === app).map(([, process]) => process.url);
    return urls.length > 0 ? urls : [this.rekey.settings.urls[app as 'console']];
  }

  private async ask({ app, method, path, bearer, json, form }: Ask, at: number): Promise<Answer> {
    const urls = this.urlsOf(app);
    const answer = await fetch(`${urls[at % urls.length]}${path}`, {
      dispatcher: this.dispatcher,
      method,
      headers: {
        'x-forwarded-for': newHousehold(),
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      },
      ...(json ? { body: JSON.stringify(json) } : {}),
      ...(form ? { body: new URLSearchParams(form) } : {}),
    });
    const text = await answer.text().catch((cause: unknown) => {
      throw new CutAnswer('an answer was cut off', { cause });
    });
    return { status: answer.status, headers: answer.headers, text };
  }
}

class CutAnswer extends Error {}

const single = new Agent({ pipelining: 0 });
