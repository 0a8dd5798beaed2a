import './entities/index.js';

export { followChange, followDeletion } from './account-changes.js';
export { asksForPassword } from './acts/asks-password.js';
export { cancelForApp, cancelRecovery } from './acts/cancel.js';
export { type Completed, completeForApp, completeRecovery } from './acts/complete.js';
export { type ProofInput, prove } from './acts/prove.js';
export { proveByLink, readLink } from './acts/prove-by-link.js';
export { type CodeSent, sendCode } from './acts/send-code.js';
export { showRecovery } from './acts/show.js';
export { type StartedRecovery, type StartInput, startRecovery } from './acts/start.js';
export { readStopSubject, type Stopped, stopRecovery } from './acts/stop.js';
export type {
  EnqueueMessage,
  IssuedTokens,
  IssuerPort,
  ProvenSubject,
  RecoveryContext,
  RecoveryReference,
} from './context.js';
export { lifetimes } from './lifetimes.js';
export type { AttemptCaller } from './proving/attempt-from.js';
export {
  bindingHoldOf,
  defaultPolicy,
  type RecoveryPolicy,
  readPolicy,
  strongRolesOf,
  weaknesses,
} from './proving/policy.js';
export { policyFrom } from './proving/policy-file.js';
export { attemptOnce, type Once } from './proving/prove-once.js';
export { countCodesUnderWay, sealedInRecovery } from './reseal.js';
export { drawStates, type RecoveryState, states } from './state-machine.js';
export { saveFormerOf } from './stops/former-password.js';
export { sweepRecoveries } from './sweep.js';
export { isRecoveryToken, recoveryToken } from './tokens/recovery-token.js';
export type { OfferedAddress, RecoveryView } from './view.js';
