import './entities/index.js';

export {
  clearRows,
  failureKey,
  failuresInARow,
  failureWindowMs,
  identifierOddsKey,
  triesPerRecovery,
} from './attempts.js';
export { auditExceeded, recordAuditOnce, recordExceeded } from './audited.js';
export { type Budget, budgets, codeFlood } from './budgets.js';
export {
  consume,
  consumeInTurn,
  consumeRows,
  counterKey,
  limited,
  limitView,
  pruneCounters,
} from './consume.js';
export {
  type CountedAttempt,
  clearFailures,
  countAttempt,
  type FailureKey,
  failuresById,
  failuresByName,
  notifyOfFailures,
  pruneFailures,
  waitAfter,
} from './failed-attempts.js';
export {
  type AfterAttempt,
  type AttemptSource,
  attemptingBrowser,
  attemptingNetworks,
  consumeFailures,
  FailuresByNetwork,
  failureCharges,
  sprayAlarm,
} from './failures-by-network.js';
export {
  type Attack,
  type AttackOutcome,
  accountOddsKey,
  codeLengths,
  consumeCodeRows,
  consumeOdds,
  consumeOddsRows,
  defaultOdds,
  lengthOfNextCode,
  longestCode,
  type OddsPolicy,
  oddsOfCode,
  oddsOfGuess,
  oddsOfTotp,
  oddsParameters,
  oddsShape,
  pruneOdds,
  steadyAttack,
  steadyAttempts,
} from './odds/index.js';
export {
  type Consumed,
  type LimitCharge,
  openRateLimitStore,
  type RateLimitStore,
} from './rate-limit-store.js';
export { consumeSend, exhaustedSend } from './sends.js';
export {
  conversionRows,
  countConversions,
  type Destination,
  destinationOf,
  pruneSms,
  readSmsPolicy,
  refundSms,
  reserveSms,
  type SmsCircuitBreakerOpened,
  type SmsPaid,
  type SmsPolicy,
  type SmsRefusal,
  type SmsToPay,
  segmentsOf,
  smsRefusals,
} from './sms/index.js';
export { limitsOfSource, plainIp, readIp, sourceOf, sourcePseudonym, widestNetworkOf } from './source.js';
