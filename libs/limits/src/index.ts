export { type Budget, budgets } from './budgets.js';
export { chargeRows, counterKey, forgetSpent, limited, limitView, spend } from './charge.js';
export { type FloodCounters, openFloodCounters, type Spent } from './flood-counters.js';
export {
  accountGuessKey,
  clearRows,
  failureKey,
  failuresInARow,
  failureWindowMs,
  identifierGuessKey,
} from './guesses.js';
export {
  accountOddsKey,
  chargeOdds,
  chargeOddsRows,
  defaultOdds,
  forgetOdds,
  type OddsPolicy,
  oddsOfGuess,
  oddsOfTotp,
  oddsParameters,
  oddsShape,
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
export { sourceOf } from './source.js';
