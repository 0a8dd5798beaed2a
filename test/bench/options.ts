import { parseArgs } from 'node:util';

export interface Options {
  /** Length of one measured slice. */
  seconds: number;
  /** Slices of each system at each concurrency, taken in turns. */
  rounds: number;
  /** Recoveries under way at once; one run of slices for each. */
  concurrency: number[];
  only?: 'rekey' | 'floor';
  /** Accounts loaded into each system before it is measured. */
  accounts: number;
  slowMail: boolean;
  /** Show what a flow is made of. */
  statements: boolean;
  /** A folder for CPU profiles. */
  profile?: string;
  /** Exit with 1 when a goal is missed. */
  assert: boolean;
}

export const usage = `npm run bench -- [options]
  --seconds N          length of a slice (6)
  --rounds N           slices of each system at each concurrency, in turns (3)
  --concurrency LIST   recoveries at once, comma-separated (1,8,32)
  --only rekey|floor   one system alone, without ratios
  --accounts N         accounts loaded beforehand (20000); each takes five recoveries in ten minutes
  --no-slow-mail       leave out the comparison of known and unknown starts
  --statements         list the SQL statements of a flow, with calls and time, those inside of functions too
                       (watching these costs time itself)
  --profile DIR        leave a CPU profile of each process there (slows them by a few per cent)
  --assert             exit with 1 when a goal is missed
`;

/** @throws {Error} that says which option was read how */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      seconds: { type: 'string', default: '6' },
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
  if (only !== undefined && only !== 'rekey' && only !== 'floor') {
    throw new Error(`--only: read "${only}"; allowed: rekey or floor`);
  }
  return {
    seconds: positive('seconds', values.seconds),
    rounds: whole('rounds', values.rounds),
    concurrency: values.concurrency.split(',').map((text) => whole('concurrency', text)),
    only,
    accounts: whole('accounts', values.accounts),
    slowMail: values['slow-mail'],
    statements: values.statements,
    profile: values.profile,
    assert: values.assert,
  };
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
