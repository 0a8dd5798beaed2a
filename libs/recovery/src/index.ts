import './entities/index.js';

export { followChange, followDeletion } from './account-changes.js';
export { accountOfRecovery } from './acts/account-of-recovery.js';
export { asksForPassword } from './acts/asks-password.js';
export { cancelForApp, cancelRecovery } from './acts/cancel.js';
export { type Completed, completeForApp, completeRecovery } from './acts/complete.js';
export { countHeld, countRecoveries, type RecoveryCounts } from './acts/count-recoveries.js';
export { type DecisionInput, denyRecovery, releaseRecovery, somebodyElse } from './acts/decide.js';
export {
  type ListedRecovery,
  listedRecoverySchema,
  listRecoveries,
  type RecoveryFilter,
} from './acts/list-recoveries.js';
export { type ProofInput, prove } from './acts/prove.js';
export { proveByLink, readLink } from './acts/prove-by-link.js';
export { type RecoveryTimeline, readRecovery, recoveryTimelineSchema } from './acts/read-recovery.js';
export { type CodeSent, sendCode } from './acts/send-code.js';
export { type CodeSentFor, sendCodeFor } from './acts/send-code-for.js';
export { showRecovery } from './acts/show.js';
export { type StartedRecovery, type StartInput, startRecovery } from './acts/start.js';
export { readStopSubject, type Stopped, type StopSubject, stopRecovery } from './acts/stop.js';
export { assistsOfAccount, eraseAssists, type StoredAssistOf } from './assists/assist-rows.js';
export { type AssistReference, isAssistToken } from './assists/assist-secrets.js';
export { endAssist, matchAssist } from './assists/match-assist.js';
export { type OpenedAssist, type OpenInput, openAssist } from './assists/open-assist.js';
export {
  type AssistView,
  assistViewSchema,
  type JoinedAssist,
  readAssist,
  readJoinedAssist,
} from './assists/read-assist.js';
export { type StartedAssist, startAssist } from './assists/start-assist.js';
export type {
  EnqueueMessage,
  IssuedTokens,
  IssuerPort,
  ProvenSubject,
  RecoveryContext,
  RecoveryReference,
} from './context.js';
export { type HoldFacts, holdFacts } from './holds/facts.js';
export { type HoldRule, holdFor, type RuledHold } from './holds/rules.js';
export {
  type HoldTotals,
  isChanged,
  type Replayed,
  type Simulation,
  simulateHolds,
} from './holds/simulate.js';
export { lifetimes } from './lifetimes.js';
export { needsOverride } from './overrides/needs-override.js';
export { tellOfOverride } from './overrides/notify-of-override.js';
export { type OverridingContext, useOverride } from './overrides/use-override.js';
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
