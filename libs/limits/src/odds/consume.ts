import { literal, type Sql, type SqlText, sql, statement } from '@rekey/database';
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
 * What a key has consumed in the slots before the current one, as SQL. The slot in which a window starts counts in full: a day is 24 to 30
 * hours, so that no 24 hours exceed a day's odds.
 */
export const spentBefore = (window: keyof OddsPolicy, key: SqlText): SqlText => sql`(
  select coalesce(sum(earlier.odds), 0) from guess_odds earlier
  where earlier.key = ${key} and earlier.slot >= ${slotNow} - ${window === 'day' ? slotsPerDay : slotsAYear} and earlier.slot < ${slotNow})`;

const within = (key: SqlText, total: SqlText): SqlText => sql`
  ${spentBefore('day', key)} + ${total} <= :oddsADay::double precision + ${rounding}
  and ${spentBefore('year', key)} + ${total} <= :oddsAYear::double precision + ${rounding}`;

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
  from (${rows}) charged
  where ${within(sql`charged.key`, sql`coalesce((select odds from guess_odds present where present.key = charged.key and present.slot = ${slotNow}), 0) + charged.cost`)}
  order by charged.key
  on conflict (key, slot) do update set odds = guess_odds.odds + excluded.odds, expires_at = greatest(guess_odds.expires_at, excluded.expires_at)
    where ${within(sql`guess_odds.key`, sql`guess_odds.odds + excluded.odds`)}
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
  sql: Sql,
  of: { key: Buffer; cost: number; now: Date; policy: OddsPolicy },
): Promise<boolean> {
  const { key, cost, now, policy } = of;
  const paid = await sql.query(charge, { key, cost, now, ...oddsParameters(policy) });
  return paid.length > 0;
}

const prune = statement(
  'limits_prune_odds',
  sql`delete from guess_odds where ctid = any(array(select ctid from guess_odds where expires_at <= :now limit 5000))`,
);

/** Prunes odds that no longer count; for the sweep. */
export const pruneOdds = (sql: Sql, now: Date): Promise<object[]> => sql.query(prune, { now });
