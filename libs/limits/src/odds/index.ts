export { type Attack, type AttackOutcome, lengthOfNextCode, steadyAttack, steadyAttempts } from './attack.js';
export { codeLengths, consumeCodeRows, longestCode, oddsOfCode } from './codes.js';
export {
  accountOddsKey,
  consumeOdds,
  consumeOddsRows,
  oddsParameters,
  pruneOdds,
} from './consume.js';
export { defaultOdds, type OddsPolicy, oddsOfGuess, oddsOfTotp, oddsShape } from './policy.js';
