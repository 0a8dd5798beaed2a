import { type Database, nameOfRows, resealRows } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { describeRows, type Holding, listHoldings, sealed } from './holdings.js';

const pause = () => new Promise((resolve) => setTimeout(resolve, 250));

/**
 * Seals anew under the newest key all that is sealed under an older one or by a release before, while every process goes on.
 *
 * @param say gets a line at a time
 * @returns false when something could not be sealed anew
 */
export async function rotate(
  database: Database,
  keyring: Keyring,
  now: Date,
  say: (line: string) => void,
): Promise<boolean> {
  let complete = true;
  for (const rows of sealed) {
    const table = nameOfRows(rows);
    const progress = (done: number) => say(`${table}: ${done} sealed again`);
    const { unreadable, doubled, left } = await resealRows(database, keyring, rows, { progress, pause });
    const ids = (list: string[]) => list.slice(0, 20).join(' ') + (list.length > 20 ? ' …' : '');
    if (unreadable.length > 0)
      say(`${table}: ${unreadable.length} do not open with any key of the keyring: ${ids(unreadable)}`);
    if (doubled.length > 0)
      say(`${table}: ${doubled.length} have a verified address that another row also has: ${ids(doubled)}`);
    if (left > 0) say(`${table}: ${left} were locked by others; run this again`);
    if (unreadable.length + doubled.length + left > 0) complete = false;
    // An account that has only its new digests is not found by a recovery that has only its old ones.
    if (left > 0) return complete;
  }
  for (const line of describeRest(keyring, await listHoldings(database, now))) say(line);
  return complete;
}

/** What still needs each of the older keys. */
function describeRest(keyring: Keyring, holdings: readonly Holding[]): string[] {
  const untold = holdings.filter(({ keyId }) => keyId === null);
  const lines = keyring.keyIds.slice(1).map((id) => {
    const rest = holdings.filter(({ keyId }) => keyId === id);
    if (rest.length === 0 && untold.length === 0) return `nothing is left under key ${id}`;
    if (rest.some(({ goesBy }) => goesBy === 'rotate')) return `left under key ${id}: ${describeRows(rest)}`;
    return `nothing sealed is left under key ${id}; these need it until they are used or expire: ${describeRows([...rest, ...untold])}`;
  });
  return lines.length === 0
    ? []
    : [...lines, 'keep the older keys for 72 hours after the restart: links in messages were made with them'];
}
