export {
  type BreakerChange,
  type ChannelOptions,
  type Channels,
  createChannels,
  type Outgoing,
} from './channels.js';
export { DeliveryFault } from './delivery-fault.js';
export { type Rendered, type RenderedEmail, type RenderedSms, renderMessage } from './render.js';
export type { MessageSlots } from './slots.js';
export type { SmsReceipts } from './sms/provider.js';
export { smsReceipts } from './sms/registry.js';
