import { defaultOdds } from '@rekey/limits';
import { expectWritten } from '../../../../test/written.js';
import { oddsTable } from './odds-table.js';

const oneIn = (odds: number): string => `1 in ${Math.floor(1 / odds + 1e-6).toLocaleString('en')}`;

test('the odds of a day and of a year are as written [ASVS 6.6.3, NIST 3.2.2]', () => {
  const rows = oddsTable(defaultOdds).map(
    ({ what, over, odds, how }) =>
      `| ${what} | ${over} | ${odds.toExponential(2)} | ${odds < 1e-12 ? '' : oneIn(odds)} | ${how} |`,
  );
  const text = [
    '<!-- Written by "npm run written" from libs/recovery/src/proving/odds-table.ts. Do not edit. -->',
    '',
    '# The odds of a guess',
    '',
    'The best chance of an attacker who knows an identifier and uses up every limit, with the default policy (`odds` of',
    '[`RECOVERY_POLICY_FILE`](../operate/policies.md): a chance of 0.00004 a day and of 0.001 a year). The chances of all attempts are summed. A code',
    'is paid for before it is sent. Where the odds of short codes are used up, the next code is longer, so the owner always gets one that counts.',
    '',
    '| what is guessed | over | chance | | how |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
  expectWritten('docs/reference/odds.md', text);
});

test.each([[defaultOdds], [{ day: 1e-5, year: 1e-4 }], [{ day: 1e-3, year: 1e-2 }]])(
  'no sequence of attempts exceeds the policy %j',
  (policy) => {
    for (const { over, odds, what } of oddsTable(policy)) {
      if (over === 'day' || over === 'year')
        expect([what, over, odds <= policy[over] + 1e-12]).toEqual([what, over, true]);
    }
  },
);
