import { parseArgs } from 'node:util';
import type { SystemName } from './systems/system-under-load.js';

export interface Options {
  contests: ContestName[];
  /** Measure what the sealing of the audit costs, and how fast it is. */
  sealing: boolean;
  /** Length of one measured slice of recoveries. */
  seconds: number;
  /** Slices of each system at each concurrency, in turns. */
  rounds: number;
  /** Runs under way at once; each value has its own series of slices. */
  concurrency: number[];
  only?: SystemName | undefined;
  /** Accounts that each system holds before the measurement. */
  accounts: number;
  slowMail: boolean;
  /** Show the statements of a run. */
  statements: boolean;
  /** A folder for CPU profiles. */
  profile?: string | undefined;
  /** Exit with 1 when a goal is missed. */
  assert: boolean;
}

export const contestNames = ['recovery', 'issue', 'refresh', 'introspect', 'sealing'] as const;
/** `sealing` has no floor: it is Rekey with and without the sealing of its audit. */
export type ContestName = Exclude<(typeof contestNames)[number], 'sealing'>;

export const usage = `npm run bench -- [options]
  --contest LIST       of ${contestNames.join(', ')}, comma-separated (all)
  --seconds N          length of a slice of recoveries (4); of a single operation half as long
  --rounds N           slices of each system at each concurrency, in turns (3)
  --concurrency LIST   runs at once, comma-separated (1,8,32)
  --only rekey|floor   one system alone, without ratios
  --accounts N         accounts loaded beforehand (20000); each takes five recoveries in ten minutes
  --no-slow-mail       leave out the comparison of known and unknown starts, which comes with recovery
  --statements         list the SQL statements of a run, with calls and time, those inside of functions too
                       (watching these costs time itself)
  --profile DIR        leave a CPU profile of each process there (slows them by a few per cent)
  --assert             exit with 1 when a goal is missed
`;

/** @throws {Error} that names the option and the value */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      contest: { type: 'string', default: contestNames.join(',') },
      seconds: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '3' },
      concurrency: { type: 'string', default: '1,8,32' },
      only: { type: 'string' },
      accounts: { type: 'string', default: '20000' },
      'slow-mail': { type: 'boolean', default: true },
      statements: { type: 'boolean', default: false },
      profile: { type: 'string' },
      assert: { type: 'boolean', default: false },
    },
  });
  const { only } = values;
  const contests = values.contest.split(',').map((text) => oneOf('contest', contestNames, text));
  return {
    contests: contests.filter((name) => name !== 'sealing'),
    sealing: contests.includes('sealing') && only !== 'floor',
    seconds: positive('seconds', values.seconds),
    rounds: whole('rounds', values.rounds),
    concurrency: values.concurrency.split(',').map((text) => whole('concurrency', text)),
    only: only === undefined ? undefined : oneOf('only', ['rekey', 'floor'] as const, only),
    accounts: whole('accounts', values.accounts),
    slowMail: values['slow-mail'],
    statements: values.statements,
    profile: values.profile,
    assert: values.assert,
  };
}

function oneOf<Allowed extends string>(name: string, allowed: readonly Allowed[], text: string): Allowed {
  const found = allowed.find((each) => each === text);
  if (found === undefined) throw new Error(`--${name}: read "${text}"; allowed: ${allowed.join(', ')}`);
  return found;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name}: read "${text}"; allowed: a number above 0`);
  return number;
}

function whole(name: string, text: string): number {
  const number = positive(name, text);
  if (!Number.isInteger(number))
    throw new Error(`--${name}: read "${text}"; allowed: a whole number above 0`);
  return number;
}
