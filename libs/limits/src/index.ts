export { type Budget, budgets } from './budgets.js';
export { chargeRows, counterKey, forgetSpent, limitView, spend } from './charge.js';
export { sourceOf } from './source.js';
