import type { SealedEvent } from './leaf.js';

const dayMs = 86_400_000;

/**
 * Accounts that an export no longer opens. Each needs an event that says that it was to be erased: otherwise somebody with the database took
 * its id away alone. It remembers a commitment for each of them.
 */
export class ErasedAccounts {
  readonly #erased = new Set<string>();
  readonly #unexplained = new Map<string, number>();
  #firstAt: number | undefined;

  /** @param isFromStart whether the log is exported from its first position */
  constructor(private readonly isFromStart: boolean) {}

  /** Takes an event that is the one that was sealed. */
  read(
    { account, event, at }: SealedEvent,
    { position, isOpen }: { position: number; isOpen: boolean },
  ): void {
    this.#firstAt ??= Date.parse(at);
    if (account === undefined || this.#erased.has(account)) return;
    if (event === 'user_erased') {
      // It names the account for longer than the others do.
      this.#erased.add(account);
      this.#unexplained.delete(account);
    } else if (!isOpen && !this.#unexplained.has(account) && !this.isAtForgottenEnd(at))
      this.#unexplained.set(account, position);
  }

  /** The first position of each account that nothing explains. */
  unexplained(): number[] {
    return [...this.#unexplained.values()];
  }

  /** What was recorded just behind an event that is past its retention may have lost its explanation with that. */
  private isAtForgottenEnd(at: string): boolean {
    return !this.isFromStart && Math.abs(Date.parse(at) - (this.#firstAt as number)) < dayMs;
  }
}
