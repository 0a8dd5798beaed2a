import type { FactName } from './facts.js';

/** The outcome at the end. */
export type Outcome =
  /** It continues as if nothing had happened. */
  | 'goes on'
  /** It needs more proof, and the response names it. */
  | 'more proof'
  /** It is held, and every address has time to object. */
  | 'waits'
  /** Nothing is given, and it cannot continue. */
  | 'refused';

const columns = [
  'half proven, then proven',
  'proven by mail, then completed',
  'proven by a saved code, then completed',
  'code handed to an app, then redeemed',
  'assertion signed, then exchanged',
  'device let in, then given tokens',
  'enrolment begun, then confirmed',
  'link opened, then tapped',
  'told of a recovery, then undone',
] as const;
export type GapName = (typeof columns)[number];

/** g: continues as if nothing had happened; m: needs more proof; w: is held; r: is refused. In the order of the columns. */
const rows: Record<FactName, string> = {
  'nothing happens': 'ggg ggg ggg',
  'address removed': 'rrg rrg grg',
  'address no longer confirmed': 'rrg rrg grg',
  'address moved to another account': 'rrg rrg grg',
  'account disabled and enabled': 'rrr rrr rrg',
  'account deleted and made anew': 'rrr rrr rrg',
  'level raised': 'gmm rrr rmg',
  'role raised': 'gmm rrr rmg',
  // Bound to an account with one factor, an app counts for sign-in at once and for recovery later. Where an app was bound
  // already, the former one no longer counts; where one was being bound, the other took its place.
  // from before no longer counts; where one was being bound, the other took its place.
  'app bound': 'rgg ggr rgg',
  'backup codes removed': 'ggm ggg ggg',
  'backup codes suspended': 'ggm ggg ggg',
  'password put': 'rrr rrr rgg',
  // A stop does not affect what completed before; what is still open is held.
  'another recovery stopped': 'www ggg gwg',
  'client deleted': 'grr rrr rgg',
  // By the API it never authenticated; what the pages gave is redeemed with the secret.
  'client made confidential': 'grr rgr ggg',
  'redirect removed from the client': 'ggg rgg ggg',
  'signing key replaced': 'ggg ggg ggg',
  // What came from it has ended, and a link that a stranger reads takes nothing back.
  'address compromised': 'rrg rrg grr',
  // It is another binding from then on.
  'address compromised and restored': 'rrg rrg grg',
};

const words: Record<string, Outcome> = { g: 'goes on', m: 'more proof', w: 'waits', r: 'refused' };

/** The required outcome when this fact occurs in that gap. @throws for a missing cell */
export function expected(fact: FactName, gap: GapName): Outcome {
  const letter = rows[fact].replaceAll(' ', '')[columns.indexOf(gap)] ?? '';
  const outcome = words[letter];
  if (!outcome) throw new Error(`${fact}, ${gap}: not thought of`);
  return outcome;
}

export const gapNames: readonly GapName[] = columns;
