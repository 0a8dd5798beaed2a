import { literal, pruneStretch, type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { type OddsPolicy, rounding } from './policy.js';

/** Odds are summed per quarter of a day. */
const slotSeconds = 21_600;
const slotsPerDay = 86_400 / slotSeconds;
const slotsAYear = 365 * slotsPerDay;

/** The current slot, as SQL. Needs `:now`. */
export const slotNow = sql`floor(extract(epoch from :now::timestamptz) / ${slotSeconds})::integer`;

/** How long a row counts, as SQL. Without an account there is nobody to attack, so nothing has to be remembered for a year. */
export const expiryOf = (isKnown: SqlText): SqlText =>
  sql`:now::timestamptz + case when ${isKnown} then interval '366 days' else interval '2 days' end`;

/**
 * What a key has consumed within a day and within a year, as SQL that yields `day` and `year`. The slot in which a window starts counts in
 * full: a day is 24 to 30 hours, so that no 24 hours exceed a day's odds.
 *
 * @param present what the current slot has consumed, an expression
 */
export const spentUpTo = (key: SqlText, present: SqlText): SqlText => sql`
  select ${present} + coalesce(sum(odds) filter (where earlier.slot >= ${slotNow} - ${slotsPerDay}), 0) as day, ${present} + coalesce(sum(odds), 0) as year
  from guess_odds earlier where earlier.key = ${key} and earlier.slot >= ${slotNow} - ${slotsAYear} and earlier.slot < ${slotNow}`;

/** Whether both windows have room for a cost, as an SQL expression. */
const within = (key: SqlText, present: SqlText, cost: SqlText): SqlText => sql`(
  select spent.day + ${cost} <= :oddsADay::double precision + ${rounding} and spent.year + ${cost} <= :oddsAYear::double precision + ${rounding}
  from (${spentUpTo(key, present)}) spent)`;

/**
 * Charges attempts, as SQL for a statement that charges and compares at once. Yields the `key`s that could pay; an attempt may be compared
 * when each of its keys is among them. An attempt that cannot be paid is not charged: it has no chance of success, and refusing it costs
 * the party nothing. The row lock decides races. Needs `:now`, `:oddsADay` and `:oddsAYear` ({@link oddsParameters}).
 *
 * @param rows a select of `key bytea, cost double precision, known boolean`, each key once; `known` when there is an account
 */
export const consumeOddsRows = (rows: SqlText): SqlText => sql`
  insert into guess_odds (key, slot, odds, expires_at)
  select charged.key, ${slotNow}, charged.cost, ${expiryOf(sql`charged.known`)}
  from (${rows}) charged left join guess_odds present on present.key = charged.key and present.slot = ${slotNow}
  where ${within(sql`charged.key`, sql`coalesce(present.odds, 0)`, sql`charged.cost`)} order by charged.key
  on conflict (key, slot) do update set odds = guess_odds.odds + excluded.odds, expires_at = greatest(guess_odds.expires_at, excluded.expires_at)
    where ${within(sql`guess_odds.key`, sql`guess_odds.odds`, sql`excluded.odds`)}
  returning key`;

/** The parameters of {@link consumeOddsRows}. */
export const oddsParameters = ({ day, year }: OddsPolicy): { oddsADay: number; oddsAYear: number } => ({
  oddsADay: day,
  oddsAYear: year,
});

/**
 * The key of an account's odds, as an SQL expression of its id.
 *
 * @param secret the kind of secret and where it is tried: each has its own odds
 */
export const accountOddsKey = (secret: string, account: SqlText): SqlText =>
  sql`sha256(convert_to(${literal(`odds/${secret} `)} || ${account}, 'utf8'))`;

const charge = statement(
  'limits_consume_odds',
  consumeOddsRows(sql`select :key::bytea as key, :cost::double precision as cost, true as known`),
);

/**
 * Charges one attempt before it is compared, in a statement of its own. Use {@link consumeOddsRows} where an existing statement can include
 * the charge.
 *
 * @param of.key a keyed digest of the party, from `counterKey` or {@link accountOddsKey}
 * @param of.cost the chance that it is right, from `oddsOfGuess`
 * @returns whether the odds of the day and of the year allow the comparison
 */
export async function consumeOdds(
  database: Queryable,
  of: { key: Buffer; cost: number; now: Date; policy: OddsPolicy },
): Promise<boolean> {
  const { key, cost, now, policy } = of;
  const paid = await database.query(charge, { key, cost, now, ...oddsParameters(policy) });
  return paid.length > 0;
}

const prune = statement('limits_prune_odds', pruneStretch('guess_odds', sql`expires_at <= :now`));

/** Prunes odds that no longer count; for the sweep. */
export const pruneOdds = (database: Queryable, now: Date): Promise<object[]> =>
  database.query(prune, { now });
