import { setTimeout as pause } from 'node:timers/promises';
import { RecoveryClient } from '../contests/recovery-client.js';
import { below, type Goal } from '../goal.js';
import { Faults } from '../measure/faults.js';
import { areaUnder, ascending, likelyByChance, quantile } from '../measure/statistics.js';
import { table } from '../report.js';
import type { Measure } from './measure.js';

const delayMs = 100;
/** Far below capacity, so that queueing does not hide the time of an account lookup. */
const pairsPerSecond = 25;
/** So that chance alone does not look like a difference. */
const leastSeconds = 20;
/** A difference counts when chance makes it less than once in a hundred runs. */
const chance = 0.01;
/** …and when it can be measured through a network. */
const sameWithin = 0.1;

type Kind = 'known' | 'unknown';
type OfEach = Record<Kind, number[]>;

/** The latency of starts for known and unknown identifiers while mail is slow: pairs in random order, at fixed intervals (an open loop). */
export const slowMail: Measure = async ({ bench: { arrivals }, system, options }) => {
  const seconds = Math.max(leastSeconds, options.seconds);
  const client = new RecoveryClient(system.url, 16, arrivals);
  const times: OfEach = { known: [], unknown: [] };
  const bytes: OfEach = { known: [], unknown: [] };
  const faults = new Faults();
  const under: Promise<void>[] = [];
  const begin = async (kind: Kind, identifier: string) => {
    const begun = performance.now();
    try {
      const answer = await client.start(identifier);
      times[kind].push(performance.now() - begun);
      bytes[kind].push(answer.bytes);
    } catch (fault) {
      faults.note(fault);
    }
  };
  let mailsToUnknown = 0;
  const note = (to: string) => {
    if (to.startsWith('nobody-')) mailsToUnknown++;
  };
  arrivals.slowDown(delayMs);
  arrivals.onMail = note;
  try {
    const pairs = Math.ceil(seconds * pairsPerSecond);
    const begun = performance.now();
    for (let pair = 0; pair < pairs; pair++) {
      // As long as a known address, so that neither the length of the response nor the encryption makes a difference.
      const known = system.nextAddress();
      const both: [Kind, string][] = [
        ['known', known],
        ['unknown', known.replace('person-', 'nobody-')],
      ];
      if (Math.random() < 0.5) both.reverse();
      for (const [at, [kind, identifier]] of both.entries()) {
        await pause(Math.max(0, begun + ((2 * pair + at) * 1000) / pairsPerSecond / 2 - performance.now()));
        under.push(begin(kind, identifier));
      }
    }
    await Promise.all(under);
    await arrivals.quiet(1_500);
  } finally {
    arrivals.onMail = undefined;
    arrivals.slowDown(0);
    await client.close();
  }
  const quantiles = [0.5, 0.95].map((share) => compare(times, share));
  const auc = areaUnder(times.known, times.unknown);
  const told = Math.max(auc, 1 - auc);
  return {
    lines: [
      ...table(
        [`mail server ${delayMs} ms slow`, 'known', 'unknown', 'known / unknown', 'by chance'],
        [
          ...quantiles.map(({ share, known, unknown, ratio, byChance }) => [
            `start p${share * 100}, ms`,
            ...[known, unknown, ratio, byChance].map((value) => value.toFixed(2)),
          ]),
          ['bytes of the answer', rangeOf(bytes.known), rangeOf(bytes.unknown)],
          ['starts', `${times.known.length}`, `${times.unknown.length}`],
        ],
      ),
      ...faults.lines().map((line) => `  fault: ${line}`),
    ],
    goals: [
      ...quantiles.map(
        ({ share, ratio, byChance }): Goal => ({
          figure: `known to unknown starts, p${share * 100}, mail ${delayMs} ms slow`,
          measured: `${ratio.toFixed(2)} (by chance ${byChance.toFixed(2)})`,
          must: 'equal',
          met: byChance >= chance || Math.abs(ratio - 1) <= sameWithin,
        }),
      ),
      below(`AUC of known and unknown starts, mail ${delayMs} ms slow`, told, { decimals: 3, must: 0.55 }),
      {
        figure: 'mails to unknown addresses',
        measured: `${mailsToUnknown}`,
        must: 'none',
        met: mailsToUnknown === 0,
      },
    ],
    faults,
  };
};

function compare({ known, unknown }: OfEach, share: number) {
  const [one, other] = [quantile(ascending(known), share), quantile(ascending(unknown), share)];
  return {
    share,
    known: one,
    unknown: other,
    ratio: one / other,
    byChance: likelyByChance(known, unknown, share),
  };
}

/** The smallest and the largest; one number when they do not differ. */
function rangeOf(bytes: number[]): string {
  const [least, most] = [Math.min(...bytes), Math.max(...bytes)];
  return least === most ? `${least}` : `${least}–${most}`;
}
