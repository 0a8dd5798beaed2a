export { followChange, followDeletion } from './account-changes.js';
export { asksForPassword } from './acts/asks-password.js';
export { cancelRecovery } from './acts/cancel.js';
export { type Completed, completeForApp, completeRecovery } from './acts/complete.js';
export { type ProofInput, prove } from './acts/prove.js';
export { proveByLink, readLink } from './acts/prove-by-link.js';
export { type CodeSent, sendCode } from './acts/send-code.js';
export { showRecovery } from './acts/show.js';
export { type StartedRecovery, type StartInput, startRecovery } from './acts/start.js';
export { readStopSubject, type Stopped, stopRecovery } from './acts/stop.js';
export type {
  ActContext,
  EnqueueMessage,
  IssuedTokens,
  IssuerPort,
  MessageContext,
  ProvenSubject,
  RecoveryContext,
  RecoveryReference,
} from './context.js';
export { changeOwnPassword, type PasswordChange } from './enrolment/change-password.js';
export type { BindingBy, Changing, EnrolmentContext } from './enrolment/context.js';
export { answerDevice, lookAtDevice, startDeviceWithin } from './enrolment/device.js';
export {
  confirmTotp,
  renewBackupCodes,
  restore,
  startTotpBinding,
  type TotpToBind,
  unbind,
} from './enrolment/enrol.js';
export { authenticatorsToChange, maxAuthAgeSeconds } from './enrolment/recent-sign-in.js';
export type { SecondFactor } from './enrolment/second-factor.js';
export { type SignInRequest, signInWithin } from './enrolment/sign-in.js';
export { lifetimes, triesPerRecovery } from './lifetimes.js';
export {
  type ClaimedMessage,
  claimMessages,
  type DropReason,
  type MessageToSend,
  type PasswordOutcome,
} from './outbox/claim-message.js';
export { type AccountNotification, accountNotifications } from './outbox/notifications.js';
export { type Delivery, recordDeliveries, recordReceipt } from './outbox/record-delivery.js';
export type { AttemptCaller } from './proving/attempt-from.js';
export {
  bindingHoldOf,
  defaultPolicy,
  type ProofKind,
  proofKinds,
  type RecoveryPolicy,
  readPolicy,
  strongRolesOf,
  weaknesses,
} from './proving/policy.js';
export { policyFrom } from './proving/policy-file.js';
export { countCodesUnderWay, sealedInRecovery } from './reseal.js';
export { drawStates, type RecoveryState, states } from './state-machine.js';
export { countOutbox, sweepMessages, sweepRecoveries } from './sweep.js';
export { stopToken } from './tokens/link-token.js';
export { isRecoveryToken, recoveryToken } from './tokens/recovery-token.js';
export type { OfferedAddress, RecoveryView } from './view.js';
