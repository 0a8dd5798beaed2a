import { putAccount } from '@rekey/accounts';
import { type Database, sql, statement } from '@rekey/database';
import { isRefused, type Keyring, type MovableClock, type Refusal } from '@rekey/kernel';
import { claimMessages } from '@rekey/outbox';
import {
  cancelRecovery,
  completeRecovery,
  defaultPolicy,
  prove,
  type RecoveryContext,
  type RecoveryReference,
  sendCode,
  startRecovery,
} from '@rekey/recovery';
import fc from 'fast-check';

/** The acts on the recoveries of one account, in any order. `at` selects one of the existing recoveries. */
export type Step =
  | { do: 'open'; by: number }
  | { do: 'resend'; at: number }
  | { do: 'guess'; at: number; what: 'newest' | 'previous' | 'older' | 'wrong'; callers: number }
  | { do: 'wait'; ms: number }
  | { do: 'complete'; at: number; callers: number }
  | { do: 'cancel'; at: number };

const at = fc.nat(3);
const callers = fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 50 }));
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), by: fc.nat(1) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('resend' as const), at }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('guess' as const),
        at,
        what: fc.constantFrom(
          'newest' as const,
          'previous' as const,
          'older' as const,
          'wrong' as const,
          'wrong' as const,
        ),
        callers,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.constantFrom(1_000, 60_000, 240_000, 601_000, 7_200_000),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('complete' as const), at, callers }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), at }) },
  ),
  { minLength: 10, maxLength: 40 },
);

interface Known {
  reference: RecoveryReference;
  by: number;
  /** Oldest first. One that was over a limit is undefined: it was not sent, and takes the place of a code all the same. */
  codes: ({ value: string; endsAt: number } | undefined)[];
  tries: number;
  winners: number;
  completed: number;
}

const newest = statement(
  'model_newest_message',
  sql`select id from messages where recovery_id = :id and state = 'queued' order by counter desc limit 1`,
);
const triesOf = statement('model_tries', sql`select tries from recoveries where id = :id`);

const numbers = { accounts: 0 };
const nextAccount = (): string => {
  numbers.accounts += 1;
  return `model-${numbers.accounts}`;
};

/** One account, several recoveries, two replicas; throws when the service breaks a promise. */
export class CodesModel {
  private readonly known: Known[] = [];
  private readonly identifiers: string[];
  private readonly account = nextAccount();

  constructor(
    private readonly databases: Database[],
    private readonly keyring: Keyring,
    private readonly clock: MovableClock,
    /** A planted fault, run after each resend. */
    private readonly planted: (id: string) => Promise<void> = async () => undefined,
  ) {
    this.identifiers = [`${this.account}@example.com`, this.account];
  }

  async run(list: Step[]): Promise<void> {
    const [database] = this.databases as [Database];
    const addresses = [{ kind: 'email' as const, value: this.identifiers[0] ?? '', verified: true }];
    const account = {
      id: this.account,
      username: this.account,
      addresses,
      roles: [],
      status: 'active' as const,
    };
    await putAccount({ database, keyring: this.keyring }, this.clock.now(), account);
    for (const step of [{ do: 'open', by: 0 } as const, ...list]) await this.take(step);
  }

  private async take(step: Step): Promise<void> {
    if (step.do === 'wait') return this.clock.advance(step.ms);
    if (step.do === 'open') return this.open(step.by);
    const one = this.known[step.at % Math.max(1, this.known.length)];
    if (!one) return;
    if (step.do === 'cancel') return void (await cancelRecovery(this.context(0), one.reference));
    if (step.do === 'resend') return this.resend(one);
    if (step.do === 'complete') return this.complete(one, step.callers);
    return this.guess(one, step.what, step.callers);
  }

  private context(replica: number): RecoveryContext {
    return {
      database: this.databases[replica % this.databases.length] as Database,
      keyring: this.keyring,
      clock: this.clock,
      enqueue: async () => undefined,
      issuerUrl: 'https://id.example',
      productName: 'Model',
      policy: defaultPolicy,
      strongRoles: [],
      bindingHoldMs: 0,
      issuer: {
        exchangeForTokens: async () => ({ access_token: 'a', token_type: 'Bearer', expires_in: 1 }),
        exchangeForCode: async () => ({ code: 'c' }),
        revoke: async () => undefined,
      },
    };
  }

