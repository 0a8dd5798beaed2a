import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ascending, quantile } from '../../bench/measure/statistics.js';
import { classify, type Score } from './classify.js';
import { deploy } from './deployment.js';
import { Attacker, type Measured } from './measured-routes.js';
import { numbersOf } from './pairs.js';

/** A classifier that is right less often than this is useless. */
const leakFrom = 0.55;
const mailDelayMs = 2_000;
/** The planted millisecond is large, so fewer pairs are enough to see it. */
const plantedShare = 0.3;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

const worstOf = ({ pairs }: Measured): Score =>
  classify(pairs).reduce((worst, score) =>
    tells(score) && !tells(worst)
      ? score
      : tells(worst) === tells(score) && score.auc > worst.auc
        ? score
        : worst,
  );

/** In a run with too few pairs, chance alone is no leak. */
const tells = ({ auc, within }: Score): boolean => auc >= leakFrom && auc - within > 0.5;

function lineOf(measured: Measured): string {
  const scores = classify(measured.pairs);
  const text = ({ auc, within }: Score) => `${auc.toFixed(3)} ±${within.toFixed(3)}`;
  const middle = (side: 'known' | 'unknown') =>
    quantile(ascending(measured.pairs.map((pair) => pair[side])), 0.5).toFixed(2);
  const verdict = tells(worstOf(measured)) ? 'LEAK' : 'ok';
  const cells = [measured.pairs.length, middle('known'), middle('unknown')];
  return `${measured.route.padEnd(44)} ${cells.map((cell) => String(cell).padStart(8)).join(' ')}   ${scores.map(text).join('   ')}   ${verdict}`;
}

async function measureAll(pairs: number, undo: (() => unknown)[]): Promise<boolean> {
  const plantedPairs = Math.max(150, Math.round(pairs * plantedShare));
  const quietPairs = pairs;
  const accounts = 3 * numbersOf(pairs) + numbersOf(plantedPairs) + numbersOf(quietPairs) + 1_000;
  tell(`loading ${accounts} accounts, starting`);
  const deployment = await deploy(accounts, undo);
  const { mail } = deployment;
  const attacker = new Attacker(deployment, pairs);
  undo.push(() => attacker.close());
  say(
    `${cpus().length} cores, load average ${loadavg()[0]?.toFixed(1)}, Node ${process.version}; mail takes ${mailDelayMs / 1000} s; medians in ms; AUC with 95 % interval`,
  );
  say(
    `${''.padEnd(44)} ${['pairs', 'known', 'unknown'].map((name) => name.padStart(8)).join(' ')}   threshold      neighbours     within pairs`,
  );
  const all: Measured[] = [];
  const note = (...measured: Measured[]) => {
    for (const one of measured) {
      all.push(one);
      say(lineOf(one));
    }
  };

  // The work of the starts piles up meanwhile.
  mail.slowDown(mailDelayMs);
  note(...(await attacker.starts(0, ['POST /v1/recoveries', 'the request right after a start'])));
  note(await attacker.pageStarts());
  note(await attacker.planted(plantedPairs));
  const planted = all.pop();
  // So that every known recovery is bound to its account before the measurement.
  mail.slowDown(0);
  // Sign-in needs none of them; it is measured while the courier works.
  note(await attacker.signIn());
  await mail.quiet(4_000);
  mail.slowDown(mailDelayMs);
  const rest = attacker.keepBusy(100);
  note(await attacker.show());
  note(await attacker.credentials());
  note(await attacker.proof('code', '00000000'));
  note(await attacker.proof('totp', '000000'));
  note(await attacker.pageCode());
  note(await attacker.proof('backup_code', 'AAAA-BBBB-CCCC-DDDD', { lanes: 2 }));
  await attacker.untilAnotherCode();
  note(await attacker.codes());
  await rest();
  // Without a backlog: the courier takes each start at once, beside the very next request.
  mail.slowDown(0);
  await mail.quiet(4_000);
  note(
    ...(await attacker.starts(
      8,
      ['POST /v1/recoveries, idle', 'the request right after it, idle'],
      quietPairs,
    )),
  );

  await mail.quiet(4_000);
  await deployment.unbind();
  note(await attacker.proof('totp', '000000', {}, 'totp, not bound'));
  note(await attacker.proof('code', '00000000', {}, 'code, not bound'));

  const leaks = all.filter((measured) => tells(worstOf(measured)));
  for (const { route } of leaks) say(`LEAK: ${route} tells who has an account`);
  const seen = planted !== undefined && tells(worstOf(planted));
  say(seen ? 'The planted lookup was seen, as it has to be.' : 'BLIND: the planted lookup was not seen.');
  return leaks.length === 0 && seen;
}

/** @returns the exit code: 0, or 1 for a leak, for a blind measurement, and for a failed run */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { pairs: { type: 'string', default: '2000' } } });
  const undo: (() => unknown)[] = [];
  const clear = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.once(signal, () => void clear().finally(() => process.exit(130)));
  }
  try {
    const begun = performance.now();
    const isClean = await measureAll(Number(values.pairs), undo);
    say(`${((performance.now() - begun) / 1000).toFixed(0)} s`);
    return isClean ? 0 : 1;
  } catch (fault) {
    tell(`the measurement failed: ${(fault as Error).stack ?? fault}`);
    return 1;
  } finally {
    await clear();
  }
}

// The embedded PostgreSQL's exit hook ignores `process.exitCode`.
process.exit(await main(process.argv.slice(2)));
