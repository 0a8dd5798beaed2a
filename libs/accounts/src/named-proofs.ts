import { type Queryable, sql, statement } from '@rekey/database';
import type { BoundKind } from '@rekey/proofs';
import type { AddressKind } from './identifier.js';

/** An address or authenticator of an account. */
export interface NamedProof {
  id: string;
  kind: AddressKind | BoundKind;
  /** As evidence names it: an address with its binding, which is another one once the address is confirmed again. */
  name: string;
}

const read = statement(
  'account_named_proofs',
  sql`select d.id, d.kind, d.id::text || ':' || d.binding as name from addresses d where d.account_id = :account and d.removed_at is null
   union all
   select t.id, t.kind, t.id::text from authenticators t where t.account_id = :account and t.bound_at is not null and t.removed_at is null`,
);

/** What an account may be recovered by, now or later: also what is not confirmed, disabled or on hold. Ordered by kind and id. */
export async function readNamedProofs(database: Queryable, account: string): Promise<NamedProof[]> {
  const rows = await database.query<NamedProof>(read, { account });
  const key = ({ kind, id }: NamedProof) => `${kind} ${id}`;
  return rows.sort((one, other) => (key(one) < key(other) ? -1 : 1));
}