  private async open(by: number): Promise<void> {
    if (this.known.length >= 4) this.known.shift();
    const source = `10.${numbers.accounts % 250}.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`;
    const identifier = this.identifiers[by] ?? '';
    const opened = await startRecovery(this.context(by), { identifier, locale: 'en', source });
    if (isRefused(opened)) throw new Error(`a start was refused: ${opened.code}`);
    const one: Known = { reference: opened, by, codes: [], tries: 0, winners: 0, completed: 0 };
    this.known.push(one);
    await this.deliver(one);
  }

  private async resend(one: Known): Promise<void> {
    const sent = await sendCode(this.context(0), one.reference, {});
    if (isRefused(sent)) return;
    await this.planted(one.reference.id);
    await this.deliver(one);
  }

  /** Does what the courier does. */
  private async deliver(one: Known): Promise<void> {
    const [database] = this.databases as [Database];
    const [message] = await database.query<{ id: string }>(newest, { id: one.reference.id });
    if (!message) return;
    const sendQuotas = { client: 6_000, instance: 30_000 };
    const context = { database, keyring: this.keyring, clock: this.clock, sendQuotas };
    const [taken] = await claimMessages(context, { code: message.id });
    const send = taken && 'send' in taken ? taken.send : undefined;
    one.codes.push(send?.code ? { value: send.code, endsAt: send.expiresAt.getTime() } : undefined);
  }

  private async guess(one: Known, what: string, callers: number): Promise<void> {
    const now = this.clock.now();
    const good = one.codes.slice(-2).filter((code) => code && code.endsAt > now);
    const value =
      what === 'wrong'
        ? '00000000'
        : (one.codes.at(what === 'newest' ? -1 : what === 'previous' ? -2 : -3)?.value ?? '00000000');
    const isGood = good.some((code) => code?.value === value);
    // What a day allows is paid for when a code is sent, by its length: test/security/odds has it.
    const room = 5 - one.tries;
    const outcomes = await Promise.all(
      Array.from({ length: callers }, (_, n) =>
        prove(this.context(n), one.reference, { kind: 'code', value }),
      ),
    );
    const won = outcomes.filter((outcome) => !isRefused(outcome)).length;
    const wrong = outcomes.filter(
      (outcome) => isRefused(outcome) && outcome.code === 'wrong_proof',
    ) as Refusal[];
    one.winners += won;
    this.check(one.winners <= 1, 'two winners of one recovery');
    this.check(won === 0 || isGood, 'a code that is not good has won');
    this.check(won === 0 || room > 0, 'a guess beyond the budget has won');
    // A single caller within the budget gets the right outcome.
    if (callers === 1 && room > 0 && isGood && one.winners - won === 0 && wrong.length > 0)
      throw new Error('a good code was called wrong');
    const [row] = await (this.databases[0] as Database).query<{ tries: number }>(triesOf, {
      id: one.reference.id,
    });
    const counted = (row?.tries ?? 0) - one.tries;
    this.check(counted >= 0 && (row?.tries ?? 0) <= 5, `tries went from ${one.tries} to ${row?.tries}`);
    this.check(wrong.length + won <= counted, 'more answers than tries');
    for (const { data } of wrong)
      this.check(
        (data.tries_left ?? -1) >= 0 && (data.tries_left ?? 9) <= 5 - one.tries - 1,
        'tries_left lies',
      );
    one.tries = row?.tries ?? 0;
  }

  private async complete(one: Known, callers: number): Promise<void> {
    const outcomes = await Promise.all(
      Array.from({ length: callers }, (_, n) => completeRecovery(this.context(n), one.reference, {})),
    );
    one.completed += outcomes.filter((outcome) => !isRefused(outcome)).length;
    this.check(one.completed <= one.winners, 'completed more often than proven');
  }

  private check(holds: boolean, what: string): void {
    if (!holds) throw new Error(what);
  }
}
