import { type AccountToPut, normaliseIdentifier } from '@rekey/accounts';
import { isDeadlock } from '@rekey/database';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { ManagementContext } from './management-context.js';
import { putAccount } from './put-account.js';

/**
 * One import. Its accounts are written several at a time. Those that name the same account, user name or address wait for
 * each other, so that the earlier of two that want one address gets it, and the later of two about one account counts. An
 * account that meets an address of another one is tried again when all before it are done: one of them may have given the
 * address up.
 */
export class AccountImport {
  /** By what an account names, the latest one that names it. */
  private readonly latest = new Map<string, Promise<unknown>>();
  private earlier: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: ManagementContext,
    private readonly actor: string,
  ) {}

  /**
   * Call it in the order of the import, without waiting. Never rejects.
   *
   * @param report receives a fault, of which the caller learns as `unavailable`
   */
  async put(
    account: AccountToPut,
    report: (fault: unknown) => void,
  ): Promise<{ created: boolean } | Refusal> {
    const { earlier } = this;
    const names = namesIn(account);
    const sharing = Promise.all(names.map((name) => this.latest.get(name)));
    const done = this.write(account, { earlier, sharing }, report);
    this.earlier = Promise.all([earlier, done]);
    for (const name of names) this.latest.set(name, done);
    const outcome = await done;
    for (const name of names) if (this.latest.get(name) === done) this.latest.delete(name);
    return outcome;
  }

  private async write(
    account: AccountToPut,
    before: { earlier: Promise<unknown>; sharing: Promise<unknown> },
    report: (fault: unknown) => void,
  ): Promise<{ created: boolean } | Refusal> {
    try {
      await before.sharing;
      const outcome = await this.tryToPut(account);
      if (!isRefused(outcome) || outcome.code !== 'conflict') return outcome;
      await before.earlier;
      return await this.tryToPut(account);
    } catch (fault) {
      report(fault);
      return refuse('unavailable');
    }
  }

  private async tryToPut(account: AccountToPut): Promise<{ created: boolean } | Refusal> {
    try {
      return await putAccount(this.context, this.actor, account);
    } catch (fault) {
      // Two accounts that want each other's addresses.
      if (isDeadlock(fault)) return refuse('conflict');
      throw fault;
    }
  }
}

/** What no two accounts may write at once, in the form in which it is looked up. */
function namesIn({ id, username, addresses }: AccountToPut): string[] {
  const identifiers = [...(username === undefined ? [] : [username]), ...addresses.map(({ value }) => value)];
  const read = identifiers.map((text) => normaliseIdentifier(text));
  return [`id ${id}`, ...read.flatMap((each) => (isRefused(each) ? [] : [`${each.kind} ${each.lookup}`]))];
}
