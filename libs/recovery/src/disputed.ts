/** A recovery of an account in which something was proved, as it counts when one of them is stopped. */
export interface PastRecovery {
  id: string;
  /** When it was completed; its first proof where it was not. Milliseconds. */
  at: number;
  /** What its proofs were made with, as evidence names them. */
  authenticators: readonly string[];
  /** Its own stop link still works. */
  canBeStopped: boolean;
}

/** An address that was confirmed anew is the same mailbox. */
const nameOf = (authenticator: string): string => authenticator.split(':')[0] ?? '';

/**
 * What a stop takes back: everything since the last state of the account that nobody disputes. That state is the one before
 *
 * - the recovery that is stopped,
 * - and before each earlier one that can still be stopped and was proved with something that a disputed one was proved with, since the
 *   same hand may have made both.
 *
 * Every recovery after that state goes too: it was built on what is disputed. An earlier one that was proved with something else
 * stays, and so does one whose stop link has run out unused.
 *
 * @param stopped the recovery of the link
 * @param others of the same account
 * @returns ids, oldest first; none where nothing was proved: that attempt has changed nothing
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
