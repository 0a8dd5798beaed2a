import { endKnownBrowsers } from '@rekey/accounts';
import { auditInsert } from '@rekey/audit';
import { type Sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { untilOf } from './families.js';

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
  | 'management'
  | 'guesses';

const endOfRecovery = statement(
  'sessions_end_of_recoveries',
  `with heir as (
     select id from sessions where recovery_id = any(:recoveries::uuid[])
     union
     select id from sessions
     where account_id = :accountId and recovery_id is null and created_at >= :passwordSince::timestamptz
   ), ended as (
     update sessions s set ended_at = :at, end_reason = 'stopped' from heir where s.id = heir.id and s.ended_at is null
     returning s.id
   ), unredeemed as (
     update authorization_codes set used_at = :at where recovery_id = any(:recoveries::uuid[]) and used_at is null
   )
   select id, exists (select from ended where ended.id = heir.id) as ended from heir`,
);

/**
 * Ends sessions until a pass finds none. Who opens a session from another one holds that one's row (or its code's): the pass
 * that ends it waits for them, and the next one, with a fresh look, sees what they have opened.
 *
 * @returns what the last pass found, and how many were ended in all
 */
async function untilNoneIsLeft<Row>(
  pass: () => Promise<Row[]>,
  endedBy: (rows: Row[]) => number,
): Promise<{ rows: Row[]; ended: number }> {
  let ended = 0;
  for (let passes = 1; ; passes++) {
    const rows = await pass();
    const now = endedBy(rows);
    ended += now;
    // The first may have waited for a code that was being redeemed, and have ended nothing itself.
    if (now === 0 && passes > 1) return { rows, ended };
  }
}

/**
 * Ends all that recoveries have led to. Refreshes belong to the family, so later ones are ended with it.
 *
 * @param of.password the account whose password they set, and since when: sign-ins since then are their work as well
 * @returns the sessions they have led to, ended before or now
 */
export async function revokeFamiliesOfRecoveries(
  sql: Sql,
  of: { recoveries: string[]; at: Date; password?: { accountId: string; since: Date } | undefined },
): Promise<string[]> {
  const { recoveries, at, password } = of;
  const values = {
    recoveries,
    at,
    accountId: password?.accountId ?? null,
    passwordSince: password?.since ?? null,
  };
  const { rows, ended } = await untilNoneIsLeft(
    () => sql.query<{ id: string; ended: boolean }>(endOfRecovery, values),
    (heirs) => heirs.filter((heir) => heir.ended).length,
  );
  sql.note('sessions_ended', { reason: 'stopped' }, ended);
  return rows.map(({ id }) => id);
}

/** Ends a selection of sessions, each with a line in the audit, and voids the codes that would open new ones. */
const endOf = (name: string, selected: string, more = '') =>
  statement(
    `sessions_end_of_${name}`,
    `with ended as (
       update sessions set ended_at = :at, end_reason = :reason where ${selected} and ended_at is null
       returning id, account_id, recovery_id
     ), unredeemed as (
       update authorization_codes set used_at = :at where ${selected} and used_at is null
     ), ${more} noted as (
       ${auditInsert}
       select gen_random_uuid(), :at::timestamptz, 'authn_token_revoked', :actor, account_id, recovery_id,
         jsonb_build_object('session', id, 'reason', :reason::text)
       from ended
     )
     select count(*)::integer as ended from ended`,
  );
const endings = {
  account: endOf('account', 'account_id = :of'),
  client: endOf(
    'client',
    'client_id = :of',
    'own_tokens as (update clients set tokens_from = :at where client_id = :of),',
  ),
  recovery: endOf('recovery_descent', 'recovery_id = :of::uuid'),
  /** Those of two factors or classes. */
  strong: endOf('strong', `account_id = :of and right(acr, 4) = 'aal2'`),
};

/**
 * Ends every session of an account, of a client (and the tokens that are the client's own), or that came from a recovery; or those
 * of an account that are of level 2. With every session of an account, the browsers and apps that it was seen in become strangers.
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
  if (by === 'account') await endKnownBrowsers(sql, id);
  const { ended } = await untilNoneIsLeft(
    () => sql.query<{ ended: number }>(endings[by], { ...values, of: id }),
    ([row]) => row?.ended ?? 0,
  );
  sql.note('sessions_ended', { reason: of.reason }, ended);
  return ended;
}

/**
 * What a recovery's exchange could not see, as a data-modifying SQL clause for when it settles: sessions that were being
 * opened from older ones meanwhile, or with the password that there was before. Needs `:now`.
 */
export const endOlderFamilies = (of: { account: string; recovery: string }): string => `
  update sessions set ended_at = :now, end_reason = 'recovery'
  where account_id = ${of.account} and ended_at is null and recovery_id is distinct from ${of.recovery}::uuid`;

const hold = statement(
  'session_hold',
  `select acr from sessions s
   where id = :session and account_id = :account and ended_at is null and ${untilOf('s')} > :now
   for no key update`,
);

/**
 * In a transaction, for an act of a session that lasts longer than it: who ends the session waits, or has come first.
 *
 * @returns how sure it is; undefined when it has ended meanwhile
 */
export async function holdSession(
  sql: Sql,
  of: { account: string; session: string; now: Date },
): Promise<{ acr: string } | undefined> {
  const [row] = await sql.query<{ acr: string }>(hold, of);
  return row;
}

const endOne = statement(
  'session_end',
  `with ended as (
     update sessions set ended_at = :at, end_reason = :reason
     where id = :id and account_id = coalesce(:accountId, account_id) and ended_at is null returning id, account_id, recovery_id
   )
   ${auditInsert}
   select :auditId::uuid, :at::timestamptz, :event, :actor, account_id, recovery_id,
     jsonb_strip_nulls(jsonb_build_object('session', id, 'reason', :reason::text, 'source', :source::text))
   from ended returning id`,
);

/**
 * Ends a session and writes down who did it.
 *
 * @param of.actor `person`, or `client:<client_id>`
 * @param of.source where the request came from, where that matters to whoever reads the audit
 * @returns false when there was no such living session (of this account)
 */
export const endFamily = async (
  sql: Sql,
  of: {
    id: string;
    accountId: string | null;
    at: Date;
    reason: EndReason;
    actor: string;
    source?: string | undefined;
  },
): Promise<boolean> => {
  const event = of.reason === 'reuse' ? 'authn_token_reuse' : 'authn_token_revoked';
  const values = { ...of, source: of.source ?? null, event, auditId: uuidv7(of.at.getTime()) };
  const ended = await sql.query(endOne, values);
  sql.note('sessions_ended', { reason: of.reason }, ended.length);
  return ended.length > 0;
};
