export { type Budget, budgets } from './budgets.js';
export { chargeRows, counterKey, forgetSpent, limited, limitView, spend, spendInTurn } from './charge.js';
export {
  type CountedAttempt,
  countAttempt,
  type FailureKey,
  failuresById,
  failuresByName,
  forgetFailures,
  pruneFailures,
  tellOfFailures,
  waitAfter,
} from './failed-attempts.js';
export { type Charge, type FloodCounters, openFloodCounters, type Spent } from './flood-counters.js';
export {
  clearRows,
  failureKey,
  failuresInARow,
  failureWindowMs,
  identifierOddsKey,
} from './guesses.js';
export {
  type Attack,
  type AttackOutcome,
  accountOddsKey,
  chargeCodeRows,
  chargeOdds,
  chargeOddsRows,
  codeLengths,
  defaultOdds,
  forgetOdds,
  lengthOfNextCode,
  longestCode,
  type OddsPolicy,
  oddsOfCode,
  oddsOfGuess,
  oddsOfTotp,
  oddsParameters,
  oddsShape,
  steadyAttack,
  steadyGuesses,
} from './odds/index.js';
export { chargeSend } from './sends.js';
export {
  countSmsProven,
  type Destination,
  destinationOf,
  forgetSms,
  giveSmsBack,
  readSmsPolicy,
  reserveSms,
  type SmsBreakerOpened,
  type SmsPaid,
  type SmsPolicy,
  type SmsRefusal,
  type SmsToPay,
  segmentsOf,
  smsProvenRows,
} from './sms/index.js';
export { chargesOfSource, plainIp, sourceOf, widestNetworkOf } from './source.js';
export {
  type AfterGuess,
  chargeGuessers,
  type Guesser,
  guessingBrowser,
  guessingNetworks,
  sprayAlarm,
  WrongGuesses,
} from './wrong-guesses.js';
