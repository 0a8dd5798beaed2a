/** A recovery of an account in which something was proved, as seen by the stop of one of them. */
export interface PastRecovery {
  id: string;
  /** When it was completed, or when its first proof was made if it was not. Milliseconds. */
  at: number;
  /** The authenticators of its proofs, as evidence names them. */
  authenticators: readonly string[];
  /** Whether its own stop link still works. */
  canBeStopped: boolean;
}

/** An address that was confirmed again is the same mailbox. */
const nameOf = (authenticator: string): string => authenticator.split(':')[0] ?? '';

/**
 * Returns what a stop takes back: everything since the last undisputed state of the account. That is the state before
 *
 * - the recovery that is stopped,
 * - and before each earlier one that can still be stopped and shares an authenticator with a disputed one, since the same person may have
 * made both.
 *
 * Every later recovery is disputed too, because it was built on a disputed state. An earlier one that was proved with something else is
 * left alone. So is one whose stop link expired unused.
 *
 * @param stopped the recovery of the link
 * @param others of the same account
 * @returns ids, oldest first; none if nothing was proved, since that recovery has changed nothing
 */
export function disputedBy(stopped: PastRecovery, others: readonly PastRecovery[]): string[] {
  if (stopped.authenticators.length === 0) return [];
  const hands = new Set(stopped.authenticators.map(nameOf));
  const newestFirst = others.filter(({ id }) => id !== stopped.id).sort((one, other) => other.at - one.at);
  let since = stopped.at;
  for (const earlier of newestFirst) {
    const isSameHand = earlier.authenticators.some((one) => hands.has(nameOf(one)));
    if (earlier.at > stopped.at || !earlier.canBeStopped || !isSameHand) continue;
    since = earlier.at;
    for (const one of earlier.authenticators) hands.add(nameOf(one));
  }
  return [stopped, ...newestFirst]
    .filter(({ id, at, authenticators }) => id === stopped.id || (at >= since && authenticators.length > 0))
    .sort((one, other) => one.at - other.at)
    .map(({ id }) => id);
}
