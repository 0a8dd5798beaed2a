import { type Queryable, sql, statement } from '@rekey/database';
import { type BoundKind, boundProofOf, totpShape } from '@rekey/proofs';
import type { AuthenticatorEntity } from './entities/authenticator.entity.js';

/** A bound authenticator with where it comes from, for those who help its person. Times are RFC 3339. */
export interface AuthenticatorHistory {
  id: string;
  kind: BoundKind;
  bound_at: string;
  /** The session that bound it, its client, and the network that it came from. */
  session_id?: string;
  client_id?: string;
  bound_from?: string;
  /** Of the last value that was accepted: of an authenticator app, to 30 seconds. */
  last_used_at?: string;
  /** For a set of codes. */
  codes_left?: number;
  /** It counts in a recovery from then on; omitted if it does already. */
  counts_from?: string;
  /** Since then too many wrong values in a row keep it from proving anything. */
  disabled_at?: string;
  /** Since then it does not count: a recovery has suspended it, `suspended_by`. */
  suspended_at?: string;
  suspended_by?: string;
}

type Row = Pick<
  AuthenticatorEntity,
  | 'id'
  | 'kind'
  | 'bound_at'
  | 'bound_by'
  | 'bound_client'
  | 'bound_from'
  | 'counts_from'
  | 'disabled_at'
  | 'suspended_at'
  | 'suspended_by'
  | 'last_step'
> & { codes_left: number | null; code_used_at: Date | null };

const history = statement(
  'authenticator_history',
  sql`select a.id, a.kind, a.bound_at, a.bound_by, a.bound_client, a.bound_from, a.counts_from, a.disabled_at, a.suspended_at, a.suspended_by,
     a.last_step, codes.codes_left, codes.code_used_at
   from authenticators a left join lateral (
     select (count(*) filter (where c.used_at is null))::integer as codes_left, max(c.used_at) as code_used_at
     from backup_codes c where c.authenticator_id = a.id
   ) codes on true
   where a.account_id = :account and a.bound_at is not null and a.removed_at is null order by a.bound_at desc, a.id`,
);

/** The authenticators of an account besides password and addresses, also the suspended ones, newest first. */
export async function authenticatorHistory(
  database: Queryable,
  account: string,
  now: number,
): Promise<AuthenticatorHistory[]> {
  const rows = await database.query<Row>(history, { account });
  return rows.map((row) => {
    const isCodeSet = boundProofOf[row.kind].storage === 'code set';
    const step =
      row.last_step === null ? undefined : new Date(Number(row.last_step) * totpShape.period * 1000);
    const countsFrom = row.counts_from && row.counts_from.getTime() > now ? row.counts_from : undefined;
    return {
      id: row.id,
      kind: row.kind,
      bound_at: (row.bound_at as Date).toISOString(),
      ...(row.bound_by ? { session_id: row.bound_by } : {}),
      ...(row.bound_client ? { client_id: row.bound_client } : {}),
      ...(row.bound_from ? { bound_from: row.bound_from } : {}),
      ...timed('last_used_at', isCodeSet ? row.code_used_at : step),
      ...(isCodeSet ? { codes_left: row.codes_left ?? 0 } : {}),
      ...timed('counts_from', countsFrom),
      ...timed('disabled_at', row.disabled_at),
      ...timed('suspended_at', row.suspended_at),
      ...(row.suspended_by ? { suspended_by: row.suspended_by } : {}),
    };
  });
}

const timed = <Name extends string>(name: Name, at: Date | null | undefined): { [Of in Name]?: string } =>
  at ? ({ [name]: at.toISOString() } as { [Of in Name]?: string }) : {};
