import type { ProofKind } from '@rekey/proofs';
import { codeIn, stopTokenIn, until } from '../../flows/rekey.js';
import { Caller, type Servers } from './caller.js';
import type { Act, Leaving, RecoveryPlan } from './plan.js';
import type { Sent } from './send.js';
import type { Received } from './senders.js';

/** What a client needs of the world. */
export interface World {
  servers: Servers;
  inbox: readonly Received[];
  /** The messages with a code of a recovery, oldest first. */
  codesOf(recovery: string): Promise<{ id: string; state: string; channel: string | null }[]>;
  /** The message that tells of a completion by mail. */
  noticeOf(recovery: string): Promise<{ id: string; state: string } | undefined>;
  seed: number;
  /** Milliseconds, by the machine. */
  since: number;
}

/** The person behind a client. */
export interface Person {
  id: string;
  email: string;
  phone: string;
  /** The value of the authenticator app now. */
  totp(): string;
  /** A backup code that was not used yet. */
  backupCode(): string | undefined;
}

/** The greatest number of codes that a client asks for. */
const mostCodes = 3;

/** A client that carries out its plan, whatever happens, and notes why it ended where it did. */
export class Client extends Caller {
  id = '';
  token = '';
  /** Kinds of proof for which it has shown a right value. */
  readonly shown = new Set<ProofKind>();
  /** Values that were refused as wrong, or may have been counted without an answer. */
  wrongSeen = 0;
  /** The last response with tokens, and whether the client asked for others since. */
  tokens: { refresh_token: string; access_token: string } | undefined;
  /** Why it did no more. */
  why = 'has not started';
  private readonly tried = new Set<string>();
  private startedAt = 0;

  constructor(
    plan: RecoveryPlan,
    readonly person: Person,
    private readonly world: World,
    at: number,
  ) {
    super(plan, world.servers, world.seed * 1_000 + at, world.since);
  }

  /** From the start to an end, or to a hold. */
  async walk(): Promise<void> {
    const { leaving, resend, proofs } = this.plan;
    this.startedAt = Date.now();
    const started = await this.ask({
      act: 'start',
      method: 'POST',
      path: '/v1/recoveries',
      body: this.identified(),
    });
    if (started.status !== 202) return this.gaveUp(`start: ${started.status}`);
    ({ id: this.id, token: this.token } = started.body as { id: string; token: string });
    if (resend === 'early') await this.act('codes', 'POST', '/codes', {});
    if (leaving?.at === 'start') return this.leave(leaving);
    if (resend === 'later') await this.resend();
    for (const kind of proofs) {
      const why = await this.proveBy(kind);
      if (why) return this.gaveUp(why);
    }
    if (leaving?.at === 'proven') return this.leave(leaving);
    await this.complete();
  }

  /** After the hold. */
  async comeBack(): Promise<void> {
    if (this.why !== 'held') return;
    this.tell('the hold is over');
    await this.complete();
  }

  private identified(): object {
    const { channel } = this.plan;
    return { identifier: this.person.email, channel };
  }

  private gaveUp(why: string): void {
    this.why = why;
    this.tell(`ends: ${why}`);
  }

  private act(act: Act | 'look', method: string, path: string, body?: object): Promise<Sent> {
    return this.ask({ act, method, path: `/v1/recoveries/${this.id}${path}`, bearer: this.token, body });
  }

  private async complete(): Promise<void> {
    const { password, leaving } = this.plan;
    const done = await this.act(
      'credentials',
      'POST',
      '/credentials',
      password ? { password: `a long sentence of ${this.id}` } : {},
    );
    // A repeat has replaced the first ones already.
    if (done.status === 201) this.tokens ??= done.body;
    const { state } = done.body as { state?: string };
    if (done.status === 201 || state === 'completed') {
      this.gaveUp(done.status === 201 ? 'has credentials' : 'completed, its answer lost');
      if (leaving?.at === 'completed') await this.leave(leaving);
    } else {
      const {
        code,
        retry_after: _wait,
        methods,
      } = done.body as { code?: string; retry_after?: number; methods?: string[] };
      const isHeld = done.status === 409 && code === 'not_proven' && methods?.length === 0;
      this.gaveUp(isHeld ? 'held' : `credentials: ${done.status} ${code} ${state ?? ''}`.trim());
    }
  }

  private async leave({ at, by }: Leaving): Promise<void> {
    if (by === 'abandon') return this.gaveUp('abandoned');
    if (by === 'cancel') {
      const cancelled = await this.act('cancel', 'DELETE', '');
      return this.gaveUp(`cancelled: ${cancelled.status}`);
    }
    const mail = at === 'completed' ? await this.notice() : (await this.newCodes())[0];
    if (!mail) return this.gaveUp(at === 'completed' ? this.why : 'no mail with a stop link');
    const token = stopTokenIn(mail as never);
    const stopped = await this.ask({ act: 'stop', method: 'POST', path: '/v1/stops', body: { token } });
    this.gaveUp(`stopped: ${stopped.status}`);
  }

