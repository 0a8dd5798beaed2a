import { sealedInAccounts } from '@rekey/accounts';
import {
  countOlder,
  countSealed,
  type Database,
  type KeyCount,
  nameOfRows,
  type SealedRows,
} from '@rekey/database';
import { countCodesUnderWay, sealedInRecovery } from '@rekey/recovery';
import { countStaffByKey } from '@rekey/staff';
import { countTokensByKey, sealedInTokens } from '@rekey/tokens';

/** All that is sealed, in the order in which it is sealed anew: what leads to an account goes before the account. */
export const sealed: SealedRows[] = [...sealedInRecovery, ...sealedInAccounts, ...sealedInTokens];

/** Rows that need one key of the ring. */
export interface Holding {
  what: string;
  /** Null where a row does not say. */
  keyId: string | null;
  rows: number;
  /** What takes these rows off their key. */
  goesBy: 'rotate' | 'use';
}

export async function listHoldings(database: Database, now: Date): Promise<Holding[]> {
  const named = (what: string, goesBy: Holding['goesBy'], counts: KeyCount[]) =>
    counts.map(({ key_id: keyId, rows }): Holding => ({ what, keyId, rows, goesBy }));
  const holdings: Holding[] = [];
  for (const rows of sealed)
    holdings.push(...named(nameOfRows(rows), 'rotate', await countSealed(database, rows)));
  const { clientSecrets, refreshTokens } = await countTokensByKey(database, now);
  const { members, passkeys } = await countStaffByKey(database);
  return [
    ...holdings,
    ...named('client secrets', 'use', clientSecrets),
    ...named('refresh tokens', 'use', refreshTokens),
    ...named('members of staff', 'use', members),
    ...named('passkeys of staff', 'use', passkeys),
    ...named('open codes', 'use', await countCodesUnderWay(database, now)),
  ];
}

/** Rows that a release before has written: they are not bound to their column and account yet, or in clear. Rotating seals them anew. */
export async function listOlder(database: Database): Promise<Pick<Holding, 'what' | 'rows'>[]> {
  const older: Pick<Holding, 'what' | 'rows'>[] = [];
  for (const rows of sealed) {
    const count = await countOlder(database, rows);
    if (count > 0) older.push({ what: nameOfRows(rows), rows: count });
  }
  return older;
}

/** One line for each key, the newest first, then those that the ring lacks. */
export function describeHoldings(keyIds: readonly string[], holdings: readonly Holding[]): string[] {
  const others = holdings.map(({ keyId }) => keyId).filter((id) => id === null || !keyIds.includes(id));
  return [...keyIds, ...new Set(others)].map((id) => {
    const name = id === null ? 'unknown key' : `key ${id}`;
    const kind =
      id === keyIds[0] ? ' (newest)' : id !== null && !keyIds.includes(id) ? ' (NOT IN THE KEYRING)' : '';
    return `${name}${kind}: ${describeRows(holdings.filter(({ keyId }) => keyId === id))}`;
  });
}

export const describeRows = (holdings: readonly Pick<Holding, 'what' | 'rows'>[]): string =>
  holdings.map(({ what, rows }) => `${what} ${rows}`).join(', ') || 'nothing';
