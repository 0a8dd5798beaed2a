import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from './contests/contest.js';
import { RecoveryClient } from './contests/recovery-client.js';
import { Faults } from './measure/faults.js';
import { ascending, likelyByChance, quantile } from './measure/statistics.js';
import type { RecoverySystem } from './systems/system-under-load.js';

/** The latency of starts for known and unknown identifiers while mail is slow. */
export interface SlowMail {
  known: number[];
  unknown: number[];
  quantiles: { share: number; known: number; unknown: number; ratio: number; byChance: number }[];
  /** The smallest and the largest response in bytes; the same for both kinds when they do not differ. */
  bytes: { known: [number, number]; unknown: [number, number] };
  mailsToUnknown: number;
  faults: Faults;
}

const delayMs = 100;
/** Far below capacity, so that queueing does not hide the time of an account lookup. */
const pairsPerSecond = 25;

type Kind = 'known' | 'unknown';

/** Pairs of a known and an unknown start in random order, at fixed intervals (an open loop). */
export async function slowMail(
  { arrivals }: Bench,
  system: RecoverySystem,
  { seconds }: { seconds: number },
): Promise<SlowMail> {
  const client = new RecoveryClient(system.url, 16, arrivals);
  const times = { known: [] as number[], unknown: [] as number[] };
  const bytes = { known: [] as number[], unknown: [] as number[] };
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
  return {
    ...times,
    quantiles: [0.5, 0.95].map((share) => compare(times, share)),
    bytes: rangesOf(bytes),
    mailsToUnknown,
    faults,
  };
}

function compare({ known, unknown }: Record<Kind, number[]>, share: number): SlowMail['quantiles'][number] {
  const [one, other] = [quantile(ascending(known), share), quantile(ascending(unknown), share)];
  return {
    share,
    known: one,
    unknown: other,
    ratio: one / other,
    byChance: likelyByChance(known, unknown, share),
  };
}

const rangesOf = (bytes: Record<Kind, number[]>): SlowMail['bytes'] => ({
  known: [Math.min(...bytes.known), Math.max(...bytes.known)],
  unknown: [Math.min(...bytes.unknown), Math.max(...bytes.unknown)],
});
