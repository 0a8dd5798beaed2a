export {
  type CodeBinding,
  type CodeChannel,
  codeShape,
  deriveCode,
  isCode,
  plainCode,
} from './delivered-code/code.js';
