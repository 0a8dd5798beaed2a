import './entities/index.js';

export {
  type ClaimedMessage,
  claimMessages,
  type DropReason,
  dropReasons,
  type MessageToSend,
  type PasswordOutcome,
} from './claim-messages.js';
export type { MessageContext } from './context.js';
export { type CodeCounts, countCodes } from './count-codes.js';
export { deleteMessagesWith } from './entities/message.entity.js';
export { messageLifetimes } from './lifetimes.js';
export {
  type ReadLink,
  readLinkToken,
  readOverrideToken,
  readStopToken,
  readUndoToken,
  stopToken,
} from './link-token.js';
export {
  type MessageView,
  messagesOfAccount,
  messagesOfRecoveries,
  messageViewSchema,
} from './list-messages.js';
export {
  codesByKey,
  deleteNotifications,
  detachMessages,
  dropQueued,
  notifyOfRecovery,
  queueCode,
  voidCodes,
  voidCodesTo,
} from './message-rows.js';
export {
  type AccountNotification,
  accountNotifications,
  isOfOverride,
  notifyOfChange,
  notifyOfOverride,
  recordChange,
} from './notifications.js';
export { type Delivery, recordDeliveries } from './record-delivery.js';
export { recordReceipt, sweepReceipts } from './record-receipt.js';
export { countOutbox, postponeMessage, pruneMessages, sweepMessages } from './sweep.js';
