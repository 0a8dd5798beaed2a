export {
  type CodeBinding,
  type CodeChannel,
  codeShape,
  deriveCode,
  matchCode,
  plainCode,
} from './delivered-code/code.js';
