import { type Budget, budgets } from './budgets.js';
import { chargeRows } from './charge.js';

const { sends, smsADay, mailsADay, smsOfASource, mailsOfASource } = budgets;

const digest = (policy: string, parts: string): string =>
  `sha256(convert_to('${policy}/address', 'utf8') || sending.exact${parts})`;

const byChannel = (sms: Budget, mail: Budget): string =>
  `case sending.channel when 'sms' then ${sms.quota} else ${mail.quota} end`;

/**
 * The charge of a send as CTEs, up to `verdict (may_send)`. An address has two shares of the same size: one that all strangers use, of
 * whom each network gets a third of the day, and one of the browsers and apps in which its account is known, whom strangers cannot
 * refuse anything.
 *
 * Each counter is charged only for what those before it let through, and a network not for what is used up by others. Needs `:now`.
 *
 * @param from a select of one row or none: `exact bytea` of the address, `channel`, `browser uuid` if the account is known in it, else
 *   null, and `source bytea`, a keyed digest of the network, or null where nobody knows
 */
export const chargeSend = (from: string): string => `
  send_keys as (
    select ${digest(sends.policy, `|| convert_to(coalesce('/' || sending.browser, ''), 'utf8')`)} as short_key,
      ${digest(smsADay.policy, `|| convert_to(case when sending.browser is null then '' else '/known' end, 'utf8')`)} as day_key,
      ${byChannel(smsADay, mailsADay)} as day_quota,
      case when sending.browser is null then ${digest(smsOfASource.policy, '|| sending.source')} end as source_key,
      ${byChannel(smsOfASource, mailsOfASource)} as source_quota
    from (${from}) sending
  ), of_source as (
    ${chargeRows(`
      select source_key as key, ${smsOfASource.windowMs} as window_ms from send_keys
      where source_key is not null and not exists (
        select from limit_counters used where used.resets_at > :now::timestamptz
          and (used.key = short_key and used.spent >= ${sends.quota} or used.key = day_key and used.spent >= day_quota))`)}
  ), short_window as (
    ${chargeRows(`
      select short_key as key, ${sends.windowMs} as window_ms from send_keys left join of_source on true
      where source_key is null or of_source.spent <= source_quota`)}
  ), whole_day as (
    ${chargeRows(`
      select day_key as key, ${smsADay.windowMs} as window_ms from send_keys, short_window where short_window.spent <= ${sends.quota}`)}
  ), verdict as (
    select exists (select from whole_day, send_keys where whole_day.spent <= day_quota) as may_send
  )`;
