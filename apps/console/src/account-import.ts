import { type AccountToPut, normaliseIdentifier } from '@rekey/accounts';
import { parse, RefusedException } from '@rekey/http';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { Line } from './ndjson.js';
import type { ConsoleContext } from './parts.js';
import { putManagedAccount } from './put-account.js';
import { accountToPut, type ImportResult, importLine } from './wire.js';

/** SQLSTATE of a transaction that PostgreSQL gave up so that another could go on. */
const deadlock = '40P01';

/**
 * One import. Its lines are worked on several at a time. Those that name the same account, user name or address wait for
 * each other, so that the earlier of two that want one address gets it, and the later of two about one account counts. A
 * line that meets an address of another account tries again when all lines before it are done: one of them may have given
 * the address up.
 */
export class AccountImport {
  /** By what a line names, the latest line that names it. */
  private readonly latest = new Map<string, Promise<unknown>>();
  private earlier: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: ConsoleContext,
    private readonly caller: string,
    /** Of faults, which the caller learns of as `unavailable`. */
    private readonly report: (fault: unknown, line: number) => void,
  ) {}

  /** Call it in the order of the lines. Never rejects. */
  async line(line: Line): Promise<ImportResult> {
    const { account, id, refusal } = read(line);
    if (!account) return result(line, id, refusal ?? refuse('invalid_request'));
    const { earlier } = this;
    const names = namesIn(account);
    const sharing = Promise.all(names.map((name) => this.latest.get(name)));
    const done = this.write(account, line, { earlier, sharing });
    this.earlier = Promise.all([earlier, done]);
    for (const name of names) this.latest.set(name, done);
    const outcome = await done;
    for (const name of names) if (this.latest.get(name) === done) this.latest.delete(name);
    return result(line, account.id, outcome);
  }

  private async write(
    account: AccountToPut,
    { number }: Line,
    before: { earlier: Promise<unknown>; sharing: Promise<unknown> },
  ): Promise<{ created: boolean } | Refusal> {
    try {
      await before.sharing;
      const outcome = await this.put(account);
      if (!isRefused(outcome) || outcome.code !== 'conflict') return outcome;
      await before.earlier;
      return await this.put(account);
    } catch (fault) {
      this.report(fault, number);
      return refuse('unavailable');
    }
  }

  private async put(account: AccountToPut): Promise<{ created: boolean } | Refusal> {
    try {
      return await putManagedAccount(this.context, this.caller, account);
    } catch (fault) {
      // Two accounts that want each other's addresses.
      if (Object(fault).code === deadlock) return refuse('conflict');
      throw fault;
    }
  }
}

/** What no two lines may write at once, in the form in which it is looked up. */
function namesIn({ id, username, addresses }: AccountToPut): string[] {
  const identifiers = [...(username === undefined ? [] : [username]), ...addresses.map(({ value }) => value)];
  const read = identifiers.map((text) => normaliseIdentifier(text));
  return [`id ${id}`, ...read.flatMap((each) => (isRefused(each) ? [] : [`${each.kind} ${each.lookup}`]))];
}

function read({ text }: Line): { account?: AccountToPut; id?: string | undefined; refusal?: Refusal } {
  if (text === undefined) {
    return {
      refusal: refuse('invalid_request', { errors: [{ pointer: '', detail: 'longer than 64 KiB' }] }),
    };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { refusal: refuse('invalid_request', { errors: [{ pointer: '', detail: 'not JSON' }] }) };
  }
  const named: unknown = Object(json).id;
  const id = typeof named === 'string' ? named.slice(0, 128) : undefined;
  try {
    const { id: account, ...body } = parse(importLine, json);
    return { account: accountToPut(account, body) };
  } catch (thrown) {
    if (thrown instanceof RefusedException) return { id, refusal: thrown.refusal };
    throw thrown;
  }
}

function result(
  { number: line, text }: Line,
  id: string | undefined,
  outcome: { created: boolean } | Refusal,
): ImportResult {
  if (!isRefused(outcome)) return { line, id, result: outcome.created ? 'created' : 'replaced' };
  const { errors, reason } = outcome.data;
  return {
    line,
    id,
    result: 'failed',
    code: text === undefined ? 'too_large' : outcome.code,
    errors: errors ?? (reason ? [{ pointer: '/password', detail: reason }] : undefined),
  };
}
