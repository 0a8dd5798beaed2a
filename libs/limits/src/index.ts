export { type Budget, budgets } from './budgets.js';
export { chargeRows, counterKey, forgetSpent, limitView, spend } from './charge.js';
export { type FloodCounters, openFloodCounters, type Spent } from './flood-counters.js';
export {
  accountGuessKey,
  clearRows,
  failureKey,
  failuresInARow,
  failureWindowMs,
  identifierGuessKey,
} from './guesses.js';
export { chargeSend } from './sends.js';
export { sourceOf } from './source.js';
