import { setTimeout as pause } from 'node:timers/promises';
import type { Pair } from './classify.js';
import { type Deployment, identifierOf } from './deployment.js';
import { type Answer, measurePairs, numbersOf, type Plan, type Side, TimedVisitor } from './pairs.js';

export interface Measured {
  route: string;
  pairs: Pair[];
}

interface Begun {
  id: string;
  token: string;
}

/** A client with a stopwatch: all that an attacker can measure at a deployment. */
export class Attacker {
  private readonly recovery: TimedVisitor;
  private readonly issuer: TimedVisitor;
  private readonly begun: Record<Side, Begun[]> = { known: [], unknown: [] };
  private readonly browsers: Record<Side, string[]> = { known: [], unknown: [] };
  private dealt = 0;
  private lastStart = 0;

  constructor(
    private readonly of: Deployment,
    private readonly pairs: number,
  ) {
    this.recovery = new TimedVisitor(of.urls.recovery, 4);
    this.issuer = new TimedVisitor(of.urls.issuer, 4);
  }

  /** A start, and the time of the very next request, which shares the machine with the work of the start. */
  async starts(
    gapMs: number,
    names: [start: string, probe: string],
    pairs = this.pairs,
  ): Promise<Measured[]> {
    const from = this.deal(pairs);
    const probes: Pair[] = Array.from({ length: numbersOf(pairs) }, () => ({ known: 0, unknown: 0 }));
    const measured = await measurePairs({ pairs, gapMs }, async (side, n) => {
      const { begun, ms } = await this.begin(this.recovery, identifierOf(side, from + n));
      this.begun[side][n] = begun;
      this.lastStart = performance.now();
      const probe = await this.recovery.send('GET', `/v1/recoveries/${begun.id}`, { bearer: begun.token });
      (probes[n] as Pair)[side] = expected(probe, 200);
      return ms;
    });
    const [start, probe] = names;
    return [
      { route: start, pairs: measured },
      { route: probe, pairs: probes.slice(-pairs) },
    ];
  }

  async pageStarts(): Promise<Measured> {
    const page = await this.recovery.send('GET', '/recover');
    const cookie = cookiesOf(page);
    const from = this.deal(this.pairs);
    const csrf = csrfIn(page.text);
    return this.route('POST /recover (page)', {}, async (side, n) => {
      const form = { csrf, identifier: identifierOf(side, from + n) };
      const answer = await this.recovery.send('POST', '/recover', { form, cookie });
      this.browsers[side][n] = `${cookie}; ${cookiesOf(answer)}`;
      return expected(answer, 303);
    });
  }

  pageCode(): Promise<Measured> {
    return this.route('POST /recover/code (page)', {}, async (side, n) => {
      const cookie = this.browsers[side][n];
      const page = await this.recovery.send('GET', '/recover/code', { cookie });
      const form = { csrf: csrfIn(page.text), code: '0000 0000' };
      return expected(await this.recovery.send('POST', '/recover/code', { form, cookie }), 422);
    });
  }

  /** A minute after the last start. */
  async untilAnotherCode(): Promise<void> {
    await pause(Math.max(0, this.lastStart + 61_000 - performance.now()));
  }

  show = () => this.onRecovery('GET /v1/recoveries/:id', 'GET', '', undefined, 200);
  credentials = () =>
    this.onRecovery('POST …/credentials', 'POST', '/credentials', { password: 'a sentence of nobody' }, 409);
  codes = () => this.onRecovery('POST …/codes', 'POST', '/codes', {}, 202);
  /** An authenticator app cannot be the first proof. */
  proof = (kind: string, value: string, plan: Partial<Plan> = {}, of = kind) =>
    this.onRecovery(
      `POST …/proofs (${of})`,
      'POST',
      '/proofs',
      { kind, value },
      kind === 'totp' ? 409 : 422,
      plan,
    );

  signIn(): Promise<Measured> {
    const from = this.deal(this.pairs);
    return this.route('POST /v1/sessions (issuer)', { lanes: 2 }, async (side, n) => {
      const json = { identifier: identifierOf(side, from + n), password: 'not the password of anybody' };
      return expected(await this.issuer.send('POST', '/v1/sessions', { json }), 401);
    });
  }

  /** The same start at a process with a planted lookup. */
  async planted(pairs: number): Promise<Measured> {
    const visitor = new TimedVisitor(this.of.urls.planted);
    const from = this.deal(pairs);
    try {
      return {
        route: 'POST /v1/recoveries with a planted lookup',
        pairs: await measurePairs(
          { pairs },
          async (side, n) => (await this.begin(visitor, identifierOf(side, from + n))).ms,
        ),
      };
    } finally {
      await visitor.close();
    }
  }

  /** Keeps the courier busy: a start by a known person now and then. @returns a function that ends it */
  keepBusy(everyMs: number): () => Promise<void> {
    const visitor = new TimedVisitor(this.of.urls.recovery);
    const from = this.deal(1_000 - 60);
    let n = 0;
    const timer = setInterval(() => {
      this.begin(visitor, identifierOf('known', from + (n++ % 1_000))).catch(() => undefined);
    }, everyMs);
    return async () => {
      clearInterval(timer);
      await visitor.close();
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.recovery.close(), this.issuer.close()]);
  }

  /** Each identifier is used once, so that no limit is reached. */
  private deal(pairs: number): number {
    const from = this.dealt;
    this.dealt += numbersOf(pairs);
    return from;
  }

  private async begin(visitor: TimedVisitor, identifier: string): Promise<{ begun: Begun; ms: number }> {
    const answer = await visitor.send('POST', '/v1/recoveries', { json: { identifier } });
    const ms = expected(answer, 202);
    return { begun: JSON.parse(answer.text) as Begun, ms };
  }

  private onRecovery(
    route: string,
    method: 'GET' | 'POST',
    path: string,
    json: object | undefined,
    status: number,
    plan: Partial<Plan> = {},
  ): Promise<Measured> {
    return this.route(route, plan, async (side, n) => {
      const { id, token } = this.begun[side][n] as Begun;
      return expected(
        await this.recovery.send(method, `/v1/recoveries/${id}${path}`, { bearer: token, json }),
        status,
      );
    });
  }

  private async route(
    route: string,
    plan: Partial<Plan>,
    time: (side: Side, n: number) => Promise<number>,
  ): Promise<Measured> {
    const pairs = await measurePairs({ pairs: this.pairs, ...plan }, time);
    this.of.assertAlive();
    return { route, pairs };
  }
}

/** @returns its milliseconds @throws when the response is not the expected one */
function expected({ status, text, ms }: Answer, wanted: number): number {
  if (status !== wanted) throw new Error(`${status} instead of ${wanted}: ${text.slice(0, 200)}`);
  return ms;
}

const cookiesOf = ({ cookies }: Answer): string => cookies.map((line) => line.replace(/;.*/s, '')).join('; ');

const csrfIn = (html: string): string => /name="csrf" value="([\w.-]{43,})"/.exec(html)?.[1] ?? '';
