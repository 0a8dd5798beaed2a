import { literal, type SqlText, sql } from '@rekey/database';
import { type Budget, budgets } from './budgets.js';
import { consumeRows } from './consume.js';

const { codes, smsADay, mailsADay, smsPerSource, mailsPerSource } = budgets;

const digest = (policy: string, parts: SqlText): SqlText =>
  sql`sha256(convert_to(${literal(`${policy}/address`)}, 'utf8') || sending.exact${parts})`;

const byChannel = (sms: Budget, mail: Budget): SqlText =>
  sql`case sending.channel when 'sms' then ${sms.quota} else ${mail.quota} end`;

/** The counters of a send, as a CTE `send_keys`. */
const sendKeys = (from: SqlText): SqlText => sql`send_keys as (
    select ${digest(codes.policy, sql`|| convert_to(coalesce('/' || sending.browser, ''), 'utf8')`)} as short_key,
      ${digest(smsADay.policy, sql`|| convert_to(case when sending.browser is null then '' else '/known' end, 'utf8')`)} as day_key,
      ${byChannel(smsADay, mailsADay)} as day_quota,
      case when sending.browser is null then ${digest(smsPerSource.policy, sql`|| sending.source`)} end as source_key,
      ${byChannel(smsPerSource, mailsPerSource)} as source_quota
    from (${from}) sending
  )`;

/**
 * The charge of a send as CTEs, up to `verdict (may_send)`. An address has two shares of the same size. All strangers use one of them, and
 * each network gets a third of its day. The other belongs to browsers and apps that are known for its account; strangers cannot exhaust it.
 *
 * Each counter is charged only for sends that the counters before it allowed. A network is not charged when others have used up the share.
 * Needs `:now`.
 *
 * @param from a select of one row or none: `exact bytea` of the address, `channel`, `browser uuid` if the account is known in it, otherwise
 * null, and `source bytea`, a keyed digest of the network, or null when it is unknown
 */
export const consumeSend = (from: SqlText): SqlText => sql`
  ${sendKeys(from)}, of_source as (
    ${consumeRows(sql`
      select source_key as key, ${smsPerSource.windowMs} as window_ms from send_keys
      where source_key is not null and not exists (
        select from limit_counters used where used.resets_at > :now::timestamptz
          and (used.key = short_key and used.spent >= ${codes.quota} or used.key = day_key and used.spent >= day_quota))`)}
  ), short_window as (
    ${consumeRows(sql`
      select short_key as key, ${codes.windowMs} as window_ms from send_keys left join of_source on true
      where source_key is null or of_source.spent <= source_quota`)}
  ), whole_day as (
    ${consumeRows(sql`
      select day_key as key, ${smsADay.windowMs} as window_ms from send_keys, short_window where short_window.spent <= ${codes.quota}`)}
  ), verdict as (
    select exists (select from whole_day, send_keys where whole_day.spent <= day_quota) as may_send
  )`;

/**
 * Whether a send would be over a limit now, without a charge: a CTE `exhausted (resets_at)` of one row, null when it would not be. It is for
 * members of staff only: a caller would learn that somebody else has been trying. Needs `:now`.
 *
 * @param from as for {@link consumeSend}
 */
export const exhaustedSend = (from: SqlText): SqlText => sql`
  ${sendKeys(from)}, exhausted as (
    select max(used.resets_at) as resets_at from send_keys join limit_counters used on used.resets_at > :now::timestamptz
      and (used.key = short_key and used.spent >= ${codes.quota} or used.key = day_key and used.spent >= day_quota
        or used.key = source_key and used.spent >= source_quota)
  )`;
