export {
  accountOddsKey,
  chargeOdds,
  chargeOddsRows,
  forgetOdds,
  oddsParameters,
} from './charge.js';
export { defaultOdds, type OddsPolicy, oddsOfGuess, oddsOfTotp, oddsShape } from './policy.js';
