import { auditInsert } from '@rekey/audit';
import { type Sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';

/** Why a session is over before its time. */
export type EndReason =
  | 'recovery'
  | 'stopped'
  | 'reuse'
  | 'revoked'
  | 'ended_by_person'
  | 'password'
  | 'account'
  | 'client'
  | 'management';

const endOfRecovery = statement(
  'families_end_of_recovery',
  `with heir as (
     select id from token_families where recovery_id = :recoveryId
     union
     select id from token_families
     where account_id = :accountId and recovery_id is null and created_at >= :passwordSince::timestamptz
   ), ended as (
     update token_families f set ended_at = :at, end_reason = 'stopped' from heir where f.id = heir.id and f.ended_at is null
   ), unredeemed as (
     update authorization_codes set used_at = :at where recovery_id = :recoveryId and used_at is null
   )
   select id from heir`,
);

/**
 * Ends all that a recovery has led to. Refreshes belong to the family, so later ones are ended with it.
 *
 * @param of.password the account whose password it set, and when: sign-ins since then are its work as well
 * @returns the sessions it has led to, ended before or now
 */
export async function revokeFamiliesOfRecovery(
  sql: Sql,
  of: { recoveryId: string; at: Date; password?: { accountId: string; since: Date } },
): Promise<string[]> {
  const { recoveryId, at, password } = of;
  const rows = await sql.query<{ id: string }>(endOfRecovery, {
    recoveryId,
    at,
    accountId: password?.accountId ?? null,
    passwordSince: password?.since ?? null,
  });
  return rows.map(({ id }) => id);
}

/** Ends a selection of sessions, each with a line in the audit, and voids the codes that would open new ones. */
const endOf = (name: string, selected: string) =>
  statement(
    `families_end_of_${name}`,
    `with ended as (
       update token_families set ended_at = :at, end_reason = :reason where ${selected} and ended_at is null
       returning id, account_id, recovery_id
     ), unredeemed as (
       update authorization_codes set used_at = :at where ${selected} and used_at is null
     ), noted as (
       ${auditInsert}
       select gen_random_uuid(), :at::timestamptz, 'authn_token_revoked', :actor, account_id, recovery_id,
         jsonb_build_object('family', id, 'reason', :reason::text)
       from ended
     )
     select count(*)::integer as ended from ended`,
  );
const endings = {
  account: endOf('account', 'account_id = :of'),
  client: endOf('client', 'client_id = :of'),
  recovery: endOf('recovery_descent', 'recovery_id = :of::uuid'),
};

/**
 * Ends every session of an account, of a client, or that came from a recovery.
 *
 * @param of.actor `person`, or `client:<client_id>`
 * @returns how many there were
 */
export async function endSessionsOf(
  sql: Sql,
  by: keyof typeof endings,
  of: { id: string; at: Date; reason: EndReason; actor: string },
): Promise<number> {
  const { id, ...values } = of;
  const [row] = await sql.query<{ ended: number }>(endings[by], { ...values, of: id });
  return row?.ended ?? 0;
}

const endOne = statement(
  'family_end',
  `with ended as (
     update token_families set ended_at = :at, end_reason = :reason
     where id = :id and account_id = coalesce(:accountId, account_id) and ended_at is null returning id, account_id, recovery_id
   )
   ${auditInsert}
   select :auditId::uuid, :at::timestamptz, :event, :actor, account_id, recovery_id, jsonb_build_object('family', id, 'reason', :reason::text)
   from ended returning id`,
);

/**
 * Ends a session and writes down who did it.
 *
 * @param of.actor `person`, or `client:<client_id>`
 * @returns false when there was no such living session (of this account)
 */
export const endFamily = async (
  sql: Sql,
  of: { id: string; accountId: string | null; at: Date; reason: EndReason; actor: string },
): Promise<boolean> => {
  const event = of.reason === 'reuse' ? 'authn_token_reuse' : 'authn_token_revoked';
  return (await sql.query(endOne, { ...of, event, auditId: uuidv7(of.at.getTime()) })).length > 0;
};
