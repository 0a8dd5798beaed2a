import { budgets } from './budgets.js';
import { chargeRows } from './charge.js';

const { sends, sendsADay } = budgets;

/**
 * The charge of a send as CTEs `short_window`, `whole_day` and `verdict (may_send)`: the day is charged only for what the short
 * window lets through, so that a flood costs its victim no more than what was sent. Needs `:now`.
 *
 * @param from a select of `keys bytea[]` of one row or none: the counter of the short window and that of the day
 */
export const chargeSend = (from: string): string => `
  short_window as (
    ${chargeRows(`select keys[1] as key, ${sends.windowMs} as window_ms from (${from}) sending`)}
  ), whole_day as (
    ${chargeRows(`select sending.keys[2] as key, ${sendsADay.windowMs} as window_ms from (${from}) sending, short_window where short_window.spent <= ${sends.quota}`)}
  ), verdict as (
    select exists (select from whole_day where spent <= ${sendsADay.quota}) as may_send
  )`;
