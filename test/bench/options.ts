import { parseArgs } from 'node:util';

export interface Options {
  contests: ContestName[];
  measures: MeasureName[];
  /** Length of one measured slice of recoveries. */
  seconds: number;
  /** Slices of each system at each concurrency, in turns. */
  rounds: number;
  /** Runs under way at once; each value has its own series of slices. */
  concurrency: number[];
  only?: 'rekey' | 'floor' | undefined;
  /** Accounts that each system holds before the measurement. */
  accounts: number;
  /** How long memory is watched. */
  minutes: number;
  /** Show the statements of a run. */
  statements: boolean;
  /** A folder for CPU profiles. */
  profile?: string | undefined;
  /** Exit with 1 when a goal is missed. */
  assert: boolean;
}

export const contestNames = ['recovery', 'issue', 'refresh', 'introspect'] as const;
export type ContestName = (typeof contestNames)[number];
/** What is measured of Rekey alone, in this order. */
export const measureNames = ['slow-mail', 'handover', 'surge', 'sealing', 'memory', 'million'] as const;
export type MeasureName = (typeof measureNames)[number];
const names = [...contestNames, ...measureNames];

export const usage = `npm run bench -- [options]
  --contest LIST       comma-separated (all, which takes about an hour):
                         ${contestNames.join(', ')}: each against its floor
                         slow-mail: known and unknown starts while mail is slow
                         handover: until the code has left
                         surge: people beside 200 starts at once
                         sealing: what the sealing of the audit costs, and how fast it is
                         memory: of all processes under load
                         million: flows beside a million accounts
  --seconds N          length of a slice of recoveries (4); of a single operation half as long
  --rounds N           slices of each system at each concurrency, in turns (3)
  --concurrency LIST   runs at once, comma-separated (1,8,32)
  --minutes N          how long memory is watched (10)
  --only rekey|floor   one system alone, without ratios
  --accounts N         accounts loaded beforehand (20000); each takes five recoveries in ten minutes
  --statements         list the SQL statements of a run, with calls and time, those inside of functions too
                       (watching these costs time itself)
  --profile DIR        leave a CPU profile of each process there (slows them by a few per cent)
  --assert             exit with 1 when a goal is missed
`;

/** @throws {Error} that names the option and the value */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      contest: { type: 'string', default: names.join(',') },
      seconds: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '3' },
      concurrency: { type: 'string', default: '1,8,32' },
      only: { type: 'string' },
      accounts: { type: 'string', default: '20000' },
      minutes: { type: 'string', default: '10' },
      statements: { type: 'boolean', default: false },
      profile: { type: 'string' },
      assert: { type: 'boolean', default: false },
    },
  });
  const { only } = values;
  const wanted = values.contest.split(',').map((text) => oneOf('contest', names, text));
  return {
    contests: contestNames.filter((name) => wanted.includes(name)),
    measures: measureNames.filter((name) => wanted.includes(name) && only !== 'floor'),
    seconds: positive('seconds', values.seconds),
    rounds: whole('rounds', values.rounds),
    concurrency: values.concurrency.split(',').map((text) => whole('concurrency', text)),
    only: only === undefined ? undefined : oneOf('only', ['rekey', 'floor'] as const, only),
    accounts: whole('accounts', values.accounts),
    minutes: positive('minutes', values.minutes),
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
