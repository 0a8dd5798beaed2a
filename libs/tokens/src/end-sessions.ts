import { endKnownBrowsers } from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { untilOf } from './sessions.js';

/** Why a session ended early. */
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

/** Locks live sessions in the order of their ids, as a select of these. */
export const lockedSessions = (which: SqlText): SqlText =>
  sql`select id from sessions where ended_at is null and ${which} order by id for no key update`;

/** Locks unused codes in one order, after the sessions, as a select of their digests. @param after a CTE that has locked the sessions */
export const lockedCodes = (which: SqlText, after: SqlText): SqlText => sql`
  select digest from authorization_codes where used_at is null and ${which} and (select count(*) from ${after}) >= 0
  order by digest for no key update`;

const endOfRecovery = statement(
  'sessions_end_of_recoveries',
  sql`with heir as (
     select id from sessions where recovery_id = any(:recoveries::uuid[])
     union
     select id from sessions
     where account_id = :accountId and recovery_id is null and created_at >= :passwordSince::timestamptz
   ), ended as (
     update sessions s set ended_at = :at, end_reason = 'stopped'
     where s.ended_at is null and s.id in (${lockedSessions(sql`id in (select id from heir)`)})
     returning s.id
   ), unredeemed as (
     update authorization_codes set used_at = :at
     where used_at is null and digest in (${lockedCodes(sql`recovery_id = any(:recoveries::uuid[])`, sql`ended`)})
   )
   select id, exists (select from ended where ended.id = heir.id) as ended from heir`,
);

/**
 * Ends sessions until a pass finds none. A request that opens a session from another one locks that one's row (or its code's). The pass
 * that ends it waits for that lock, and the next pass, with a fresh snapshot, sees the session that was opened.
 *
 * @returns what the last pass found, and how many were ended in total
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
    // The first pass may have waited for a code that was being redeemed, and have ended nothing itself.
    if (now === 0 && passes > 1) return { rows, ended };
  }
}

/**
 * Ends every session that recoveries have led to. Refreshed tokens belong to the same session and end with it.
 *
 * @param of.password the account whose password they set, and since when: sign-ins since then are their work as well
 * @returns the sessions that they have led to, ended before or now
 */
export async function revokeSessionsOfRecoveries(
  database: Queryable,
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
    () => database.query<{ id: string; ended: boolean }>(endOfRecovery, values),
    (heirs) => heirs.filter((heir) => heir.ended).length,
  );
  database.record('sessions_ended', { reason: 'stopped' }, ended);
  return rows.map(({ id }) => id);
}

/** Ends a selection of sessions, each with an audit event, and voids the codes that would open new ones. */
const endOf = (name: string, selected: SqlText, more = sql``) =>
  statement(
    `sessions_end_of_${name}`,
    sql`with ended as (
       update sessions set ended_at = :at, end_reason = :reason where ended_at is null and id in (${lockedSessions(selected)})
       returning id, account_id, recovery_id
     ), unredeemed as (
       update authorization_codes set used_at = :at where used_at is null and digest in (${lockedCodes(selected, sql`ended`)})
     ), ${more} audited as (
       ${insertAudit}
       gen_random_uuid(), :at::timestamptz, 'authn_token_revoked', :actor, account_id, recovery_id,
         jsonb_build_object('session', id, 'reason', :reason::text)
       from ended
     )
     select count(*)::integer as ended from ended`,
  );
const endings = {
  account: endOf('account', sql`account_id = :of`),
  client: endOf(
    'client',
    sql`client_id = :of`,
    sql`own_tokens as (update clients set tokens_from = :at where client_id = :of),`,
  ),
  recovery: endOf('recovery_descent', sql`recovery_id = :of::uuid`),
  /** Sessions of two factors, or of recoveries with two classes. */
  strong: endOf('strong', sql`account_id = :of and right(acr, 4) = 'aal2'`),
};

/**
 * Ends every session of an account; or of a client, including the client's own tokens; or of a recovery; or the level 2 sessions of an
 * account. When every session of an account ends, its known browsers and apps become strangers.
 *
 * @param of.actor `person`, or `client:<client_id>`
 * @returns how many there were
 */
export async function endSessionsOf(
  database: Queryable,
  by: keyof typeof endings,
  of: { id: string; at: Date; reason: EndReason; actor: string },
): Promise<number> {
  const { id, ...values } = of;
  if (by === 'account') await endKnownBrowsers(database, id);
  const { ended } = await untilNoneIsLeft(
    () => database.query<{ ended: number }>(endings[by], { ...values, of: id }),
    ([row]) => row?.ended ?? 0,
  );
  database.record('sessions_ended', { reason: of.reason }, ended);
  return ended;
}

/**
 * Ends the sessions that the exchange of a recovery could not see, as a data-modifying SQL clause for its completion: those that were being
 * opened from older sessions at that time, or with the old password. Needs `:now`.
 */
export const endOlderSessions = (of: { account: SqlText; recovery: SqlText }): SqlText => sql`
  update sessions set ended_at = :now, end_reason = 'recovery'
  where ended_at is null
    and id in (${lockedSessions(sql`account_id = ${of.account} and recovery_id is distinct from ${of.recovery}::uuid`)})`;

const lock = statement(
  'session_lock',
  sql`select acr from sessions s
   where id = :session and account_id = :account and ended_at is null and ${untilOf(sql`s`)} > :now
   for no key update`,
);

/**
 * Locks a session in a transaction, for an act that outlives it: a request that ends the session waits, or has already ended it.
 *
 * @returns its authentication context; undefined when it has ended in the meantime
 */
export async function lockSession(
  database: Queryable,
  of: { account: string; session: string; now: Date },
): Promise<{ acr: string } | undefined> {
  const [row] = await database.query<{ acr: string }>(lock, of);
  return row;
}

const endOne = statement(
  'session_end',
  sql`with ended as (
     update sessions set ended_at = :at, end_reason = :reason
     where id = :id and account_id = coalesce(:accountId, account_id) and ended_at is null returning id, account_id, recovery_id
   )
   ${insertAudit}
   :auditId::uuid, :at::timestamptz, :event, :actor, account_id, recovery_id,
     jsonb_strip_nulls(jsonb_build_object('session', id, 'reason', :reason::text, 'source', :source::text))
   from ended returning id`,
);

/**
 * Ends a session and audits who did it.
 *
 * @param of.actor `person`, or `client:<client_id>`
 * @param of.source where the request came from, if that matters to a reader of the audit
 * @returns false when there was no such live session (of this account)
 */
export const endSession = async (
  database: Queryable,
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
  const ended = await database.query(endOne, values);
  database.record('sessions_ended', { reason: of.reason }, ended.length);
  return ended.length > 0;
};
