import { expiryOf, slotNow, spentBefore } from './charge.js';
import { rounding } from './policy.js';

/**
 * How long a code may be, and how much of the odds codes up to this length may use together: each leaves a quarter of what there is to
 * longer ones, so that its owner always gets a code. The longest may use all; the limits of sends keep them far below it.
 */
export const codeLengths = [
  { digits: 6, share: 3 / 4 },
  { digits: 8, share: 15 / 16 },
  { digits: 10, share: 63 / 64 },
] as const;
export const longestCode = 12;

/** What a code costs that is sent: the chance of all the tries that are left to its recovery. */
export const oddsOfCode = (digits: number, tries: number): number => tries / 10 ** digits;

/** The length of a code that is charged now, as SQL. @param spent in the present slot, an expression */
const lengthOf = (key: string, spent: string, tries: string, least: string): string => `case
  ${codeLengths
    .map(({ digits, share }) => {
      const within = (window: 'day' | 'year', budget: string) =>
        `${spentBefore(window, key)} + ${spent} + ${tries} / 1e${digits}::double precision <= ${budget}::double precision * ${share} + ${rounding}`;
      return `when ${least} <= ${digits} and ${within('day', ':oddsADay')} and ${within('year', ':oddsAYear')} then ${digits}`;
    })
    .join('\n  ')}
  else greatest(${least}, ${longestCode}) end`;

/**
 * Charges codes that are about to be sent, as SQL: yields `key, digits`, how long a code may at least be for the odds of this key. What a
 * code costs is paid before it is sent, for all the tries of its recovery, so that no guess at somebody else's recovery can take it
 * back. Needs the parameters of {@link chargeOddsRows}.
 *
 * @param rows a select of `key bytea, tries integer, least integer, known boolean`, each key once; `least` is the length to begin with
 */
export const chargeCodeRows = (rows: string): string => `
  insert into guess_odds (key, slot, odds, digits, expires_at)
  select charged.key, ${slotNow}, charged.tries / power(10, charged.digits), charged.digits, ${expiryOf('charged.known')}
  from (
    select coded.*, ${lengthOf('coded.key', `coalesce((select odds from guess_odds present where present.key = coded.key and present.slot = ${slotNow}), 0)`, 'coded.tries', 'coded.least')} as digits
    from (${rows}) coded
  ) charged
  order by charged.key
  -- Who has waited here for another code of the same party finds what that one has spent. The tries are what was to be charged.
  on conflict (key, slot) do update set
    digits = ${lengthOf('guess_odds.key', 'guess_odds.odds', triesOf('excluded'), 'excluded.digits')},
    odds = guess_odds.odds + ${triesOf('excluded')} / power(10, ${lengthOf('guess_odds.key', 'guess_odds.odds', triesOf('excluded'), 'excluded.digits')}),
    expires_at = greatest(guess_odds.expires_at, excluded.expires_at)
  returning key, digits`;

/** In SQL, of a row that stands to be charged. */
function triesOf(row: string): string {
  return `round(${row}.odds * power(10, ${row}.digits))`;
}
