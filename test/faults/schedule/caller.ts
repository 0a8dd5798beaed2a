import { randomUUID } from 'node:crypto';
import { brokenPromise } from '../../flows/promised.js';
import { until } from '../../flows/rekey.js';
import { Random } from '../../security/fuzz/random.js';
import type { Act, RecoveryPlan } from './plan.js';
import { type Sent, send } from './send.js';

/** Where the API is served: by the test's own Rekey, and by a process that is killed and started again. */
export interface Servers {
  own: string;
  other: string;
  /** Whether the other process was dead at some time between these two, in milliseconds by the machine. */
  wasDown(from: number, to: number): boolean;
}

export interface Asking {
  /** `look`: reads the state. */
  act: Act | 'look';
  method: string;
  path: string;
  bearer?: string | undefined;
  body?: object | undefined;
}

/** An answer that a client saw. */
export interface Seen {
  act: Act | 'look';
  status: number;
  code: string | undefined;
  /** Milliseconds, by the machine. */
  at: number;
}

/** Repeats of what is under way before a minute passes; after so many minutes the answer is taken as it is. */
const busyBeforeWait = 8;
const mostWaits = 3;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How a client asks: it repeats what had no answer or a 503, with the same key, and tells what it saw. */
export class Caller {
  /** What was done and seen, without any secret. */
  readonly story: string[] = [];
  readonly seen: Seen[] = [];
  /** Answers that must not be. */
  readonly wrong: string[] = [];
  requests = 0;
  /** It waits for time to pass: for another code, or for the end of a lease. */
  needsTime = false;
  private readonly random: Random;
  private readonly household: string;

  constructor(
    readonly plan: RecoveryPlan,
    private readonly servers: Servers,
    seed: number,
    private readonly since: number,
  ) {
    this.random = new Random(seed);
    const [a, b, c] = [0, 0, 0].map(() => 1 + this.random.below(250));
    this.household = `10.${a}.${b}.${c}`;
  }

  tell(what: string): void {
    this.story.push(`${Date.now() - this.since} ms: ${what}`);
  }

  /** @returns the first answer that is no outage */
  async ask(asking: Asking): Promise<Sent> {
    const { act } = asking;
    const key = this.plan.hasKeys && asking.method === 'POST' ? randomUUID() : undefined;
    let isToBeCut = act !== 'look' && this.plan.cut.includes(act);
    let busy = 0;
    let waits = 0;
    const answer = await until(
      `an answer to ${act} of ${this.plan.name}:\n${this.story.join('\n')}`,
      async () => {
        // Until the director has let a minute pass.
        if (this.needsTime) {
          await pause(50);
          return undefined;
        }
        const cutAfterMs = isToBeCut ? this.random.below(40) : undefined;
        isToBeCut = false;
        const sent = await this.once(asking, key, cutAfterMs);
        if (sent === undefined || sent.status === 503) {
          await pause(30 + this.random.below(60));
          return undefined;
        }
        // The first request with this key, or another completion, is under way; or it has died, and its lease expires.
        if (
          sent.status === 409 &&
          sent.body.code === 'invalid_state' &&
          act !== 'codes' &&
          waits < mostWaits
        ) {
          busy += 1;
          if (busy % busyBeforeWait === 0) {
            waits += 1;
            this.needsTime = true;
          }
          await pause(50);
          return undefined;
        }
        return sent;
      },
    );
    this.needsTime = false;
    if (key && act !== 'look' && this.plan.repeated.includes(act)) await this.repeat(asking, key, answer);
    return answer;
  }

  private async once(
    { act, method, path, bearer, body }: Asking,
    key: string | undefined,
    cutAfterMs: number | undefined,
  ): Promise<Sent | undefined> {
    const isOwn = this.random.maybe(0.4);
    this.requests += 1;
    const url = isOwn ? this.servers.own : this.servers.other;
    const from = Date.now();
    const answer = await send(url, {
      method,
      path,
      body,
      cutAfterMs,
      headers: {
        'x-forwarded-for': this.household,
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        ...(key ? { 'idempotency-key': key } : {}),
      },
    });
    const where = isOwn ? 'own' : 'other';
    if (!answer) {
      const why = cutAfterMs === undefined ? 'no answer' : 'its answer was lost';
      this.tell(`${act} (${where}): ${why}`);
      if (cutAfterMs === undefined && (isOwn || !this.servers.wasDown(from, Date.now())))
        this.wrong.push(`${act}: no answer of a process that was alive`);
      return undefined;
    }
    const { code } = answer.body as { code?: string };
    const more = [answer.body.state, answer.body.methods, answer.body.tries_left].filter(
      (one) => one !== undefined,
    );
    this.tell(`${act} (${where}): ${answer.status} ${[code ?? [], more].flat().join(' ')}`);
    this.seen.push({ act, status: answer.status, code, at: from });
    const broken = wrongWith(method, path, answer);
    if (broken) this.wrong.push(broken);
    return answer;
  }

  /** The same request once more has the same answer. */
  private async repeat(asking: Asking, key: string, first: Sent): Promise<void> {
    const again = await until(`a repeat of ${asking.act} of ${this.plan.name}`, async () => {
      const sent = await this.once(asking, key, undefined);
      if (sent && sent.status !== 503 && !(sent.status === 409 && sent.body.code === 'invalid_state'))
        return sent;
      await pause(50);
      return sent?.status === 409 && first.status === 409 ? sent : undefined;
    });
    this.repeated(asking.act as Act, first, again);
  }

  /** A subclass knows what may differ. */
  protected repeated(act: Act, first: Sent, again: Sent): void {
    if (first.status !== again.status)
      this.wrong.push(`${act}: ${first.status}, and ${again.status} when repeated`);
  }
}

/** @returns what is wrong with an answer of the API: a fault of ours, an outage that does not say when to come again, a broken promise */
function wrongWith(method: string, path: string, { status, headers, text, body }: Sent): string | undefined {
  const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
  const said = `${method} ${path.replaceAll(/[0-9a-f-]{36}/g, '…')}: ${status} ${type} ${status >= 500 ? text.slice(0, 300) : ''}`;
  if (
    status >= 500 &&
    (status !== 503 || type !== 'application/problem+json' || !(Number(headers['retry-after']) > 0))
  )
    return said;
  return status === 503 ? undefined : brokenPromise('recovery', { method, path }, { status, type, body });
}
