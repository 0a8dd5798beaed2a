import { joined, type SqlText, sql } from '@rekey/database';
import { expiryOf, slotNow, spentUpTo } from './consume.js';
import { rounding } from './policy.js';

/**
 * The lengths of codes, and the share of the odds that codes up to each length may use together. Each length leaves a quarter of the rest
 * to longer ones, so that the owner always gets a code. The longest may use everything; the limits of sends keep it far below that.
 */
export const codeLengths = [
  { digits: 6, share: 3 / 4 },
  { digits: 8, share: 15 / 16 },
  { digits: 10, share: 63 / 64 },
] as const;
export const longestCode = 12;

/** The cost of a code that is sent: the chance of all attempts that its recovery has left. */
export const oddsOfCode = (digits: number, tries: number): number => tries / 10 ** digits;

/**
 * The length of a code that is charged now, as SQL that yields `digits`. Both windows are summed once, up to the current slot.
 *
 * @param present what the current slot has consumed, an expression
 */
function lengthOf(key: SqlText, present: SqlText, tries: SqlText, least: SqlText): SqlText {
  const lengths = codeLengths.map(({ digits, share }) => {
    const within = (window: SqlText, budget: SqlText) =>
      sql`spent.${window} + ${tries} / 1e${digits}::double precision <= ${budget}::double precision * ${share} + ${rounding}`;
    return sql`when ${least} <= ${digits} and ${within(sql`day`, sql`:oddsADay`)} and ${within(sql`year`, sql`:oddsAYear`)} then ${digits}`;
  });
  return sql`
    select case
      ${joined(
        lengths,
        sql`
      `,
      )}
      else greatest(${least}, ${longestCode}) end as digits
    from (${spentUpTo(key, present)}) spent`;
}

/**
 * Charges codes before they are sent, as SQL. Yields `key, digits`: the minimum length that the odds of this key allow. The cost is paid
 * before the code is sent, for all attempts of its recovery, so that an attempt at another recovery cannot take it back. Needs the
 * parameters of {@link consumeOddsRows}.
 *
 * @param rows a select of `key bytea, tries integer, least integer, known boolean`, each key once; `least` is the minimum length
 */
export const consumeCodeRows = (rows: SqlText): SqlText => sql`
  insert into guess_odds (key, slot, odds, digits, expires_at)
  select coded.key, ${slotNow}, coded.tries / power(10, length.digits), length.digits, ${expiryOf(sql`coded.known`)}
  from (${rows}) coded left join guess_odds present on present.key = coded.key and present.slot = ${slotNow},
    lateral (${lengthOf(sql`coded.key`, sql`coalesce(present.odds, 0)`, sql`coded.tries`, sql`coded.least`)}) length
  order by coded.key
  -- A statement that waited here for another code of the same party sees what that one consumed. The attempts are recomputed from the row
  -- that was to be inserted.
  on conflict (key, slot) do update set expires_at = greatest(guess_odds.expires_at, excluded.expires_at), (digits, odds) = (
    select length.digits, guess_odds.odds + ${triesOf(sql`excluded`)} / power(10, length.digits)
    from (${lengthOf(sql`guess_odds.key`, sql`guess_odds.odds`, triesOf(sql`excluded`), sql`excluded.digits`)}) length)
  returning key, digits`;

/** The attempts of a row that is about to be charged, as SQL. */
function triesOf(row: SqlText): SqlText {
  return sql`round(${row}.odds * power(10, ${row}.digits))`;
}
