import './entities/index.js';

export {
  type ClaimedMessage,
  claimMessages,
  type DropReason,
  type MessageToSend,
  type PasswordOutcome,
} from './claim-messages.js';
export type { MessageContext } from './context.js';
export { deleteMessagesWith } from './entities/message.entity.js';
export { messageLifetimes } from './lifetimes.js';
export { readLinkToken, readStopToken, readUndoToken, stopToken } from './link-token.js';
export {
  codesByKey,
  deleteNotifications,
  detachMessages,
  dropQueued,
  notifyOfRecovery,
  queueCode,
  voidCodes,
} from './message-rows.js';
export {
  type AccountNotification,
  accountNotifications,
  notifyOfChange,
  recordChange,
} from './notifications.js';
export { type Delivery, recordDeliveries } from './record-delivery.js';
export { recordReceipt, sweepReceipts } from './record-receipt.js';
export { countOutbox, postponeMessage, pruneMessages, sweepMessages } from './sweep.js';