  /** @returns why it cannot go on */
  private async proveBy(kind: ProofKind): Promise<string | undefined> {
    let wrong = kind === this.plan.proofs[0] ? this.plan.wrong : 0;
    for (;;) {
      const value = wrong > 0 ? wrongValue[kind] : await this.rightValue(kind);
      if (value === undefined) return 'no code arrived';
      if (wrong <= 0) this.shown.add(kind);
      this.tell(`offers a ${wrong > 0 ? 'wrong' : 'right'} ${kind}`);
      wrong -= 1;
      const answer = await this.act('proofs', 'POST', '/proofs', { kind, value });
      const { state, code, methods } = answer.body as { state?: string; code?: string; methods?: string[] };
      if (answer.status === 200) {
        if (state === 'held') return 'held';
        return undefined;
      }
      if (code === 'wrong_proof') this.wrongSeen += 1;
      // Without a key: it was accepted, and the answer was lost.
      if (code === 'invalid_state') {
        const shown = await this.act('look', 'GET', '');
        const { state: now } = shown.body as { state?: string };
        if (now === 'held') return 'held';
        return now === 'proven' || now === 'proving' ? undefined : `proofs: ${code} ${now}`;
      }
      if (code !== 'wrong_proof') return `proofs: ${answer.status} ${code} ${state ?? methods ?? ''}`.trim();
    }
  }

  private async rightValue(kind: ProofKind): Promise<string | undefined> {
    if (kind === 'totp') {
      // A value is good once, and the clock of the test may have moved while the last one was under way.
      if (this.tried.has(this.person.totp())) await this.time();
      const value = this.person.totp();
      this.tried.add(value);
      return value;
    }
    if (kind === 'backup_code') return this.person.backupCode();
    for (let asked = 1; ; asked++) {
      const [newest] = (await this.newCodes()).reverse();
      if (newest) {
        const code = codeIn(newest as never);
        this.tried.add(code);
        return code;
      }
      if (asked === mostCodes) return undefined;
      if ((await this.resend()).status !== 202) return undefined;
    }
  }

  /** Waits for codes that it has not tried, oldest first; none when every message has ended. */
  private newCodes(): Promise<Received[]> {
    return until(`a code of ${this.plan.name}:\n${this.story.join('\n')}`, async () => {
      const rows = await this.world.codesOf(this.id);
      const mine = this.world.inbox.filter(
        ({ id, channel, to, text, at }) =>
          rows.some((row) => row.id === id) ||
          (channel === 'sms' && to === this.person.phone && at >= this.startedAt && /#\d+$/.test(text)),
      );
      const fresh = mine.filter((one) => !this.tried.has(codeIn(one as never)));
      if (fresh.length > 0) return fresh;
      // What was sent has arrived, or is about to.
      const arrives = rows.some(
        ({ state, id, channel }) =>
          state === 'sent' && channel === 'email' && !mine.some((one) => one.id === id),
      );
      return rows.every(({ state }) => state !== 'queued') && !arrives ? [] : undefined;
    });
  }

  private async resend(): Promise<Sent> {
    return until(`another code for ${this.plan.name}`, async () => {
      const asked = await this.act('codes', 'POST', '/codes', {});
      if (asked.body.code !== 'resend_too_soon') return asked;
      await this.time();
      return undefined;
    });
  }

  /** Waits until the clock of the test has moved. */
  private async time(): Promise<void> {
    this.needsTime = true;
    await until(`time for ${this.plan.name}`, async () => !this.needsTime || undefined);
  }

  private async notice(): Promise<Received | undefined> {
    return until(`a notice for ${this.plan.name}`, async () => {
      const row = await this.world.noticeOf(this.id);
      const mail = this.world.inbox.find(({ id }) => id === row?.id);
      if (mail) return { mail };
      return row && row.state !== 'queued' && row.state !== 'sent' ? {} : undefined;
    }).then(({ mail }: { mail?: Received }) => mail);
  }

  protected override repeated(act: Act, first: Sent, again: Sent): void {
    // Others may have stopped or replaced it in between.
    const isOver = again.status === 410;
    if (isOver && act !== 'start') return;
    // A refusal for now is not stored: meanwhile the minute may be over.
    if (first.body.code === 'resend_too_soon') return;
    super.repeated(act, first, again);
    if (act === 'credentials' && again.status === 201) this.tokens = again.body as never;
    const same = (one: Sent) => {
      const { id, token, resend_at, tries_left, state } = one.body as Record<string, unknown>;
      return JSON.stringify({ id, token, resend_at, tries_left, state });
    };
    if (act !== 'credentials' && first.status === again.status && same(first) !== same(again))
      this.wrong.push(`${act}: another answer when repeated`);
  }
}

const wrongValue: Record<ProofKind, string> = {
  code: '00000000',
  totp: '000000',
  backup_code: '0000-0000-0000-0000',
};
