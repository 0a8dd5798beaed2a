import { type Queryable, sql, statement } from '@rekey/database';
import { levelOf } from './assurance.js';
import { isTrusted } from './trusted-address.js';

/** What a replacement or an act of staff has changed in an account, so that the consequences can follow. */
export interface AccountChange {
  created: boolean;
  generation: string;
  /** The trusted addresses that it had before: they get the notification. */
  toldAt: string[];
  /** Those of them that were removed, are no longer confirmed, or are compromised. */
  lostAddresses: string[];
  /** Trusted now and not before. */
  newAddresses: string[];
  hasNewPassword: boolean;
  /** Undefined when unchanged. */
  status?: 'active' | 'disabled' | undefined;
  lostRole: boolean;
  hasNewRole: boolean;
  /** Whether the level that it requires went up or down. */
  level?: 'raised' | 'lowered' | undefined;
}

interface StateRow {
  generation: string;
  status: 'active' | 'disabled';
  roles: string[];
  password_hash: string | null;
  level: 1 | 2;
  /** Named as in the evidence of proofs: an address that is confirmed again counts as another one. */
  addresses: string[];
}

const lock = statement('account_change_lock', sql`select id from accounts where id = :account for update`);

const state = statement(
  'account_change_state',
  sql`select a.generation, a.status, a.roles, a.password_hash, ${levelOf(sql`:strongRoles`, 'sign-in')} as level, array(
     select d.id::text || ':' || d.binding from addresses d where d.account_id = a.id and ${isTrusted(sql`d`)} order by d.id
   ) as addresses
   from accounts a where a.id = :account`,
);

/**
 * Locks the account before it is written.
 *
 * @returns a function to call after the write, in the same transaction, which returns the change
 */
export async function watchChange(
  database: Queryable,
  of: { account: string; strongRoles: string[] },
): Promise<() => Promise<AccountChange>> {
  await database.query(lock, { account: of.account });
  const [before] = await database.query<StateRow>(state, of);
  return async () => {
    const [after] = await database.query<StateRow>(state, of);
    if (!after) throw new Error('an account was written and is not there');
    return changeOf(before, after);
  };
}

function changeOf(before: StateRow | undefined, after: StateRow): AccountChange {
  const lost = before?.addresses.filter((address) => !after.addresses.includes(address)) ?? [];
  return {
    created: before === undefined,
    generation: after.generation,
    toldAt: before?.addresses.map(idOf) ?? [],
    lostAddresses: lost.map(idOf),
    newAddresses: after.addresses.filter((address) => !before?.addresses.includes(address)).map(idOf),
    hasNewPassword: before !== undefined && before.password_hash !== after.password_hash,
    status: before === undefined || before.status === after.status ? undefined : after.status,
    lostRole: before?.roles.some((role) => !after.roles.includes(role)) ?? false,
    hasNewRole: after.roles.some((role) => !before?.roles.includes(role)),
    level:
      before === undefined || before.level === after.level
        ? undefined
        : after.level > before.level
          ? 'raised'
          : 'lowered',
  };
}

const idOf = (address: string): string => address.split(':')[0] ?? '';
