export { recoveryToken, stopToken } from './bearer.js';
export { cancelRecovery } from './cancel.js';
export type {
  EnqueueMessage,
  IssuerPort,
  MessageContext,
  ProvenSubject,
  RecoveryContext,
  RecoveryReference,
  TokenAnswer,
} from './context.js';
export { lifetimes, triesPerRecovery } from './lifetimes.js';
export { drawMoves, type RecoveryState, states } from './moves.js';
export { type OpenedRecovery, type OpenInput, openRecovery } from './open.js';
export { prove } from './prove.js';
export { type Delivery, recordDeliveries, recordReceipt } from './record-delivery.js';
export { type CodeSent, sendCode } from './send-code.js';
export { handBack, type Settled, settleRecovery } from './settle.js';
export { showRecovery } from './show.js';
export { type Stopped, stopRecovery } from './stop.js';
export { sweepMessages, sweepRecoveries } from './sweep.js';
export { type DropReason, type MessageToSend, type Taken, takeMessages } from './take-message.js';
export type { RecoveryView } from './view.js';
