export { type Attack, type AttackOutcome, lengthOfNextCode, steadyAttack, steadyGuesses } from './attack.js';
export {
  accountOddsKey,
  chargeOdds,
  chargeOddsRows,
  forgetOdds,
  oddsParameters,
} from './charge.js';
export { chargeCodeRows, codeLengths, longestCode, oddsOfCode } from './codes.js';
export { defaultOdds, type OddsPolicy, oddsOfGuess, oddsOfTotp, oddsShape } from './policy.js';
