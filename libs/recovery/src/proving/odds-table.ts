import {
  type AttackOutcome,
  type Budget,
  budgets,
  type OddsPolicy,
  oddsOfCode,
  oddsOfGuess,
  oddsOfTotp,
  steadyAttack,
  steadyAttempts,
  triesPerRecovery as tries,
} from '@rekey/limits';
import { backupCodeShape, codeShape } from '@rekey/proofs';

export interface OddsRow {
  what: string;
  over: string;
  /** The highest chance of a right attempt. */
  odds: number;
  how: string;
}

const lengths = ({ codes }: AttackOutcome): string =>
  Object.entries(codes)
    .map(([digits, n]) => `${n} codes of ${digits} digits`)
    .join(', ');

/**
 * How likely a stranger who knows only an identifier succeeds when they use every attempt that the limits allow (OWASP ASVS 5.0 6.6.3, NIST
 * SP 800-63B-4 §3.2.2). Computed from the policy. Each row is an upper bound, not the usual case.
 */
export function oddsTable(policy: OddsPolicy): OddsRow[] {
  const delivered = (what: string, least: number, { quota: sendsADay }: Budget): OddsRow[] => {
    const attack = (days: number) => steadyAttack({ policy, least, sendsADay, tries, days });
    const [day, year] = [attack(1), attack(365)];
    return [
      {
        what,
        over: 'one recovery',
        odds: oddsOfCode(least, tries),
        how: `${tries} attempts at one code of ${least} digits`,
      },
      { what, over: 'day', odds: day.odds, how: lengths(day) },
      { what, over: 'year', odds: year.odds, how: lengths(year) },
    ];
  };
  const app = (over: string, days: number): OddsRow => {
    const { odds, guesses } = steadyAttempts(policy, oddsOfTotp, days);
    return {
      what: 'authenticator app, after a first proof',
      over,
      odds,
      how: `${guesses} attempts, two values valid`,
    };
  };
  const saved = oddsOfGuess(2 ** backupCodeShape.bits, backupCodeShape.codes);
  return [
    ...delivered('SMS', codeShape.digits.sms, budgets.smsADay),
    ...delivered('mail', codeShape.digits.email, budgets.mailsADay),
    app('day', 1),
    app('year', 365),
    {
      what: 'backup code',
      over: 'a million attempts',
      odds: 1e6 * saved,
      how: `${backupCodeShape.codes} codes of ${backupCodeShape.bits} bits; not counted`,
    },
    {
      what: 'code where short ones have ended',
      over: 'a million attempts',
      odds: oddsOfCode(codeShape.unguessable, 1e6),
      how: `${codeShape.unguessable} digits, 66 bits; not counted`,
    },
  ];
}
