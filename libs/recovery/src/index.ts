export { followChange, followDeletion } from './account-changes.js';
export { asksForPassword } from './asks-password.js';
export { isRecoveryToken, recoveryToken, stopToken } from './bearer.js';
export { cancelRecovery } from './cancel.js';
export type {
  ActContext,
  EnqueueMessage,
  IssuerPort,
  MessageContext,
  ProvenSubject,
  RecoveryContext,
  RecoveryReference,
  TokenAnswer,
} from './context.js';
export { changeOwnPassword, type PasswordChange } from './enrolment/change-password.js';
export type { BindingBy, Changing, EnrolmentContext } from './enrolment/context.js';
export { answerDevice, beginDeviceWithin, lookAtDevice } from './enrolment/device.js';
export {
  beginTotp,
  confirmTotp,
  renewBackupCodes,
  restore,
  type TotpToBind,
  unbind,
} from './enrolment/enrol.js';
export { authenticatorsToChange, freshFor } from './enrolment/fresh.js';
export type { SecondFactor } from './enrolment/second-factor.js';
export { type SignInRequest, signInWithin } from './enrolment/sign-in.js';
export type { Caller } from './guess-from.js';
export { lifetimes, triesPerRecovery } from './lifetimes.js';
export { drawMoves, type RecoveryState, states } from './moves.js';
export { type AccountNotice, accountNotices } from './notice.js';
export { type OpenedRecovery, type OpenInput, openRecovery } from './open.js';
export {
  defaultPolicy,
  type ProofKind,
  proofKinds,
  type RecoveryPolicy,
  readPolicy,
  strongRolesOf,
  weaknesses,
} from './policy.js';
export { policyFrom } from './policy-file.js';
export { type Answer, prove } from './prove.js';
export { proveByLink, readLink } from './prove-by-link.js';
export { type Delivery, recordDeliveries, recordReceipt } from './record-delivery.js';
export { countCodesUnderWay, sealedInRecovery } from './reseal.js';
export { type CodeSent, sendCode } from './send-code.js';
export { handBack, type Settled, settleRecovery } from './settle.js';
export { showRecovery } from './show.js';
export { aboutWhat, type Stopped, stopRecovery } from './stop.js';
export { messagesWaiting, sweepMessages, sweepRecoveries } from './sweep.js';
export { type DropReason, type MessageToSend, type Taken, takeMessages } from './take-message.js';
export type { OfferedAddress, RecoveryView } from './view.js';
