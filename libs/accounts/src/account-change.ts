import { type Sql, statement } from '@rekey/database';
import { levelOf } from './standing.js';

/** What a replacement has changed of an account, for what must follow from it. */
export interface AccountChange {
  created: boolean;
  generation: string;
  /** Confirmed addresses that it had before: those to be told. */
  toldAt: string[];
  /** Of them: removed, or confirmed no more. */
  lostAddresses: string[];
  /** Confirmed now and not before. */
  newAddresses: string[];
  hasNewPassword: boolean;
  /** Undefined: it is what it was. */
  status?: 'active' | 'disabled' | undefined;
  lostRole: boolean;
  hasNewRole: boolean;
  /** The level that it asks for went up or down. */
  level?: 'raised' | 'lowered' | undefined;
}

interface StateRow {
  generation: string;
  status: 'active' | 'disabled';
  roles: string[];
  password_hash: string | null;
  level: 1 | 2;
  /** As the evidence of proofs names them: an address that is confirmed anew is another one. */
  addresses: string[];
}

const hold = statement('account_change_hold', 'select id from accounts where id = :account for update');

const state = statement(
  'account_change_state',
  `select a.generation, a.status, a.roles, a.password_hash, ${levelOf(':strongRoles', 'sign-in')} as level, array(
     select d.id::text || ':' || d.binding from addresses d where d.account_id = a.id and d.verified and d.removed_at is null order by d.id
   ) as addresses
   from accounts a where a.id = :account`,
);

/**
 * Holds the account for what is about to be written.
 *
 * @returns what to ask once it is written; all of it is seen inside of the same transaction
 */
export async function watchChange(
  sql: Sql,
  of: { account: string; strongRoles: string[] },
): Promise<() => Promise<AccountChange>> {
  await sql.query(hold, { account: of.account });
  const [before] = await sql.query<StateRow>(state, of);
  return async () => {
    const [after] = await sql.query<StateRow>(state, of);
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
